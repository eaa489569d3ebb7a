import Programs
import Tensors
import Weights

/// Operators on numbers of eight bits.
enum Quantization {
  static let rows: [String: OperatorTable.Row] = {
    var rows = OperatorTable.single([
      "DequantizeLinear": dequantized, "QuantizeLinear": quantized, "MatMulInteger": product,
      "ConvInteger": convolution,
    ])
    rows["DynamicQuantizeLinear"] = OperatorTable.Row(folds: true, lower: dynamic)
    return rows
  }()

  /// A scale or zero point of an axis, or of blocks along it, in the rank of `x`.
  private static func spread(_ value: Value, _ x: Value, _ call: NodeCall) throws -> Value {
    guard value.shape.elementCount > 1 else {
      return value.reshaped([])
    }
    let axis = try call.axis(call.int("axis", 1), rank: x.rank)
    let block = call.int("block_size", 0)
    if block > 0, value.rank == x.rank {
      var wide = value.shape
      wide.insert(block, at: axis + 1)
      var shape = value.shape
      shape[axis] *= block
      let axes = (0..<value.rank).map { $0 <= axis ? $0 : $0 + 1 }
      return value.broadcast(to: wide, axes: axes).reshaped(shape)
        .sliced(axis: axis, from: 0, to: x.shape[axis])
    }
    var shape = Array(repeating: 1, count: x.rank)
    shape[axis] = value.shape.elementCount
    return value.reshaped(shape)
  }

  /// `(x - zero) * scale`.
  private static let dequantized: OperatorTable.Lowering = { call in
    let x = try call.value(0)
    let scale = try spread(try call.value(1), x, call)
    guard let zero = try call.optional(2) else { return x.converted(to: scale.dtype) * scale }
    let shifted =
      x.converted(to: .int32) - (try spread(zero, x, call)).converted(to: .int32)
    return shifted.converted(to: scale.dtype) * scale
  }

  /// `round(x / scale) + zero`, saturated.
  private static let quantized: OperatorTable.Lowering = { call in
    let x = try call.value(0)
    let scale = try spread(try call.value(1), x, call)
    let type = call.int("output_dtype", 0)
    let zero = try call.optional(2)
    let dtype = zero?.dtype ?? OnnxElementType.stored(type)?.dtype ?? .uint8
    guard dtype == .uint8 || dtype == .int8 || dtype == .int16 else {
      throw call.unsupported("quantised to \(dtype.name)", expected: "uint8, int8 or int16")
    }
    var y = (x / scale.converted(to: x.dtype)).unary(.round)
    if let zero { y = y + (try spread(zero, x, call)).converted(to: y.dtype) }
    let bounds: (Double, Double) =
      dtype == .uint8 ? (0, 255) : dtype == .int8 ? (-128, 127) : (-32768, 32767)
    return y.binary(.max, bounds.0).binary(.min, bounds.1).converted(to: dtype)
  }

  /// To 8 bits by the range of the whole operand: result, scale and zero point.
  private static let dynamic: @Sendable (NodeCall) throws -> [GraphValue] = { call in
    let parts = dynamic(try call.value(0))
    return [parts.y.converted(to: .uint8), parts.scale, parts.zero.converted(to: .uint8)]
      .map { GraphValue($0) }
  }

  /// A product with a matrix of 8 bits, of an operand that is quantised by its own range.
  static func product(
    _ x: Value, _ weight: Value, scale: Value, zero: Value?
  ) throws -> Value {
    let (y, ownScale, ownZero) = dynamic(x)
    let a = y.converted(to: .int32) - ownZero.converted(to: .int32)
    var b = weight.converted(to: .int32)
    if let zero { b = b - zero.converted(to: .int32) }
    return Products.matmul(a, b).converted(to: x.dtype) * (scale * ownScale)
  }

  /// Whole numbers from 0 to 255 as floating ones, their scale and their zero point.
  private static func dynamic(_ x: Value) -> (y: Value, scale: Value, zero: Value) {
    let axes = Array(0..<x.rank)
    let top = x.reduced(.max, axes: axes).binary(.max, 0)
    let low = x.reduced(.min, axes: axes).binary(.min, 0)
    let scale = (top - low).binary(.div, 255)
    let safe = scale.compare(.eq, 0).select(scale.scalarOf(1), scale)
    let zero = (low.unary(.neg) / safe).unary(.round).binary(.max, 0).binary(.min, 255)
    let y = (x / safe).unary(.round) + zero
    return (y.binary(.max, 0).binary(.min, 255), scale, zero)
  }

  /// Sums in 32 bits.
  private static let product: OperatorTable.Lowering = { call in
    var a = try call.value(0).converted(to: .int32)
    var b = try call.value(1).converted(to: .int32)
    if let zero = try call.optional(2)?.converted(to: .int32) {
      a = a - (zero.rank == 1 && zero.shape[0] > 1 ? zero.expandingAxes([1]) : zero)
    }
    if let zero = try call.optional(3)?.converted(to: .int32) { b = b - zero }
    return Products.matmul(a, b)
  }

  private static let convolution: OperatorTable.Lowering = { call in
    var x = try call.value(0).converted(to: .int32)
    var w = try call.value(1).converted(to: .int32)
    if let zero = try call.optional(2) { x = x - zero.converted(to: .int32).reshaped([]) }
    if let zero = try call.optional(3)?.converted(to: .int32) {
      let shape =
        zero.shape.elementCount == 1
        ? [] : [zero.shape.elementCount] + Array(repeating: 1, count: w.rank - 1)
      w = w - zero.reshaped(shape)
    }
    return try Convolutions.convolve(call, x, w).channelsFirst
  }
}
