import Programs
import Tensors

extension StableHLOFunction {
  /// Reads and writes at places that legalisation has moved inside.
  func index(_ op: IndexingOp, _ x: [ValueID], _ type: ValueType) -> String {
    switch op {
    case .gather(let axis, let batchAxes, _): return gather(axis, batchAxes, x, type)
    case .scatterAdd: return scatter(x, type)
    case .dynamicSlice(let axis, let size):
      let starts = starts(value(x[1]), axis: axis, rank: type.rank)
      return slice(value(x[0]), self[x[0]], starts, axis: axis, size: size)
    case .dynamicUpdate(let axis):
      let starts = starts(value(x[2]), axis: axis, rank: type.rank)
      return update(value(x[0]), type, value(x[1]), self[x[1]], starts)
    }
  }

  /// The start of a block: its place along one axis, 0 along the others.
  private func starts(_ place: String, axis: Int, rank: Int) -> [String] {
    let zero = scalar(0, .int32)
    return (0..<rank).map { $0 == axis ? place : zero }
  }

  private func slice(
    _ x: String, _ type: ValueType, _ starts: [String], axis: Int, size: Int
  ) -> String {
    var part = type
    part.shape[axis] = size
    let integers = starts.map { _ in "tensor<i32>" }.joined(separator: ", ")
    return add(
      "stablehlo.dynamic_slice \(x), \(starts.joined(separator: ", ")), sizes = "
        + "\(StableHLOText.list(part.shape)) : (\(StableHLOText.type(type)), \(integers)) -> "
        + StableHLOText.type(part))
  }

  private func update(
    _ x: String, _ type: ValueType, _ part: String, _ partType: ValueType, _ starts: [String]
  ) -> String {
    let integers = starts.map { _ in "tensor<i32>" }.joined(separator: ", ")
    let whole = StableHLOText.type(type)
    return add(
      "stablehlo.dynamic_update_slice \(x), \(part), \(starts.joined(separator: ", ")) : (\(whole), "
        + "\(StableHLOText.type(partType)), \(integers)) -> \(whole)")
  }

  private func gather(
    _ axis: Int, _ batchAxes: Int, _ x: [ValueID], _ type: ValueType
  ) -> String {
    let (data, indices) = (self[x[0]], self[x[1]])
    let rest = indices.rank - batchAxes
    let offsets = type.shape.indices.filter { $0 >= batchAxes && !(axis..<axis + rest ~= $0) }
    var sizes = data.shape
    sizes[axis] = 1
    for batch in 0..<batchAxes { sizes[batch] = 1 }
    let batch = StableHLOText.list(Array(0..<batchAxes))
    let batching =
      batchAxes > 0
      ? "operand_batching_dims = \(batch), start_indices_batching_dims = \(batch), " : ""
    let numbers =
      "#stablehlo.gather<offset_dims = \(StableHLOText.list(offsets)), collapsed_slice_dims = "
      + "[\(axis)], \(batching)start_index_map = [\(axis)], index_vector_dim = \(indices.rank)>"
    return add(
      "\"stablehlo.gather\"(\(value(x[0])), \(value(x[1]))) <{dimension_numbers = \(numbers), "
        + "slice_sizes = \(StableHLOText.array(sizes)), indices_are_sorted = false}> : "
        + "(\(StableHLOText.type(data)), \(StableHLOText.type(indices))) -> "
        + StableHLOText.type(type))
  }

  /// Rows added at places of a matrix.
  private func scatter(_ x: [ValueID], _ type: ValueType) -> String {
    let element = StableHLOText.scalar(type.dtype)
    let (a, b, c) = (fresh(), fresh(), fresh())
    let types = x.map { StableHLOText.type(self[$0]) }.joined(separator: ", ")
    let names = x.map { value($0) }.joined(separator: ", ")
    return add(
      "\"stablehlo.scatter\"(\(names)) <{scatter_dimension_numbers = #stablehlo.scatter<"
        + "update_window_dims = [1], inserted_window_dims = [0], scatter_dims_to_operand_dims = "
        + "[0], index_vector_dim = 1>, indices_are_sorted = false, unique_indices = false}> ({ "
        + "^bb0(\(a): \(element), \(b): \(element)): \(c) = stablehlo.add \(a), \(b) : \(element) "
        + "stablehlo.return \(c) : \(element) }) : (\(types)) -> \(StableHLOText.type(type))")
  }

