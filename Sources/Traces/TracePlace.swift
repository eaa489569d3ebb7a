package import Tensors

/// One place of a trace: what a layer, a module or an operation gave.
package struct TracePlace: Hashable, Sendable {
  /// What is computed there.
  package enum Kind: Hashable, Sendable {
    /// A layer of ours, by its kind, such as `Conv1D`.
    case layer(String)
    /// A module or an operation of another framework, by its kind if that is known.
    case operation(String?)
    /// What is fed to the model.
    case input
    /// No output: a state that no place is known to own, of no timesteps.
    case state
  }

  /// A leaf of the state.
  package struct StateLeaf: Hashable, Sendable {
    package let name: String
    /// Its shape without the row axis.
    package let shape: Shape
    package let dtype: DType
    /// Whether it was recorded as it was handed to each block, and not as a block left it.
    package let isEntering: Bool

    package init(name: String, shape: Shape, dtype: DType, isEntering: Bool = true) {
      (self.name, self.shape, self.dtype) = (name, shape, dtype)
      self.isEntering = isEntering
    }
  }

  /// Its name, with `/` between the parts.
  package var path: String
  package var kind: Kind
  /// The places whose outputs feed it, by position; nil where that is not known, and then any place
  /// before it may.
  package var inputs: [Int]?
  package var rowCount: Int
  /// The timesteps of its output, warm-up included.
  package var timeCount: Int
  /// The channel axes of its output.
  package var channelShape: Shape
  package var dtype: DType
  /// How many of its first timesteps come before the first layer-wise one; nil where it was not given, and
  /// it is to be found from the values.
  package var latency: Int?
  /// Timesteps of its output for one of the input of the trace.
  package var rate: Rational
  /// The leaves of its own state, without those of its children.
  package var states: [StateLeaf]
  package var hasInput: Bool
  package var hasMask: Bool
  /// How many timesteps it gave in each block, where that is not what `rate` says; else nil.
  package var blockSizes: [Int]?
  /// The state that holds the timesteps which lie before each block in its output, if there are any.
  package var cache: StateLeaf?
  /// The first timestep whose values the trace has.
  package var firstTime = 0

  package init(
    path: String, kind: Kind, inputs: [Int]?, rowCount: Int, timeCount: Int, channelShape: Shape,
    dtype: DType, latency: Int? = 0, rate: Rational = 1, states: [StateLeaf] = [],
    hasInput: Bool = false, hasMask: Bool = false, blockSizes: [Int]? = nil
  ) {
    self.path = path
    self.kind = kind
    self.inputs = inputs
    self.rowCount = rowCount
    self.timeCount = timeCount
    self.channelShape = channelShape
    self.dtype = dtype
    self.latency = latency
    self.rate = rate
    self.states = states
    self.hasInput = hasInput
    self.hasMask = hasMask
    self.blockSizes = blockSizes
  }

  /// The layer's kind, or the operation's.
  package var typeName: String? {
    switch kind {
    case .layer(let name): name
    case .operation(let name): name
    case .input, .state: nil
    }
  }

  /// What the path of what goes into a module ends in, where no other module gave it.
  static let inputName = "in"

  /// The module that what is here goes into, and the one that computed it, empty for the whole model; nil for
  /// what a module gives.
  var moduleInput: (of: String, from: String)? {
    var parts = path.split(separator: "/")
    guard parts.count > 1, parts.removeLast() == Self.inputName else { return nil }
    return (parts.joined(separator: "/"), parts.dropLast().joined(separator: "/"))
  }

  /// The leaf of that name.
  package func leaf(_ name: String) -> StateLeaf? {
    (states + (cache.map { [$0] } ?? [])).first { $0.name == name }
  }
}
