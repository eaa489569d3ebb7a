import Programs
import Tensors
import Weights

/// Operators that look at shapes, change them, or make arrays of known values.
enum Shapes {
  static let rows: [String: OperatorTable.Row] = {
    var rows = OperatorTable.single([
      "Reshape": reshaped, "Flatten": flattened, "Squeeze": squeezed, "Unsqueeze": unsqueezed,
      "Identity": { try $0.value(0) }, "Cast": cast, "CastLike": castLike,
      "ConstantOfShape": filled, "Range": range, "Expand": expanded, "EyeLike": eye,
    ])
    rows["Identity"] = OperatorTable.Row(folds: false) { call in
      guard let operand = call.operands.first, let operand else {
        throw call.invalid("no operand", expected: "one")
      }
      return [operand]
    }
    rows["Shape"] = OperatorTable.Row(folds: false) { call in
      guard let shape = call.operands.first??.shape else {
        throw call.invalid("no operand", expected: "one")
      }
      let start = clamped(call.int("start", 0), shape.count)
      let end = clamped(call.int("end", shape.count), shape.count)
      return [GraphValue(Tensor(shape[start..<max(start, end)].map(Int64.init)))]
    }
    rows["Size"] = OperatorTable.Row(folds: false) { call in
      [GraphValue(Tensor(scalar: Int64(call.operands.first??.shape.elementCount ?? 0)))]
    }
    rows["Dropout"] = OperatorTable.Row(folds: true, lower: dropout)
    return rows
  }()

  private static func clamped(_ index: Int, _ rank: Int) -> Int {
    min(max(index < 0 ? index + rank : index, 0), rank)
  }

  /// 0 keeps an extent unless zeros are allowed; -1 takes what is left.
  private static let reshaped: OperatorTable.Lowering = { call in
    let x = try call.value(0)
    guard let wanted = try call.integers(1, "shape") else {
      throw call.invalid("no shape", expected: "one")
    }
    var shape = wanted
    for (axis, extent) in wanted.enumerated() where extent == 0 && !call.flag("allowzero") {
      guard axis < x.rank else {
        throw call.invalid("0 for an extent that \(x.type) does not have", expected: "its own axes")
      }
      shape[axis] = x.shape[axis]
    }
    let free = shape.indices.filter { shape[$0] == -1 }
    guard free.count <= 1 else { throw call.invalid("a shape of \(wanted)", expected: "one -1") }
    if let place = free.first {
      let rest = try call.checked(shape.enumerated().map { $0.offset == place ? 1 : $0.element })
      let count = rest.elementCount
      guard count > 0 ? x.shape.elementCount % count == 0 : x.shape.elementCount == 0 else {
        throw call.invalid("\(x.type) as \(wanted)", expected: "a shape of as many elements")
      }
      shape[place] = count > 0 ? x.shape.elementCount / count : 0
    }
    guard try call.checked(shape).elementCount == x.shape.elementCount else {
      throw call.invalid("\(x.type) as \(wanted)", expected: "a shape of as many elements")
    }
    return x.reshaped(shape)
  }

  private static let flattened: OperatorTable.Lowering = { call in
    let x = try call.value(0)
    let given = call.int("axis", 1)
    let axis = given == x.rank ? x.rank : try call.axis(given, rank: x.rank)
    return x.reshaped([x.shape[..<axis].elementCountOf, x.shape[axis...].elementCountOf])
  }

  private static let squeezed: OperatorTable.Lowering = { call in
    let x = try call.value(0)
    let given = try call.integers(1, "axes")
    let axes =
      try given.map { try call.axes($0, rank: x.rank) }
      ?? x.shape.indices.filter { x.shape[$0] == 1 }
    guard axes.allSatisfy({ x.shape[$0] == 1 }) else {
      throw call.invalid("\(x.type) without axes \(axes)", expected: "extents of 1 there")
    }
    return x.reshaped(x.shape.indices.filter { !axes.contains($0) }.map { x.shape[$0] })
  }

