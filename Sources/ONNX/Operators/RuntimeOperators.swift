import Programs
import Tensors

/// Operators of the domain `com.microsoft`, which ONNX Runtime writes into models that it optimises or
/// quantises.
///
/// - Source: onnxruntime/docs/ContribOperators.md.
enum RuntimeOperators {
  static let rows: [String: OperatorTable.Row] = {
    var rows = OperatorTable.single([
      "FusedConv": convolution, "FusedMatMul": product, "FusedGemm": gemm,
      "MatMulIntegerToFloat": integerProduct, "DynamicQuantizeMatMul": quantizedProduct,
      "Gelu": { Activations.gelu(try $0.value(0)) },
      "BiasGelu": { Activations.gelu(try biased($0)) },
      "FastGelu": { Activations.tanhGelu(try biased($0)) },
      "QuickGelu": { call in
        let x = try call.value(0)
        return x * x.scaled(by: call.float("alpha", 1.702)).unary(.sigmoid)
      },
    ])
    rows["DynamicQuantizeLSTM"] = OperatorTable.Row(folds: false) {
      try Recurrences.run($0, gates: 4, Lstm.turn, states: 2)
    }
    rows["SkipLayerNormalization"] = OperatorTable.Row(folds: true) { try skipNorm($0, bias: 3) }
    rows["SkipSimplifiedLayerNormalization"] = OperatorTable.Row(folds: true) {
      try skipNorm($0, bias: nil)
    }
    return rows
  }()

  private static func biased(_ call: NodeCall) throws -> Value {
    let x = try call.value(0)
    return try call.optional(1).map { x + $0 } ?? x
  }

  /// What stands behind a product.
  private static func activated(_ y: Value, _ call: NodeCall) throws -> Value {
    func parameter(_ index: Int, _ preset: Double) -> Double {
      guard case .floats(let list) = call.node.attributes["activation_params"] else {
        return preset
      }
      return list.indices.contains(index) ? list[index] : preset
    }
    switch call.string("activation", "") {
    case "": return y
    case "Relu": return y.binary(.max, 0)
    case "Sigmoid": return y.unary(.sigmoid)
    case "Tanh": return y.unary(.tanh)
    case "LeakyRelu":
      return y.compare(.lt, 0).select(
        y.scaled(by: parameter(0, call.float("leaky_relu_alpha", 0.01))), y)
    case "Clip":
      return y.binary(.max, parameter(0, -.infinity)).binary(.min, parameter(1, .infinity))
    case "HardSigmoid":
      return y.scaled(by: parameter(0, 0.2)).adding(parameter(1, 0.5)).binary(.max, 0)
        .binary(.min, 1)
    case let other: throw call.unsupported("the activation \(other)", expected: "Relu or another")
    }
  }

  /// A convolution, a sum with the fourth operand, and an activation.
  private static let convolution: OperatorTable.Lowering = { call in
    var y = try Convolutions.convolve(call, try call.value(0), try call.value(1))
    if let bias = try call.optional(2) { y = y + bias }
    y = y.channelsFirst
    if let other = try call.optional(3) { y = y + other }
    return try activated(y, call)
  }

  private static let product: OperatorTable.Lowering = { call in
    guard !call.flag("transBatchA"), !call.flag("transBatchB") else {
      throw call.unsupported("batch axes that are transposed")
    }
    func operand(_ index: Int, _ flag: String) throws -> Value {
      let value = try call.value(index)
      guard call.flag(flag), value.rank > 1 else { return value }
      return value.transposed(Array(0..<value.rank - 2) + [value.rank - 1, value.rank - 2])
    }
    let y = Products.matmul(try operand(0, "transA"), try operand(1, "transB"))
    let alpha = call.float("alpha", 1)
    return alpha == 1 ? y : y.scaled(by: alpha)
  }

  private static let gemm: OperatorTable.Lowering = { call in
    try activated(try Products.gemm(call), call)
  }

  /// `(a - zero) · (b - zero) · scales + bias`, summed in 32 bits.
  private static let integerProduct: OperatorTable.Lowering = { call in
    func shifted(_ index: Int, zero: Int) throws -> Value {
      let value = try call.value(index).converted(to: .int32)
      return try call.optional(zero).map { value - $0.converted(to: .int32) } ?? value
    }
    let sums = Products.matmul(try shifted(0, zero: 4), try shifted(1, zero: 5))
    let scale = try call.value(2) * (try call.value(3))
    let y = sums.converted(to: scale.dtype) * scale
    return try call.optional(6).map { y + $0 } ?? y
  }

  /// The first operand is quantised by its own range.
  private static let quantizedProduct: OperatorTable.Lowering = { call in
    let y = try Quantization.product(
      try call.value(0), try call.value(1), scale: try call.value(2), zero: try call.optional(3))
    return try call.optional(4).map { y + $0 } ?? y
  }

  /// A sum with the second operand, then a norm over channels; the fourth output is the sum.
  private static func skipNorm(_ call: NodeCall, bias: Int?) throws -> [GraphValue] {
    var sum = try call.value(0) + (try call.value(1))
    if let extra = try call.optional(bias == nil ? 3 : 4) { sum = sum + extra }
    let axes = [sum.rank - 1]
    let mean = sum.mean(axes)
    let centred = bias == nil ? sum : sum - mean
    let root = (centred * centred).mean(axes).adding(call.float("epsilon", 1e-12)).unary(.sqrt)
    var y = centred / root * (try call.value(2))
    if let bias, let value = try call.optional(bias) { y = y + value }
    let one = root.scalarOf(1) / root
    return [y, mean, one, sum].map { GraphValue($0) }
  }
}
