import Programs
import Tensors

extension LiteRTFunction {
  /// A loop as WHILE: its condition and body are subgraphs that take and give the counter, what is captured,
  /// the sequences with time first, what is carried, and the stacked results.
  func write(_ loop: LoopOp, _ x: [ValueID], _ results: [ValueID]) throws(ExportError) {
    let start = loop.capturedCount + loop.carriedCount
    let captured = Array(x[..<loop.capturedCount])
    let carried = Array(x[loop.capturedCount..<start])
    let sequences = Array(x[start...])
    let stacked = loop.body.outputs[loop.carriedCount...].map { loop.body[$0.value] }
    var tensors = [number(0)]
    var types = [ValueType(.int32, [])]
    for id in captured { tensors.append(try tensor(id)) }
    types += captured.map { self[$0] }
    for id in sequences {
      let (tensor, type) = try timeFirst(id, axis: loop.axis)
      tensors.append(tensor)
      types.append(type)
    }
    for id in carried { tensors.append(try tensor(id)) }
    types += carried.map { self[$0] }
    for type in stacked {
      let whole = ValueType(type.dtype, [loop.tripCount] + type.shape)
      tensors.append(try zeros(whole))
      types.append(whole)
    }
    let condition = try writeCondition(types, loop.tripCount)
    let body = try writeBody(loop, types)
    let values = try add(.loop(condition: condition, body: body), tensors, types)
    let first = 1 + captured.count + sequences.count
    for (index, id) in results.enumerated() {
      let value = values[first + index]
      let isStacked = index >= loop.carriedCount
      define(id, isStacked ? try timeMoved(value, types[first + index], to: loop.axis) : value)
    }
  }

  private func timeFirst(
    _ id: ValueID, axis: Int
  ) throws(ExportError) -> (tensor: Int, type: ValueType) {
    let type = self[id]
    let order = [axis] + type.shape.indices.filter { $0 != axis }
    let moved = ValueType(type.dtype, order.map { type.shape[$0] })
    if let constant = constant(id) { return (try addConstant(constant.transposed(order)), moved) }
    guard axis != 0 else { return (try tensor(id), type) }
    return (try add(.transpose, [try tensor(id), numbers(order)], moved), moved)
  }

  private func timeMoved(
    _ tensor: Int, _ type: ValueType, to axis: Int
  ) throws(ExportError) -> Int {
    guard axis != 0 else { return tensor }
    let order = Array(1...axis) + [0] + Array((axis + 1)..<type.rank)
    let moved = ValueType(type.dtype, order.map { type.shape[$0] })
    return try add(.transpose, [tensor, numbers(order)], moved)
  }

  private func zeros(_ type: ValueType) throws(ExportError) -> Int {
    let zero = Tensor(zeros: Array(repeating: 1, count: type.rank), type.dtype)
    return try add(.broadcastTo, [try addConstant(zero), numbers(type.shape)], type)
  }

  private func writeCondition(
    _ types: [ValueType], _ tripCount: Int
  ) throws(ExportError) -> Int {
    let function = try subgraph("condition", Program(), types)
    let go = try function.add(
      .less, [function.ports[0], function.number(tripCount)], ValueType(.bool, []))
    file.model[function.graph].outputs.append(.init(name: "go", tensor: go))
    return function.graph
  }

  private func writeBody(_ loop: LoopOp, _ types: [ValueType]) throws(ExportError) -> Int {
    let body = loop.body
    let function = try subgraph("body", body, types)
    let ports = function.ports
    let counter = ValueType(.int32, [])
    let place =
      loop.reverse
      ? try function.add(.sub, [function.number(loop.tripCount - 1), ports[0]], counter)
      : ports[0]
    let sequences = body.inputs.count - loop.capturedCount - loop.carriedCount
    let firstCarried = 1 + loop.capturedCount + sequences
    for (index, input) in body.inputs.enumerated() {
      if index < loop.capturedCount {
        function.define(input.value, ports[1 + index])
      } else if index < loop.capturedCount + loop.carriedCount {
        function.define(input.value, ports[firstCarried + index - loop.capturedCount])
      } else {
        let sequence = ports[1 + index - loop.carriedCount]
        let slice = try function.add(.gather(axis: 0), [sequence, place], body[input.value])
        function.define(input.value, slice)
      }
    }
    try function.addInstructions()
    let next = try function.add(.add, [ports[0], function.number(1)], counter)
    var outputs = [next] + ports[1..<firstCarried]
    for (index, output) in body.outputs.enumerated() {
      let value = try function.tensor(output.value)
      guard index >= loop.carriedCount else {
        outputs.append(value)
        continue
      }
      let type = body[output.value]
      let whole = types[firstCarried + index]
      let row = try function.add(
        .reshape, [value, function.numbers([1] + type.shape)],
        ValueType(type.dtype, [1] + type.shape))
      let start = try function.start(place, rank: whole.rank)
      outputs.append(
        try function.add(
          .dynamicUpdateSlice, [ports[firstCarried + index], row, start], whole))
    }
    for (index, tensor) in outputs.enumerated() {
      file.model[function.graph].outputs.append(.init(name: "a\(index)", tensor: tensor))
    }
    return function.graph
  }

  /// The index of a row: its place, then zeros.
  private func start(_ place: Int, rank: Int) throws(ExportError) -> Int {
    let single = ValueType(.int32, [1])
    let first = try add(.reshape, [place, numbers([1])], single)
    guard rank > 1 else { return first }
    let zeros = numbers(Array(repeating: 0, count: rank - 1))
    return try add(.concatenation(axis: 0), [first, zeros], ValueType(.int32, [rank]))
  }

  private func subgraph(
    _ name: String, _ program: Program, _ types: [ValueType]
  ) throws(ExportError) -> LiteRTFunction {
    let function = LiteRTFunction(
      file, graph: file.model.addGraph(scope.isEmpty ? name : "\(scope)/\(name)"),
      program: program)
    for (index, type) in types.enumerated() {
      let tensor = file.model[function.graph].addTensor(
        code: try code(type.dtype, "loop"), shape: type.shape, name: "a\(index)")
      file.model[function.graph].inputs.append(.init(name: "a\(index)", tensor: tensor))
    }
    return function
  }

  private var ports: [Int] { file.model[graph].inputs.map(\.tensor) }
}
