import Programs
import Tensors

/// Activation functions that are short expansions of others.
enum Activations {
  static let rows = OperatorTable.single([
    "Relu": { try $0.value(0).binary(.max, 0) },
    "LeakyRelu": { call in
      let x = try call.value(0)
      return x.compare(.lt, 0).select(x.scaled(by: call.float("alpha", 0.01)), x)
    },
    "PRelu": { call in
      let x = try call.value(0)
      return x.compare(.lt, 0).select(x * (try call.value(1)), x)
    },
    "ThresholdedRelu": { call in
      let x = try call.value(0)
      return x.compare(.le, call.float("alpha", 1)).select(x.scalarOf(0), x)
    },
    "Elu": { exponential(try $0.value(0), alpha: $0.float("alpha", 1)) },
    "Selu": { call in
      exponential(try call.value(0), alpha: call.float("alpha", 1.67326319217681884765625))
        .scaled(by: call.float("gamma", 1.05070102214813232421875))
    },
    "Celu": { call in
      let (x, alpha) = (try call.value(0), call.float("alpha", 1))
      let low = (x.binary(.div, alpha).unary(.expm1)).scaled(by: alpha)
      return x.binary(.max, 0) + low.binary(.min, 0)
    },
    "Softplus": { softplus(try $0.value(0)) },
    "Softsign": { call in
      let x = try call.value(0)
      return x / x.unary(.abs).adding(1)
    },
    "HardSigmoid": {
      hardSigmoid(try $0.value(0), $0.float("alpha", 0.2), $0.float("beta", 0.5))
    },
    "HardSwish": { call in
      let x = try call.value(0)
      return x * hardSigmoid(x, 1.0 / 6, 0.5)
    },
    "Mish": { call in
      let x = try call.value(0)
      return x * softplus(x).unary(.tanh)
    },
    "Swish": { call in
      let x = try call.value(0)
      return x * x.scaled(by: call.float("alpha", 1)).unary(.sigmoid)
    },
    "Shrink": { call in
      let (x, edge) = (try call.value(0), call.float("lambd", 0.5))
      let bias = call.float("bias", 0)
      let high = x.scalarOf(edge).compare(.lt, x).select(x.adding(-bias), x.scalarOf(0))
      return x.compare(.lt, -edge).select(x.adding(bias), high)
    },
    "Gelu": { call in
      call.string("approximate", "none") == "tanh"
        ? tanhGelu(try call.value(0)) : gelu(try call.value(0))
    },
    "Clip": clipped,
  ])

  private static func exponential(_ x: Value, alpha: Double) -> Value {
    x.compare(.lt, 0).select(x.unary(.expm1).scaled(by: alpha), x)
  }

  /// `max(x, 0) + ln(1 + e^-|x|)`, which does not overflow.
  static func softplus(_ x: Value) -> Value {
    x.binary(.max, 0) + x.unary(.abs).unary(.neg).unary(.exp).unary(.log1p)
  }

  private static func hardSigmoid(_ x: Value, _ alpha: Double, _ beta: Double) -> Value {
    x.scaled(by: alpha).adding(beta).binary(.max, 0).binary(.min, 1)
  }

  static func gelu(_ x: Value) -> Value {
    x.scaled(by: 0.5) * x.scaled(by: 0.70710678118654752440).unary(.erf).adding(1)
  }

  static func tanhGelu(_ x: Value) -> Value {
    let inner = (x + (x * x * x).scaled(by: 0.044715)).scaled(by: 0.79788456080286535588)
    return x.scaled(by: 0.5) * inner.unary(.tanh).adding(1)
  }

  /// Bounds may be absent; until operator set 11 they are attributes.
  private static let clipped: OperatorTable.Lowering = { call in
    var x = try call.value(0)
    if call.opset < 11 {
      if call.node.attributes["min"] != nil { x = x.binary(.max, call.float("min", 0)) }
      if call.node.attributes["max"] != nil { x = x.binary(.min, call.float("max", 0)) }
      return x
    }
    if let low = try call.optional(1) {
      let (a, b) = call.unified(x, low)
      x = a.binary(.max, b)
    }
    if let high = try call.optional(2) {
      let (a, b) = call.unified(x, high)
      x = a.binary(.min, b)
    }
    return x
  }
}
