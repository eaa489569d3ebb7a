import Programs
import Tensors

/// Operators that read or write at indices.
enum Indexing {
  static let rows: [String: OperatorTable.Row] = {
    var rows = OperatorTable.single([
      "Gather": gathered, "GatherElements": gatheredElements, "GatherND": gatheredPoints,
      "ScatterND": scatteredPoints, "ScatterElements": scatteredElements,
      "Scatter": scatteredElements, "Trilu": triangle, "OneHot": oneHot,
      "ArgMax": { try argument(.max, $0) }, "ArgMin": { try argument(.min, $0) },
      "CumSum": cumulated,
    ])
    rows["TopK"] = OperatorTable.Row(folds: true, lower: greatest)
    return rows
  }()

  /// Indices as 32-bit numbers from 0.
  private static func counted(_ indices: Value, _ extent: Int) -> Value {
    let plain = indices.converted(to: .int32)
    return plain.compare(.lt, 0).select(plain.adding(Double(extent)), plain)
  }

  /// One known index is a slice.
  private static let gathered: OperatorTable.Lowering = { call in
    let x = try call.value(0)
    let axis = try call.axis(call.int("axis", 0), rank: x.rank)
    if let known = call.known(1), known.count == 1 {
      let index = known.integers[0]
      let place = index < 0 ? index + x.shape[axis] : index
      guard (0..<x.shape[axis]).contains(place) else {
        throw call.invalid("index \(index)", expected: "one of 0 ..< \(x.shape[axis])")
      }
      let shape = Array(x.shape[..<axis]) + known.shape + x.shape[(axis + 1)...]
      return x.sliced(axis: axis, from: place, to: place + 1).reshaped(shape)
    }
    return x.gathered(counted(try call.value(1), x.shape[axis]), axis: axis)
  }

  private static let gatheredElements: OperatorTable.Lowering = { call in
    var (x, indices) = (try call.value(0), try call.value(1))
    let axis = try call.axis(call.int("axis", 0), rank: x.rank)
    guard indices.rank == x.rank,
      x.shape.indices.allSatisfy({ $0 == axis || indices.shape[$0] <= x.shape[$0] })
    else { throw call.invalid("indices \(indices.type)", expected: "no more than in \(x.type)") }
    for other in x.shape.indices where other != axis {
      x = x.sliced(axis: other, from: 0, to: indices.shape[other])
    }
    let order = x.shape.indices.filter { $0 != axis } + [axis]
    indices = counted(indices, x.shape[axis]).transposed(order)
    let taken = x.transposed(order).gathered(
      indices, axis: x.rank - 1, batchAxes: x.rank - 1)
    return taken.transposed(order.indices.map { place in order.firstIndex(of: place) ?? 0 })
  }

  /// Points become places in the flattened leading axes.
  private static let gatheredPoints: OperatorTable.Lowering = { call in
    let (x, indices) = (try call.value(0), try call.value(1))
    let batch = call.int("batch_dims", 0)
    guard let width = indices.shape.last, batch >= 0, batch < indices.rank,
      batch + width <= x.rank, Array(x.shape[..<batch]) == Array(indices.shape[..<batch])
    else { throw call.invalid("indices \(indices.type)", expected: "points of \(x.type)") }
    let extents = Array(x.shape[batch..<batch + width])
    let rows = x.shape[..<batch].elementCountOf
    var places = indices.builder.full(
      0, ValueType(.int32, Array(indices.shape.dropLast())))
    for (index, extent) in extents.enumerated() {
      let part = counted(indices.element(index, axis: indices.rank - 1), extent)
      places = places.scaled(by: Double(extent)) + part
    }
    let rest = Array(x.shape[(batch + width)...])
    let points = Array(indices.shape[batch..<indices.rank - 1])
    let taken = x.reshaped([rows, extents.elementCount] + rest)
      .gathered(places.reshaped([rows, points.elementCount]), axis: 1, batchAxes: 1)
    return taken.reshaped(Array(x.shape[..<batch]) + points + rest)
  }

  /// Known points: the elements that are written are read from behind the others.
  private static let scatteredPoints: OperatorTable.Lowering = { call in
    let x = try call.value(0)
    let indices = try call.known(1, "the indices")
    let updates = try call.value(2)
    guard call.string("reduction", "none") == "none" else {
      throw call.unsupported("scattering that adds", expected: "reduction none")
    }
    guard let width = indices.shape.last, width <= x.rank else {
      throw call.invalid("indices \(indices.shape.shapeText)", expected: "points of \(x.type)")
    }
    let rest = Array(x.shape[width...])
    let numbers = indices.integers
    let places = try (0..<(width == 0 ? 0 : numbers.count / width)).map { point in
      try place(Array(numbers[point * width..<(point + 1) * width]), x.shape, call)
    }
    return try written(x, Array(x.shape[..<width]).elementCount, rest, places, updates, call)
  }

