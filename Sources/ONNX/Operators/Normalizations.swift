import Programs
import Tensors

/// Normalisation and softmax.
enum Normalizations {
  static let rows: [String: OperatorTable.Row] = {
    var rows = OperatorTable.single([
      "InstanceNormalization": instance, "GroupNormalization": group,
      "RMSNormalization": rootMeanSquare, "LpNormalization": unitLength,
      "MeanVarianceNormalization": meanVariance,
      "Softmax": { try overAxis($0) { softmax($0, $1) } },
      "LogSoftmax": { try overAxis($0) { logSoftmax($0, $1) } },
      "Hardmax": { try overAxis($0) { hardmax($0, $1) } },
    ])
    rows["BatchNormalization"] = OperatorTable.Row(folds: true) { [GraphValue(try batch($0))] }
    rows["LayerNormalization"] = OperatorTable.Row(folds: true, lower: layer)
    return rows
  }()

  private static func batch(_ call: NodeCall) throws -> Value {
    try call.requireDefault("training_mode")
    let x = try call.value(0)
    let shape = [x.rank > 1 ? x.shape[1] : 1] + Array(repeating: 1, count: max(0, x.rank - 2))
    let parts = try (1..<5).map { try call.value($0).reshaped(shape) }
    let root = parts[3].adding(call.float("epsilon", 1e-5)).unary(.sqrt)
    let scale = parts[0] / root
    return (x - parts[2]) * scale + parts[1]
  }

  /// `(x - mean) / sqrt(variance + epsilon)` over axes, with what it was divided by.
  private static func standardized(
    _ x: Value, _ axes: [Int], _ epsilon: Double
  ) -> (y: Value, mean: Value, inverse: Value) {
    let mean = x.mean(axes)
    let centred = x - mean
    let variance = (centred * centred).mean(axes)
    let root = variance.adding(epsilon).unary(.sqrt)
    return (centred / root, mean, root.scalarOf(1) / root)
  }

  private static let instance: OperatorTable.Lowering = { call in
    let x = try call.value(0)
    let shape = [x.rank > 1 ? x.shape[1] : 1] + Array(repeating: 1, count: max(0, x.rank - 2))
    let y = standardized(x, Array(2..<max(2, x.rank)), call.float("epsilon", 1e-5)).y
    return y * (try call.value(1).reshaped(shape)) + (try call.value(2).reshaped(shape))
  }

  /// Scale and bias are of groups until operator set 20, of channels from 21 on.
  private static let group: OperatorTable.Lowering = { call in
    let x = try call.value(0)
    let groups = call.int("num_groups", 1)
    guard x.rank >= 2, groups > 0, x.shape[1] % groups == 0 else {
      throw call.invalid("\(x.type) in \(groups) groups", expected: "channels for whole groups")
    }
    let rest = Array(x.shape.dropFirst(2))
    let split = x.reshaped([x.shape[0], groups, x.shape[1] / groups] + rest)
    let y = standardized(split, Array(2..<split.rank), call.float("epsilon", 1e-5)).y
    let ones = Array(repeating: 1, count: rest.count)
    let (scale, bias) = (try call.value(1), try call.value(2))
    if scale.shape == [groups], groups != x.shape[1] || call.opset < 21 {
      let shape = [groups, 1] + ones
      return (y * scale.reshaped(shape) + bias.reshaped(shape)).reshaped(x.shape)
    }
    let shape = [x.shape[1]] + ones
    return y.reshaped(x.shape) * scale.reshaped(shape) + bias.reshaped(shape)
  }

  private static let layer: @Sendable (NodeCall) throws -> [GraphValue] = { call in
    let x = try call.value(0)
    let axis = try call.axis(call.int("axis", -1), rank: x.rank)
    let axes = Array(axis..<x.rank)
    let (normal, mean, inverse) = standardized(x, axes, call.float("epsilon", 1e-5))
    var y = normal * (try call.value(1))
    if let bias = try call.optional(2) { y = y + bias }
    return [GraphValue(y), GraphValue(mean), GraphValue(inverse)]
  }

  private static let rootMeanSquare: OperatorTable.Lowering = { call in
    let x = try call.value(0)
    let axes = Array(try call.axis(call.int("axis", -1), rank: x.rank)..<x.rank)
    let root = (x * x).mean(axes).adding(call.float("epsilon", 1e-5)).unary(.sqrt)
    return x / root * (try call.value(1))
  }

  private static let unitLength: OperatorTable.Lowering = { call in
    let x = try call.value(0)
    let axis = try call.axis(call.int("axis", -1), rank: x.rank)
    let length =
      call.int("p", 2) == 1
      ? x.unary(.abs).reduced(.sum, axes: [axis], keepingAxes: true)
      : (x * x).reduced(.sum, axes: [axis], keepingAxes: true).unary(.sqrt)
    let zero = x.builder.full(0, x.type)
    return length.compare(.eq, 0).broadcast(to: x.shape).select(zero, x / length)
  }

  private static let meanVariance: OperatorTable.Lowering = { call in
    let x = try call.value(0)
    let axes = try call.axes(try call.integers(nil, "axes") ?? [0, 2, 3], rank: x.rank)
    let mean = x.mean(axes)
    let centred = x - mean
    return centred / (centred * centred).mean(axes).unary(.sqrt).adding(1e-9)
  }

  // MARK: - Softmax

  /// Until operator set 12 all axes from `axis` on are one.
  private static func overAxis(
    _ call: NodeCall, _ body: (Value, Int) -> Value
  ) throws -> Value {
    let x = try call.value(0)
    guard call.opset < 13 else {
      return body(x, try call.axis(call.int("axis", -1), rank: x.rank))
    }
    let axis = try call.axis(call.int("axis", 1), rank: x.rank)
    guard axis < x.rank - 1 else { return body(x, axis) }
    let flat = x.reshaped([x.shape[..<axis].elementCountOf, x.shape[axis...].elementCountOf])
    return body(flat, 1).reshaped(x.shape)
  }

  static func softmax(_ x: Value, _ axis: Int) -> Value {
    Value.composite(.softmax(axis: axis), [x]) { inputs in
      let top = inputs[0].reduced(.max, axes: [axis], keepingAxes: true)
      let powers = (inputs[0] - top).unary(.exp)
      return [powers / powers.reduced(.sum, axes: [axis], keepingAxes: true)]
    }[0]
  }

  private static func logSoftmax(_ x: Value, _ axis: Int) -> Value {
    let shifted = x - x.reduced(.max, axes: [axis], keepingAxes: true)
    let sum = shifted.unary(.exp).reduced(.sum, axes: [axis], keepingAxes: true)
    return shifted - sum.unary(.log)
  }

  private static func hardmax(_ x: Value, _ axis: Int) -> Value {
    let place = x.argReduced(.max, axis: axis).expandingAxes([axis]).broadcast(to: x.shape)
    let places = x.builder.iota(ValueType(.int32, x.shape), axis: axis)
    return places.compare(.eq, place).converted(to: x.dtype)
  }
}
