public import Programs
public import Tensors

/// What ``RNN`` repeats at every timestep: from the input and the state it makes an output and the next state.
///
/// A state that is not valid is put back by the layer, and what depends on the input alone is computed for
/// all timesteps at once, so a cell is arithmetic only.
public protocol RecurrentCell: Sendable {
  /// The name below which an ``RNN`` keeps the cell's parameters, such as `gru_cell`.
  var scopeName: String { get }
  /// Channels of the output.
  var units: Int { get }
  /// The arrays of the state, `[b, width]` each and 0 at first.
  var state: [CellStateSpec] { get }
  /// How many random words a timestep takes in training.
  var drawCount: Int { get }
  /// Whether ``step(_:_:_:_:)`` itself leaves the state as it was where the timestep is invalid.
  var keepsInvalidState: Bool { get }

  /// Checks the fields of the cell, on behalf of `layer`.
  func check(for layer: any SequenceLayer) throws(LayerError)
  /// Declares the parameters for an input of so many channels.
  func declare(_ parameters: inout CellParameters, inputs: Int) throws(LayerError)
  /// What depends on the input alone: of `[b, t, inputs]`, for every timestep by itself.
  func project(_ x: Value, _ parameters: CellParameters) -> Value
  /// One timestep of what `project` gave, `[b, …]`.
  func step(
    _ x: Value, _ state: [Value], _ parameters: CellParameters, _ turn: CellTurn
  ) -> (output: Value, state: [Value])
}

extension RecurrentCell {
  /// 0: nothing is random.
  public var drawCount: Int { 0 }
  /// `false`: the layer does.
  public var keepsInvalidState: Bool { false }
  /// The input as it is.
  public func project(_ x: Value, _ parameters: CellParameters) -> Value { x }
}

/// An array of a cell's state.
public struct CellStateSpec: Hashable, Sendable {
  /// The name of the leaf.
  public var name: String
  /// Its extent beside the batch.
  public var width: Int

  /// Makes a spec.
  public init(_ name: String, _ width: Int) {
    self.name = name
    self.width = width
  }
}

/// What a timestep is like, beside its input.
public struct CellTurn {
  /// Which rows are valid, `bool[b]`.
  public var mask: Value
  /// In training, random words `u32[b, drawCount]` if the cell takes any.
  public var words: Value?
  /// Whether the layer behaves as in training.
  public var training: Bool
}

/// The parameters of a cell by name, converted to the dtype of the computation.
public struct CellParameters {
  private let context: LayerContext
  private var scope: String
  private var names: [String] = []
  private(set) var values: [Value] = []
  /// The dtype of the computation.
  public let dtype: DType

  init(_ context: LayerContext, scope: String, dtype: DType) {
    (self.context, self.scope, self.dtype) = (context, scope, dtype)
  }

  /// Declares a parameter.
  public mutating func declare(
    _ name: String, _ shape: Shape, _ initializer: Initializer
  ) throws(LayerError) {
    let path = LayerPath.join(scope, name)
    let value = try context.parameter(path, shape, initializer)
    names.append(path)
    values.append(value.converted(to: dtype))
  }

  /// A parameter that was declared.
  ///
  /// - Precondition: it was.
  public subscript(name: String) -> Value {
    let path = LayerPath.join(scope, name)
    guard let index = names.firstIndex(of: path) else {
      preconditionFailure("A cell uses \(path) without having declared it.")
    }
    return values[index]
  }

  /// Lets a cell inside this one declare or use its parameters below `name`.
  mutating func within<Result>(
    _ name: String, _ body: (inout CellParameters) throws(LayerError) -> Result
  ) throws(LayerError) -> Result {
    let outer = scope
    scope = LayerPath.join(outer, name)
    defer { scope = outer }
    return try body(&self)
  }

  /// The parameters of a cell inside this one.
  func below(_ name: String) -> CellParameters {
    var inner = self
    inner.scope = LayerPath.join(scope, name)
    return inner
  }

  /// The same parameters as other values, such as those inside a loop.
  func holding(_ values: [Value]) -> CellParameters {
    var result = self
    result.values = values
    return result
  }
}