  // MARK: - Loops

  /// A loop as while: what it captures is seen by its body.
  func write(_ loop: LoopOp, _ x: [ValueID], _ results: [ValueID]) throws(ExportError) {
    let start = loop.capturedCount + loop.carriedCount
    let carried = Array(x[loop.capturedCount..<start])
    let stacked = results[loop.carriedCount...].map { self[$0] }
    let counter = ValueType(.int32, [])
    let types = [counter] + carried.map { self[$0] } + stacked
    let initial = [scalar(0, .int32)] + carried.map { value($0) } + stacked.map { full(0, $0) }
    let names = types.map { _ in fresh() }
    let condition = region()
    let go = condition.compare(
      "LT", names[0], condition.scalar(Double(loop.tripCount), .int32), counter)
    let body = region(loop.body)
    let place =
      loop.reverse
      ? body.add(
        "stablehlo.subtract \(body.scalar(Double(loop.tripCount - 1), .int32)), \(names[0]) : "
          + "tensor<i32>")
      : names[0]
    for (index, input) in loop.body.inputs.enumerated() {
      if index < loop.capturedCount {
        body.define(input.value, value(x[index]))
      } else if index < start {
        body.define(input.value, names[1 + index - loop.capturedCount])
      } else {
        body.define(input.value, body.row(value(x[index]), self[x[index]], place, loop.axis))
      }
    }
    try body.addInstructions()
    var next = [
      body.add("stablehlo.add \(names[0]), \(body.scalar(1, .int32)) : tensor<i32>")
    ]
    for (index, output) in loop.body.outputs.enumerated() {
      let result = body.value(output.value)
      guard index >= loop.carriedCount else {
        next.append(result)
        continue
      }
      let row = (result, loop.body[output.value])
      next.append(
        body.withRow(names[1 + index], self[results[index]], row, place, loop.axis))
    }
    let list = types.map(StableHLOText.type).joined(separator: ", ")
    let assigned = zip(names, initial).map { "\($0) = \($1)" }.joined(separator: ", ")
    let name = fresh()
    add(
      line: """
        \(name):\(types.count) = stablehlo.while(\(assigned)) : \(list) cond {
        \(condition.lines.joined(separator: "\n"))
        stablehlo.return \(go) : tensor<i1>
        } do {
        \(body.lines.joined(separator: "\n"))
        stablehlo.return \(next.joined(separator: ", ")) : \(list)
        }
        """)
    for (index, id) in results.enumerated() { define(id, "\(name)#\(index + 1)") }
  }

  /// One slice along an axis, which is removed.
  private func row(_ x: String, _ type: ValueType, _ place: String, _ axis: Int) -> String {
    let one = slice(x, type, starts(place, axis: axis, rank: type.rank), axis: axis, size: 1)
    var (thin, rest) = (type, type)
    thin.shape[axis] = 1
    rest.shape.remove(at: axis)
    return add(
      "stablehlo.reshape \(one) : (\(StableHLOText.type(thin))) -> \(StableHLOText.type(rest))")
  }

  /// An array with one slice along an axis replaced.
  private func withRow(
    _ x: String, _ type: ValueType, _ row: (name: String, type: ValueType), _ place: String,
    _ axis: Int
  ) -> String {
    var thin = type
    thin.shape[axis] = 1
    let part = add(
      "stablehlo.reshape \(row.name) : (\(StableHLOText.type(row.type))) -> "
        + StableHLOText.type(thin))
    return update(x, type, part, thin, starts(place, axis: axis, rank: type.rank))
  }
}
