import Programs
import Tensors

/// Operators that rearrange elements.
enum Movement {
  static let rows: [String: OperatorTable.Row] = {
    var rows = OperatorTable.single([
      "Transpose": transposed, "Tile": tiled, "Concat": joined, "Slice": sliced, "Pad": padded,
      "DepthToSpace": depthToSpace, "SpaceToDepth": spaceToDepth,
    ])
    rows["Split"] = OperatorTable.Row(folds: true, lower: split)
    return rows
  }()

  private static let transposed: OperatorTable.Lowering = { call in
    let x = try call.value(0)
    guard let order = try call.integers(nil, "perm") else {
      return x.transposed(Array((0..<x.rank).reversed()))
    }
    guard order.sorted() == Array(0..<x.rank) else {
      throw call.invalid("perm = \(order)", expected: "the axes of \(x.type) in another order")
    }
    return x.transposed(order)
  }

  private static let tiled: OperatorTable.Lowering = { call in
    var x = try call.value(0)
    let counts = try call.known(1, "repeats").integers
    guard counts.count == x.rank, counts.allSatisfy({ $0 >= 0 }) else {
      throw call.invalid("repeats of \(counts)", expected: "one number for each axis of \(x.type)")
    }
    _ = try call.checked(zip(x.shape, counts).map { Rational.product($0, $1) })
    for (axis, count) in counts.enumerated() where count != 1 {
      var wide = x.shape
      wide.insert(count, at: axis)
      var shape = x.shape
      shape[axis] *= count
      let axes = (0..<x.rank).map { $0 < axis ? $0 : $0 + 1 }
      x = x.broadcast(to: wide, axes: axes).reshaped(shape)
    }
    return x
  }

  private static let joined: OperatorTable.Lowering = { call in
    var values = try call.values()
    guard let first = values.first else { throw call.invalid("no operands", expected: "some") }
    let axis = try call.axis(call.int("axis", 1), rank: first.rank)
    let common = values.map(\.dtype).reduce(first.dtype) { a, b in
      a.isInteger && b.isInteger ? DType.promoted(a, b) : a
    }
    values = values.map { $0.dtype.isInteger ? $0.converted(to: common) : $0 }
    return Value.concatenate(values, axis: axis)
  }

  private static let split: @Sendable (NodeCall) throws -> [GraphValue] = { call in
    let x = try call.value(0)
    let axis = try call.axis(call.int("axis", 0), rank: x.rank)
    let extent = x.shape[axis]
    let sizes: [Int]
    if let given = try call.integers(1, "split") {
      sizes = given
    } else {
      let count = max(1, call.int("num_outputs", call.outputCount))
      let part = (extent + count - 1) / count
      sizes = (0..<count).map { min(part, max(0, extent - $0 * part)) }
    }
    guard sizes.allSatisfy({ $0 >= 0 }), sizes.reduce(0, Rational.sum) == extent else {
      throw call.invalid("parts of \(sizes)", expected: "parts of \(extent)")
    }
    var start = 0
    return sizes.map { size in
      defer { start += size }
      return GraphValue(x.sliced(axis: axis, from: start, to: start + size))
    }
  }

  private static let sliced: OperatorTable.Lowering = { call in
    var x = try call.value(0)
    guard let starts = try call.integers(1, "starts"), let ends = try call.integers(2, "ends")
    else {
      throw call.invalid("no starts or ends", expected: "both")
    }
    let axes = try call.integers(3, "axes") ?? Array(0..<starts.count)
    let steps = try call.integers(4, "steps") ?? Array(repeating: 1, count: starts.count)
    guard ends.count == starts.count, axes.count == starts.count, steps.count == starts.count else {
      throw call.invalid("\(starts.count) starts, \(ends.count) ends", expected: "as many of each")
    }
    for index in starts.indices {
      let axis = try call.axis(axes[index], rank: x.rank)
      x = try slice(x, axis, starts[index], ends[index], steps[index], call)
    }
    return x
  }

  /// One axis; a negative step reverses it first.
  private static func slice(
    _ x: Value, _ axis: Int, _ start: Int, _ end: Int, _ step: Int, _ call: NodeCall
  ) throws -> Value {
    let extent = x.shape[axis]
    func counted(_ index: Int) -> Int { index < 0 ? max(index, -extent - 1) + extent : index }
    guard step != 0, step > Int.min else { throw call.invalid("a step of 0", expected: "another") }
    guard step < 0 else {
      let from = min(max(counted(start), 0), extent)
      let to = min(max(counted(end), from), extent)
      return x.sliced(axis: axis, from: from, to: to, stride: min(step, max(extent, 1)))
    }
    let from = min(max(counted(start), -1), extent - 1)
    let to = max(min(counted(end), from), -1)
    let reversed = x.reversed(axes: [axis])
    return reversed.sliced(
      axis: axis, from: extent - 1 - from, to: extent - 1 - to, stride: min(-step, max(extent, 1)))
  }