  private static let scatteredElements: OperatorTable.Lowering = { call in
    let x = try call.value(0)
    let indices = try call.known(1, "the indices")
    let axis = try call.axis(call.int("axis", 0), rank: x.rank)
    guard call.string("reduction", "none") == "none" else {
      throw call.unsupported("scattering that adds", expected: "reduction none")
    }
    guard indices.rank == x.rank else {
      throw call.invalid("indices \(indices.shape.shapeText)", expected: "the rank of \(x.type)")
    }
    let strides = indices.shape.rowMajorStrides
    let places = try indices.integers.enumerated().map { position, index in
      var point = indices.shape.indices.map {
        position / max(strides[$0], 1) % max(indices.shape[$0], 1)
      }
      point[axis] = index
      return try place(point, x.shape, call)
    }
    return try written(x, x.shape.elementCount, [], places, try call.value(2), call)
  }

  private static func place(_ point: [Int], _ shape: Shape, _ call: NodeCall) throws -> Int {
    try zip(point, shape).reduce(0) { sum, pair in
      let index = pair.0 < 0 ? pair.0 + pair.1 : pair.0
      guard (0..<pair.1).contains(index) else {
        throw call.invalid("index \(pair.0)", expected: "one of 0 ..< \(pair.1)")
      }
      return sum * pair.1 + index
    }
  }

  private static func written(
    _ x: Value, _ count: Int, _ rest: Shape, _ places: [Int], _ updates: Value, _ call: NodeCall
  ) throws -> Value {
    guard updates.shape.elementCount == places.count * rest.elementCount, count < 1 << 24 else {
      throw call.invalid("updates \(updates.type)", expected: "one for each index")
    }
    var sources = (0..<count).map { Int32($0) }
    for (order, place) in places.enumerated() { sources[place] = Int32(count + order) }
    let all = Value.concatenate(
      [x.reshaped([count] + rest), updates.reshaped([places.count] + rest)], axis: 0)
    return all.gathered(x.builder.constant(Tensor(sources)), axis: 0).reshaped(x.shape)
  }

  private static let triangle: OperatorTable.Lowering = { call in
    let x = try call.value(0)
    guard x.rank >= 2 else { throw call.invalid("\(x.type)", expected: "matrices") }
    let shift = call.has(1) ? try call.integer(1, "the diagonal") : 0
    let type = ValueType(.int32, Array(x.shape.suffix(2)))
    let columns = x.builder.iota(type, axis: 1)
    let edge = x.builder.iota(type, axis: 0).adding(Double(min(max(shift, -1 << 24), 1 << 24)))
    let isKept =
      call.int("upper", 1) != 0 ? edge.compare(.le, columns) : columns.compare(.le, edge)
    return isKept.broadcast(to: x.shape).select(x, x.builder.full(0, x.type))
  }

  private static let oneHot: OperatorTable.Lowering = { call in
    let depth = try call.integer(1, "the depth")
    let values = try call.value(2)
    guard values.shape == [2], depth >= 0 else {
      throw call.invalid(
        "\(values.type) for \(depth) classes", expected: "off and on, and a depth from 0")
    }
    let indices = try call.value(0).converted(to: .int32)
    let axis = try call.axis(call.int("axis", -1), rank: indices.rank + 1)
    var shape = indices.shape
    shape.insert(depth, at: axis)
    let type = ValueType(.int32, try call.checked(shape))
    let classes = call.builder.iota(type, axis: axis)
    let places = counted(indices, depth).expandingAxes([axis]).broadcast(to: shape)
    let (off, on) = (values.element(0, axis: 0), values.element(1, axis: 0))
    return classes.compare(.eq, places).select(on.broadcast(to: shape), off.broadcast(to: shape))
  }

  private static func argument(_ kind: ReductionKind, _ call: NodeCall) throws -> Value {
    let x = try call.value(0)
    let axis = try call.axis(call.int("axis", 0), rank: x.rank)
    var place = x.argReduced(kind, axis: axis)
    if call.flag("select_last_index") {
      let fromEnd = x.reversed(axes: [axis]).argReduced(kind, axis: axis)
      place = fromEnd.unary(.neg).adding(Double(x.shape[axis] - 1))
    }
    return call.int("keepdims", 1) != 0 ? place.expandingAxes([axis]) : place
  }

  private static let cumulated: OperatorTable.Lowering = { call in
    let x = try call.value(0)
    let axis = try call.axis(try call.integer(1, "the axis"), rank: x.rank)
    let sums = x.cumulative(.sum, axis: axis, reverse: call.flag("reverse"))
    return call.flag("exclusive") ? sums - x : sums
  }

  private static let greatest: @Sendable (NodeCall) throws -> [GraphValue] = { call in
    let x = try call.value(0)
    let axis = try call.axis(call.int("axis", -1), rank: x.rank)
    guard let count = try call.integers(1, "k")?.first, (0...x.shape[axis]).contains(count) else {
      throw call.invalid("no k within \(x.shape[axis])", expected: "one")
    }
    let (values, places) = x.sorted(axis: axis, descending: call.int("largest", 1) != 0)
    return [values, places].map { GraphValue($0.sliced(axis: axis, from: 0, to: count)) }
  }
}
