import Diagnostics
import Programs
import Tensors

/// Branches and loops, as far as it is known which way they go.
enum ControlFlow {
  /// Bodies are repeated in the program, so there is an end to it.
  private static let mostTurns = 1 << 12

  static let rows = OperatorTable.several(
    folds: false, ["If": branch, "Loop": loop, "Scan": scan])

  /// The branch of a known condition; else both, where their results have equal types.
  private static let branch: @Sendable (NodeCall) throws -> [GraphValue] = { call in
    let tracer = call.tracer
    let environment = tracer.visible
    func run(_ name: String) throws -> [GraphValue] {
      try tracer.run(try call.graph(name), [:], environment)
    }
    if call.known(0) != nil {
      return try run(try call.number(0, "the condition") != 0 ? "then_branch" : "else_branch")
    }
    let condition = try call.value(0).reshaped([])
    let (yes, no) = (try run("then_branch"), try run("else_branch"))
    return try zip(yes, no).map { a, b in
      let (x, y) = (
        a.value(in: call.builder, keepsWideIntegers: false),
        b.value(in: call.builder, keepsWideIntegers: false)
      )
      guard x.type == y.type else {
        throw OnnxError(
          .notStatic, "",
          found: "a condition computed from the input, with branches of \(x.type) and \(y.type)",
          expected: "a known condition, or branches of equal shapes")
      }
      return GraphValue(condition.broadcast(to: x.shape).select(x, y))
    }
  }

  /// A known number of turns under a condition that stays true.
  private static let loop: @Sendable (NodeCall) throws -> [GraphValue] = { call in
    let body = try call.graph("body")
    let limit = call.has(0) ? try call.integer(0, "the number of turns") : mostTurns + 1
    let environment = call.tracer.visible
    var isOn = call.has(1) ? try call.number(1, "the condition") != 0 : true
    var carried = try call.operands.dropFirst(2).map { operand in
      guard let operand else { throw call.invalid("no value to carry", expected: "one") }
      return operand
    }
    let count = carried.count
    var rows: [[GraphValue]] = []
    var turn = 0
    while isOn, turn < limit {
      guard turn < mostTurns else {
        throw OnnxError(.limit, "", found: "a loop of more than \(mostTurns) turns")
      }
      let given =
        [GraphValue(Tensor(scalar: Int64(turn))), GraphValue(Tensor([true], shape: []))] + carried
      let inputs = Dictionary(
        zip(body.inputs.map(\.name), given), uniquingKeysWith: { first, _ in first })
      let results = try call.tracer.run(body, inputs, environment)
      guard results.count >= 1 + count else {
        throw call.invalid("\(results.count) results of a turn", expected: "\(1 + count)")
      }
      guard let condition = results[0].known, condition.count == 1 else {
        throw OnnxError(
          .notStatic, "", found: "a loop that ends by a condition computed from the input",
          expected: "a known number of turns")
      }
      isOn = condition.double(at: 0) != 0
      carried = Array(results[1...count])
      rows.append(Array(results[(1 + count)...]))
      turn += 1
    }
    let stackCount = max(0, body.outputs.count - 1 - count)
    let stacks = (0..<stackCount).map { index in
      stacked(rows.map { $0[index] }, axis: 0, call)
    }
    return carried + stacks
  }

  private static let scan: @Sendable (NodeCall) throws -> [GraphValue] = { call in
    guard call.opset >= 9 else {
      throw call.unsupported("Scan of operator set \(call.opset)", expected: "9 or later")
    }
    let body = try call.graph("body")
    let inputCount = call.int("num_scan_inputs", 0)
    let stateCount = call.operands.count - inputCount
    guard inputCount > 0, stateCount >= 0 else {
      throw call.invalid("\(inputCount) inputs to scan", expected: "at least one")
    }
    func list(_ name: String) throws -> [Int] { try call.integers(nil, name) ?? [] }
    let (axes, directions) = (try list("scan_input_axes"), try list("scan_input_directions"))
    let outputAxes = try list("scan_output_axes")
    let outputDirections = try list("scan_output_directions")
    let environment = call.tracer.visible
    var carried = (0..<stateCount).compactMap { call.operands[$0] }
    let scanned = try (0..<inputCount).map { index in
      let value = try call.value(stateCount + index)
      let axis = try call.axis(axes.indices.contains(index) ? axes[index] : 0, rank: value.rank)
      return (
        value: value, axis: axis,
        isReverse: directions.indices.contains(index) && directions[index] == 1
      )
    }
    let turns = scanned[0].value.shape[scanned[0].axis]
    guard turns <= mostTurns, scanned.allSatisfy({ $0.value.shape[$0.axis] == turns }),
      carried.count == stateCount
    else { throw call.invalid("\(turns) turns", expected: "equal extents, at most \(mostTurns)") }
    var rows: [[GraphValue]] = []
    for turn in 0..<turns {
      let slices = scanned.map { input in
        GraphValue(input.value.element(input.isReverse ? turns - 1 - turn : turn, axis: input.axis))
      }
      let inputs = Dictionary(
        zip(body.inputs.map(\.name), carried + slices), uniquingKeysWith: { first, _ in first })
      let results = try call.tracer.run(body, inputs, environment)
      guard results.count >= stateCount else {
        throw call.invalid("\(results.count) results of a turn", expected: "\(stateCount) states")
      }
      carried = Array(results[..<stateCount])
      rows.append(Array(results[stateCount...]))
    }
    let stacks = (0..<max(0, body.outputs.count - stateCount)).map { index in
      let isReverse = outputDirections.indices.contains(index) && outputDirections[index] == 1
      let parts = rows.map { $0[index] }
      let axis = outputAxes.indices.contains(index) ? outputAxes[index] : 0
      return stacked(isReverse ? parts.reversed() : parts, axis: axis, call)
    }
    return carried + stacks
  }

  /// Values of all turns on a new axis.
  private static func stacked(_ parts: [GraphValue], axis: Int, _ call: NodeCall) -> GraphValue {
    let values = parts.map { $0.value(in: call.builder, keepsWideIntegers: false) }
    guard let first = values.first else { return GraphValue(Tensor(zeros: [0])) }
    let place = min(max(axis < 0 ? axis + first.rank + 1 : axis, 0), first.rank)
    return GraphValue(Value.concatenate(values.map { $0.expandingAxes([place]) }, axis: place))
  }
}
