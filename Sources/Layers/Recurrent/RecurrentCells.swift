public import Programs
import Tensors

extension RNNCell {
  /// A cell of another package.
  public static func custom(cell: some RecurrentCell) -> Self {
    .custom(CustomPart(cell))
  }

  /// The cell's arithmetic.
  var arithmetic: any RecurrentCell {
    switch self {
    case .lstm(let cell): cell
    case .gru(let cell): cell
    case .simpleRnn(let cell): cell
    case .zoneout(let cell): cell
    case .custom(let part): (part.value as? any RecurrentCell) ?? NoCell(part: part)
    }
  }
}

/// Long short-term memory as in ``LSTM``, with parameters `kernel [c, 4·units]`,
/// `recurrent_kernel [units, 4·units]` and `bias [4·units]`, gates in the order i, f, g, o.
///
/// - Source: Keras `LSTMCell`; Hochreiter & Schmidhuber 1997.
extension RNNCell.Lstm: RecurrentCell {
  public var scopeName: String { "lstm_cell" }
  public var state: [CellStateSpec] { [CellStateSpec("h", units), CellStateSpec("c", units)] }
  public var keepsInvalidState: Bool { true }

  public func check(for layer: any SequenceLayer) throws(LayerError) {
    try layer.require("cell.units", units, atLeast: 1)
  }

  public func declare(_ parameters: inout CellParameters, inputs: Int) throws(LayerError) {
    try parameters.declare("kernel", [inputs, 4 * units], .glorotUniform)
    try parameters.declare("recurrent_kernel", [units, 4 * units], .orthogonal())
    try parameters.declare("bias", [4 * units], .unitForgetBias)
  }

  public func project(_ x: Value, _ parameters: CellParameters) -> Value {
    x.matmul(parameters["kernel"]) + parameters["bias"]
  }

  public func step(
    _ x: Value, _ state: [Value], _ parameters: CellParameters, _ turn: CellTurn
  ) -> (output: Value, state: [Value]) {
    let gates = x + state[0].matmul(parameters["recurrent_kernel"])
    let next = LSTMGates(units: units).turn(gates, state[1], state[0], turn.mask)
    return (next.h, [next.h, next.c])
  }
}

/// Gated recurrent unit: `h = z·h + (1 - z)·h'` with gates `z`, `r` = `sigmoid(x·K + h·U)`, and the candidate
/// `h' = tanh(x·K + r·(h·U))`, or `tanh(x·K + (r·h)·U)` with `resetAfter` false.
///
/// Parameters `kernel [c, 3·units]`, `recurrent_kernel [units, 3·units]` in the order z, r, h', and
/// `bias [2, 3·units]`, one for either product, or `bias [3·units]` with `resetAfter` false.
///
/// - Source: Keras `GRUCell`; Cho et al. 2014, arXiv 1406.1078.
extension RNNCell.Gru: RecurrentCell {
  public var scopeName: String { "gru_cell" }
  public var state: [CellStateSpec] { [CellStateSpec("h", units)] }

  public func check(for layer: any SequenceLayer) throws(LayerError) {
    try layer.require("cell.units", units, atLeast: 1)
  }

  public func declare(_ parameters: inout CellParameters, inputs: Int) throws(LayerError) {
    try parameters.declare("kernel", [inputs, 3 * units], .glorotUniform)
    try parameters.declare("recurrent_kernel", [units, 3 * units], .orthogonal())
    try parameters.declare("bias", resetAfter ? [2, 3 * units] : [3 * units], .zeros)
  }

  public func project(_ x: Value, _ parameters: CellParameters) -> Value {
    let bias = parameters["bias"]
    return x.matmul(parameters["kernel"]) + (resetAfter ? bias.element(0, axis: 0) : bias)
  }

  public func step(
    _ x: Value, _ state: [Value], _ parameters: CellParameters, _ turn: CellTurn
  ) -> (output: Value, state: [Value]) {
    let (h, kernel) = (state[0], parameters["recurrent_kernel"])
    func part(_ value: Value, _ range: Range<Int>) -> Value {
      value.sliced(axis: 1, from: range.lowerBound * units, to: range.upperBound * units)
    }
    let recurrent =
      resetAfter
      ? h.matmul(kernel) + parameters["bias"].element(1, axis: 0)
      : h.matmul(part(kernel, 0..<2))
    let z = (part(x, 0..<1) + part(recurrent, 0..<1)).unary(.sigmoid)
    let r = (part(x, 1..<2) + part(recurrent, 1..<2)).unary(.sigmoid)
    let candidate =
      resetAfter ? r * part(recurrent, 2..<3) : (r * h).matmul(part(kernel, 2..<3))
    let fresh = (part(x, 2..<3) + candidate).unary(.tanh)
    let next = z * h + (z.scalarLike(1) - z) * fresh
    return (next, [next])
  }
}

/// `h = tanh(x·K + b + h·U)` with parameters `kernel [c, units]`, `recurrent_kernel [units, units]` and
/// `bias [units]`.
///
/// - Source: Keras `SimpleRNNCell`; Elman 1990.
extension RNNCell.SimpleRnn: RecurrentCell {
  public var scopeName: String { "simple_rnn_cell" }
  public var state: [CellStateSpec] { [CellStateSpec("h", units)] }

  public func check(for layer: any SequenceLayer) throws(LayerError) {
    try layer.require("cell.units", units, atLeast: 1)
  }

  public func declare(_ parameters: inout CellParameters, inputs: Int) throws(LayerError) {
    try parameters.declare("kernel", [inputs, units], .glorotUniform)
    try parameters.declare("recurrent_kernel", [units, units], .orthogonal())
    try parameters.declare("bias", [units], .zeros)
  }

  public func project(_ x: Value, _ parameters: CellParameters) -> Value {
    x.matmul(parameters["kernel"]) + parameters["bias"]
  }

  public func step(
    _ x: Value, _ state: [Value], _ parameters: CellParameters, _ turn: CellTurn
  ) -> (output: Value, state: [Value]) {
    let next = (x + state[0].matmul(parameters["recurrent_kernel"])).unary(.tanh)
    return (next, [next])
  }
}