  private static let unsqueezed: OperatorTable.Lowering = { call in
    let x = try call.value(0)
    guard let given = try call.integers(1, "axes") else {
      throw call.invalid("no axes", expected: "some")
    }
    return x.expandingAxes(try call.axes(given, rank: x.rank + given.count))
  }

  private static let cast: OperatorTable.Lowering = { call in
    try converted(call, to: call.int("to", 1))
  }

  private static let castLike: OperatorTable.Lowering = { call in
    try call.value(0).converted(to: try call.value(1).dtype)
  }

  /// 64-bit integers stay 32-bit ones in the program.
  private static func converted(_ call: NodeCall, to number: Int) throws -> Value {
    guard let stored = OnnxElementType.stored(number) else {
      throw call.unsupported("elements of \(OnnxElementType.name(number))")
    }
    let dtype = stored.dtype == .int64 && !call.isFolding ? .int32 : stored.dtype
    let x = try call.value(0)
    if x.dtype == .bool, dtype.isFloating || dtype.isInteger { return x.converted(to: dtype) }
    return x.converted(to: dtype)
  }

  private static let filled: OperatorTable.Lowering = { call in
    let shape = try call.checked(try call.known(0, "the shape").integers)
    guard case .tensor(let stored) = call.node.attributes["value"] else {
      return call.builder.full(0, ValueType(.float32, shape))
    }
    let value = try call.tracer.source.tensor(stored, named: call.node.outputs.first ?? "")
    guard value.count == 1 else { throw call.invalid("\(value.count) values", expected: "one") }
    let element = GraphValue(value.reshaped([]))
    return element.value(in: call.builder, keepsWideIntegers: call.isFolding).broadcast(to: shape)
  }

  private static let range: OperatorTable.Lowering = { call in
    let numbers = try (0..<3).map { try call.number($0, "a bound") }
    let count = numbers[2] == 0 ? -1 : ((numbers[1] - numbers[0]) / numbers[2]).rounded(.up)
    guard count.isFinite, count <= 0x1p24, numbers[2] != 0 else {
      throw call.invalid("a range of \(numbers)", expected: "at most 2²⁴ numbers")
    }
    let dtype = try call.value(0).dtype
    let values = (0..<max(0, Int(count))).map { numbers[0] + Double($0) * numbers[2] }
    return call.builder.constant(Tensor(values).converted(to: dtype))
  }

  /// Both shapes broadcast together.
  private static let expanded: OperatorTable.Lowering = { call in
    let x = try call.value(0)
    let wanted = try call.checked(try call.known(1, "the shape").integers)
    guard let shape = Shape.broadcast(x.shape, wanted) else {
      throw call.invalid("\(x.type) to \(wanted.shapeText)", expected: "shapes that fit")
    }
    return x.broadcast(to: try call.checked(shape))
  }

  private static let eye: OperatorTable.Lowering = { call in
    let x = try call.value(0)
    guard x.rank == 2 else { throw call.invalid("\(x.type)", expected: "a matrix") }
    let type = ValueType(.int32, x.shape)
    let columns = call.builder.iota(type, axis: 1).adding(Double(-call.int("k", 0)))
    let number = call.int("dtype", 0)
    let dtype = OnnxElementType.stored(number)?.dtype ?? x.dtype
    return call.builder.iota(type, axis: 0).compare(.eq, columns)
      .converted(to: dtype == .int64 && !call.isFolding ? .int32 : dtype)
  }

  /// Nothing is dropped when a model is used.
  private static let dropout: @Sendable (NodeCall) throws -> [GraphValue] = { call in
    if call.has(2), try call.number(2, "the mode") != 0 {
      let ratio = call.has(1) ? try call.number(1, "the ratio") : 0.5
      guard ratio == 0 else { throw call.unsupported("dropout as in training") }
    }
    let x = try call.value(0)
    return [GraphValue(x), GraphValue(call.builder.full(1, ValueType(.bool, x.shape)))]
  }
}

extension ArraySlice<Int> {
  /// The product.
  var elementCountOf: Int { Array(self).elementCount }
}
