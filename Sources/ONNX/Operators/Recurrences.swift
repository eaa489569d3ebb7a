import Programs
import Tensors

/// Recurrent networks: LSTM (gates i, o, f, c), GRU (z, r, h) and RNN.
enum Recurrences {
  static let rows = OperatorTable.several(
    folds: false,
    [
      "LSTM": { try run($0, gates: 4, Lstm.turn, states: 2) },
      "GRU": { try run($0, gates: 3, Gru.turn, states: 1) },
      "RNN": { try run($0, gates: 1, Rnn.turn, states: 1) },
    ])

  /// What one timestep of a direction is computed from.
  struct Cell {
    /// The input times its weights with both biases, gates in the order of the turn, `[b, g·h]`.
    var projected: Value
    /// `[g·h, h]`, gates in the order of the turn.
    var recurrent: Value
    /// The scale and zero point of ``recurrent``, where it has 8 bits and is `[h, g·h]`.
    var quantization: [Value] = []
    /// The recurrent bias of gates that need it apart, `[g·h]`.
    var recurrentBias: Value
    var states: [Value]
    var call: NodeCall
    var isBackward: Bool
  }

  typealias Turn = (Cell) throws -> [Value]

  /// The weights of `DynamicQuantizeLSTM` have 8 bits and stand transposed, `[d, c, g]`.
  static func run(
    _ call: NodeCall, gates: Int, _ turn: @escaping Turn, states: Int
  ) throws -> [GraphValue] {
    try check(call, gates)
    let isBatchFirst = call.flag("layout")
    let given = try call.value(0)
    let x = isBatchFirst ? given.transposed([1, 0, 2]) : given
    let w = try call.value(1)
    guard x.rank == 3, w.rank == 3, (1...2).contains(w.shape[0]) else {
      throw call.invalid("\(x.type) with \(w.type)", expected: "[t, b, c] with [d, g, c]")
    }
    let directions = w.shape[0]
    let isTransposed = isQuantized(call)
    let units = w.shape[isTransposed ? 2 : 1] / gates
    let (r, rows) = (try call.value(2), gates * units)
    guard r.shape == [directions] + (isTransposed ? [units, rows] : [rows, units]) else {
      throw call.invalid(
        "\(w.type) with \(r.type)", expected: "matrices of \(gates) gates of one size")
    }
    if let lengths = call.operands.count > 4 ? call.operands[4] : nil {
      guard let known = lengths.known, known.integers.allSatisfy({ $0 == x.shape[0] }) else {
        throw call.unsupported("rows of their own lengths", expected: "all of \(x.shape[0])")
      }
    }
    var sequences: [Value] = []
    var finals: [[Value]] = Array(repeating: [], count: states)
    for direction in 0..<directions {
      let isBackward = directions == 2 ? direction == 1 : call.string("direction", "") == "reverse"
      var initial: [Value] = []
      for state in 0..<states {
        if let start = try call.optional(5 + state) {
          let (batch, shape) = (x.shape[1], start.shape)
          guard shape == (isBatchFirst ? [batch, directions, units] : [directions, batch, units])
          else {
            throw call.invalid(
              "an initial state \(start.type)",
              expected: "[\(directions), \(batch), \(units)]"
                + (isBatchFirst ? ", batch first" : ""))
          }
          initial.append(start.element(direction, axis: isBatchFirst ? 1 : 0))
        } else {
          initial.append(call.builder.full(0, ValueType(x.dtype, [x.shape[1], units])))
        }
      }
      let (ys, last) = try pass(call, x, direction, isBackward, gates, units, initial, turn)
      sequences.append(ys.expandingAxes([1]))
      for (index, value) in last.enumerated() { finals[index].append(value.expandingAxes([0])) }
    }
    let y = Value.concatenate(sequences, axis: 1)
    let ends = finals.map { Value.concatenate($0, axis: 0) }
    let shown =
      isBatchFirst
      ? [y.transposed([2, 0, 1, 3])] + ends.map { $0.transposed([1, 0, 2]) } : [y] + ends
    return shown.map { GraphValue($0) }
  }