  private static let padded: OperatorTable.Lowering = { call in
    let x = try call.value(0)
    guard let pads = try call.integers(1, "pads") ?? call.integers(nil, "paddings") else {
      throw call.invalid("no pads", expected: "some")
    }
    let axes = try call.integers(3, "axes") ?? Array(0..<x.rank)
    guard pads.count == 2 * axes.count else {
      throw call.invalid("\(pads.count) pads", expected: "two for each of \(axes.count) axes")
    }
    var (low, high) = (Array(repeating: 0, count: x.rank), Array(repeating: 0, count: x.rank))
    for (place, axis) in axes.enumerated() {
      let axis = try call.axis(axis, rank: x.rank)
      (low[axis], high[axis]) = (pads[place], pads[place + axes.count])
    }
    let shape = zip(x.shape, zip(low, high)).map { Rational.sum($0, Rational.sum($1.0, $1.1)) }
    _ = try call.checked(shape)
    let mode = call.string("mode", "constant")
    guard mode != "constant" else {
      let value =
        call.has(2) ? try call.number(2, "the value") : call.float("value", 0)
      return x.padded(low: low, high: high, value: value)
    }
    return try zip(low, high).enumerated().reduce(x) { x, pad in
      try padded(x, pad.offset, pad.element.0, pad.element.1, mode, call)
    }
  }

  /// One axis padded by its own elements.
  private static func padded(
    _ x: Value, _ axis: Int, _ low: Int, _ high: Int, _ mode: String, _ call: NodeCall
  ) throws -> Value {
    guard low != 0 || high != 0 else { return x }
    let extent = x.shape[axis]
    guard extent > 0 else { throw call.invalid("an empty axis", expected: "elements to pad with") }
    let indices = try (-low..<extent + high).map { place -> Int32 in
      switch mode {
      case "edge": return Int32(min(max(place, 0), extent - 1))
      case "wrap": return Int32(Rational.floorModulo(place, extent))
      case "reflect":
        guard extent > 1 else { return 0 }
        let turn = Rational.floorModulo(place, 2 * (extent - 1))
        return Int32(turn < extent ? turn : 2 * (extent - 1) - turn)
      default:
        throw call.unsupported("padding by \(mode)", expected: "constant, reflect, edge or wrap")
      }
    }
    return x.gathered(x.builder.constant(Tensor(indices)), axis: axis)
  }

  private static let depthToSpace: OperatorTable.Lowering = { call in
    let (x, size) = (try call.value(0), call.int("blocksize", 1))
    guard x.rank == 4, size > 0, size < 1 << 16, x.shape[1] % (size * size) == 0 else {
      throw call.invalid("\(x.type) in blocks of \(size)", expected: "channels for whole blocks")
    }
    let (b, c, h, w) = (x.shape[0], x.shape[1] / (size * size), x.shape[2], x.shape[3])
    let moved =
      call.string("mode", "DCR") == "DCR"
      ? x.reshaped([b, size, size, c, h, w]).transposed([0, 3, 4, 1, 5, 2])
      : x.reshaped([b, c, size, size, h, w]).transposed([0, 1, 4, 2, 5, 3])
    return moved.reshaped([b, c, h * size, w * size])
  }

  private static let spaceToDepth: OperatorTable.Lowering = { call in
    let (x, size) = (try call.value(0), call.int("blocksize", 1))
    guard x.rank == 4, size > 0, x.shape[2] % size == 0, x.shape[3] % size == 0 else {
      throw call.invalid("\(x.type) in blocks of \(size)", expected: "whole blocks")
    }
    let (b, c, h, w) = (x.shape[0], x.shape[1], x.shape[2] / size, x.shape[3] / size)
    let order = call.string("mode", "DCR") == "DCR" ? [0, 3, 5, 1, 2, 4] : [0, 1, 3, 5, 2, 4]
    return x.reshaped([b, c, h, size, w, size]).transposed(order)
      .reshaped([b, c * size * size, h, w])
  }
}
