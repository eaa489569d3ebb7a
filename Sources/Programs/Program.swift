import Tensors

/// Names a value of one program.
public struct ValueID: Hashable, Sendable {
  /// The position in `Program.types`.
  public let index: Int

  /// Names the value at that position.
  public init(_ index: Int) { self.index = index }
}

/// One step of a program: applies an op to values that already exist.
public struct Instruction: Sendable {
  /// What is computed.
  public var op: Op
  /// The operands, in the op's order.
  public var operands: [ValueID]
  /// The results, in the op's order.
  public var results: [ValueID]
  /// The position in `Program.scopes` of the layer path that this instruction belongs to.
  public var scope: Int

  /// Makes an instruction.
  public init(op: Op, operands: [ValueID], results: [ValueID], scope: Int) {
    self.op = op
    self.operands = operands
    self.results = results
    self.scope = scope
  }
}

/// How a piece of streaming state changes from step to step.
public enum StateKind: Hashable, Sendable {
  /// The whole value is new after every step.
  case replaced
  /// A position or counter: a few integers a row.
  case counter
  /// The newest `length` entries along `axis`; a step drops the oldest and appends its own.
  case window(axis: Int, length: Int)
}

/// What a program input is for.
public enum InputRole: Hashable, Sendable {
  /// The sequence: values or mask.
  case input
  /// A named constant given by the caller; `streamed` ones are cut into blocks like the input.
  case constant(streamed: Bool)
  /// A trained array.
  case parameter
  /// An array that training updates without a gradient, such as running statistics.
  case variable
  /// Streaming state, one leaf an input.
  case state(StateKind)
  /// The seed of random draws, `u32[2]`.
  case seed
  /// A plain operand, as in the bodies of loops and composites.
  case operand
}

/// What a program output is for.
public enum OutputRole: Hashable, Sendable {
  /// The resulting sequence: values or mask.
  case output
  /// A side value that a layer emits.
  case emit
  /// The new value of the state leaf of the same name.
  case state
  /// The new value of the variable of the same name.
  case variable
  /// A gradient of the input or parameter of the same name.
  case gradient
  /// A value kept for inspection.
  case tap
  /// A plain result, as in the bodies of loops and composites.
  case result
}

/// A flat, typed, single-assignment list of operations, closed and pure: everything it depends on is
/// an input, everything it changes is an output.
public struct Program: Sendable {
  /// A named input.
  public struct Input: Hashable, Sendable {
    /// The name, unique among inputs of its role.
    public var name: String
    /// What it is for.
    public var role: InputRole
    /// The value it defines.
    public var value: ValueID

    /// Makes an input.
    public init(name: String, role: InputRole, value: ValueID) {
      self.name = name
      self.role = role
      self.value = value
    }
  }

  /// A named output.
  public struct Output: Hashable, Sendable {
    /// The name, unique among outputs of its role.
    public var name: String
    /// What it is for.
    public var role: OutputRole
    /// The value it shows.
    public var value: ValueID

    /// Makes an output.
    public init(name: String, role: OutputRole, value: ValueID) {
      self.name = name
      self.role = role
      self.value = value
    }
  }

  /// The type of every value.
  public var types: [ValueType]
  /// The inputs, in calling order.
  public var inputs: [Input]
  /// The steps, in an order in which every operand exists before it is used.
  public var instructions: [Instruction]
  /// The outputs.
  public var outputs: [Output]
  /// The layer paths that instructions point to; the root is the empty path.
  public var scopes: [String]

  /// Makes an empty program.
  public init() {
    types = []
    inputs = []
    instructions = []
    outputs = []
    scopes = [""]
  }

  /// The type of a value.
  public subscript(value: ValueID) -> ValueType { types[value.index] }

  /// The first input of that name, whatever its role.
  public func input(named name: String) -> Input? { inputs.first { $0.name == name } }

  /// The first output of that name, whatever its role.
  public func output(named name: String) -> Output? { outputs.first { $0.name == name } }

  /// The types of all inputs, in order.
  public var inputTypes: [ValueType] { inputs.map { self[$0.value] } }

  /// The types of all outputs, in order.
  public var outputTypes: [ValueType] { outputs.map { self[$0.value] } }
}