  /// One direction: outputs `[t, b, h]` and the last states.
  private static func pass(
    _ call: NodeCall, _ x: Value, _ direction: Int, _ isBackward: Bool, _ gates: Int, _ units: Int,
    _ initial: [Value], _ turn: @escaping Turn
  ) throws -> (Value, [Value]) {
    let order = gates == 4 ? [0, 2, 3, 1] : Array(0..<gates)
    func sorted(_ value: Value, axis: Int = 0) -> Value {
      guard gates == 4, value.rank > axis else { return value }
      return Value.concatenate(
        order.map { value.sliced(axis: axis, from: $0 * units, to: ($0 + 1) * units) }, axis: axis)
    }
    func weights(_ index: Int) throws -> Value {
      sorted(try call.value(index).element(direction, axis: 0), axis: isQuantized(call) ? 1 : 0)
    }
    /// Scale and zero point of a matrix, or of each of its columns.
    func quantization(_ index: Int) throws -> [Value] {
      guard isQuantized(call) else { return [] }
      return try [index, index + 1].map { sorted(try call.value($0).element(direction, axis: 0)) }
    }
    let (w, r) = (try weights(1), try weights(2))
    let (own, recurrent) = (try quantization(8), try quantization(10))
    var projected =
      own.isEmpty
      ? x.dot(w, DotDimensions(leftContracting: [2], rightContracting: [1]))
      : try Quantization.product(x, w, scale: own[0], zero: own[1])
    var recurrentBias = call.builder.full(0, ValueType(x.dtype, [gates * units]))
    if let bias = try call.optional(3) {
      let both = bias.element(direction, axis: 0)
      recurrentBias = sorted(both.sliced(axis: 0, from: gates * units, to: 2 * gates * units))
      let own = sorted(both.sliced(axis: 0, from: 0, to: gates * units))
      projected = projected + (gates == 3 ? own : own + recurrentBias)
    }
    let time = x.shape[0]
    guard time != 1 else {
      let next = try turn(
        Cell(
          projected: projected.element(0, axis: 0), recurrent: r, quantization: recurrent,
          recurrentBias: recurrentBias, states: initial, call: call, isBackward: isBackward))
      return (next[0].expandingAxes([0]), next)
    }
    var mistake: (any Error)?
    let result = call.builder.loop(
      tripCount: time, axis: 0, reverse: isBackward, captured: [r, recurrentBias] + recurrent,
      carried: initial, sliced: [projected]
    ) { captured, carried, slices in
      do {
        let next = try turn(
          Cell(
            projected: slices[0], recurrent: captured[0], quantization: Array(captured[2...]),
            recurrentBias: captured[1], states: carried, call: call, isBackward: isBackward))
        return (next, [next[0]])
      } catch {
        mistake = error
        return (carried, [carried[0]])
      }
    }
    if let mistake { throw mistake }
    return (result.stacked[0], result.carried)
  }

  private static func isQuantized(_ call: NodeCall) -> Bool {
    call.node.op == "DynamicQuantizeLSTM"
  }

  private static func check(_ call: NodeCall, _ gates: Int) throws {
    guard call.node.attributes["clip"] == nil else { throw call.unsupported("clipped gates") }
    guard !call.has(7) || gates != 4 else { throw call.unsupported("peepholes") }
    try call.requireDefault("input_forget")
  }

  /// The activation of a gate, by its place in the list of the node.
  static func activation(_ place: Int, _ preset: String, _ cell: Cell, of count: Int) throws -> (
    Value
  ) -> Value {
    var name = preset
    if case .strings(let names) = cell.call.node.attributes["activations"] {
      let index = cell.isBackward && names.count >= 2 * count ? place + count : place
      if names.indices.contains(index) { name = names[index] }
    }
    switch name.lowercased() {
    case "sigmoid": return { $0.unary(.sigmoid) }
    case "tanh": return { $0.unary(.tanh) }
    case "relu": return { $0.binary(.max, 0) }
    default: throw cell.call.unsupported("gates of \(name)", expected: "Sigmoid, Tanh or Relu")
    }
  }

  static func part(_ value: Value, _ index: Int, of units: Int) -> Value {
    value.sliced(axis: value.rank - 1, from: index * units, to: (index + 1) * units)
  }

  /// `h · Rᵀ`.
  static func product(_ h: Value, _ r: Value) -> Value {
    h.dot(r, DotDimensions(leftContracting: [1], rightContracting: [1]))
  }
}
