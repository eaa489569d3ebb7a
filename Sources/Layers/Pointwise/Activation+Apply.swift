public import Programs
import Tensors

extension Activation {
  /// The function applied to a value; `softmax` and `logSoftmax` run over the last axis.
  func apply(_ x: Value) -> Value {
    switch self {
    case .none, .identity: x
    case .relu: x.relu
    case .relu6: x.relu.binary(.min, 6)
    case .leakyRelu: x.leakyRelu(slope: 0.01)
    case .elu: x.elu(alpha: 1)
    case .selu: x.elu(alpha: 1.6732632423543772).scaled(by: 1.0507009873554805)
    case .celu: x.elu(alpha: 1)
    case .gelu: x.geluApproximate
    case .geluExact: x.geluExact
    case .swish: x * x.unary(.sigmoid)
    case .sigmoid: x.unary(.sigmoid)
    case .hardSigmoid: x.hardSigmoid
    case .logSigmoid: x.unary(.neg).softplus.unary(.neg)
    case .tanh: x.unary(.tanh)
    case .hardTanh: x.binary(.max, -1).binary(.min, 1)
    case .softplus: x.softplus
    case .softSign: x / x.unary(.abs).adding(1)
    case .softmax: x.softmax(axis: x.rank - 1)
    case .logSoftmax: x.logSoftmax(axis: x.rank - 1)
    case .exp: x.unary(.exp)
    case .square: x * x
    case .squaredRelu: x.relu * x.relu
    case .hardSwish: x * x.hardSigmoid
    case .mish: x * x.softplus.unary(.tanh)
    case .abs: x.unary(.abs)
    }
  }
}

extension Value {
  /// `max(x, 0)`.
  ///
  /// Written as a selection so that the gradient at 0 is 0, as in the original; NaN passes.
  var relu: Value {
    let zero = scalarLike(0)
    return (self .<= zero).select(zero, self)
  }

  /// `x >= 0 ? x : slope * x`.
  func leakyRelu(slope: Double) -> Value {
    (scalarLike(0) .<= self).select(self, scaled(by: slope))
  }

  /// `x > 0 ? x : alpha * (e^x - 1)`, with the exponential of no positive number.
  func elu(alpha: Double) -> Value {
    let isPositive = scalarLike(0) .< self
    let safe = isPositive.select(scalarLike(0), self)
    return isPositive.select(self, safe.unary(.expm1).scaled(by: alpha))
  }

  /// `x/2 (1 + tanh(sqrt(2/π) (x + 0.044715 x³)))`.
  var geluApproximate: Value {
    let cube = self * self * self
    let inner = (self + cube.scaled(by: 0.044715)).scaled(by: 0.7978845608028654)
    return self * inner.unary(.tanh).adding(1).scaled(by: 0.5)
  }

  /// `x/2 (1 + erf(x / sqrt(2)))`.
  var geluExact: Value {
    let half = scaled(by: 0.7071067811865476).unary(.erf).adding(1).scaled(by: 0.5)
    return self * half
  }

  /// `ln(1 + e^x)`, without overflow: `max(x, 0) + log1p(e^-|x|)`.
  public var softplus: Value {
    binary(.max, 0) + unary(.abs).unary(.neg).unary(.exp).unary(.log1p)
  }

  /// `min(max(x + 3, 0), 6) / 6`.
  var hardSigmoid: Value { adding(3).binary(.max, 0).binary(.min, 6).scaled(by: 1.0 / 6) }

  /// `e^(x - max) / Σ e^(x - max)` along an axis.
  public func softmax(axis: Int) -> Value {
    Value.composite(.softmax(axis: axis), [self]) { inputs in
      let x = inputs[0]
      let top = x.reduced(.max, axes: [axis], keepingAxes: true).stoppingGradient
      let powers = (x - top).unary(.exp)
      return [powers / powers.reduced(.sum, axes: [axis], keepingAxes: true)]
    }[0]
  }

  /// `x - max - ln Σ e^(x - max)` along an axis.
  func logSoftmax(axis: Int) -> Value {
    let top = reduced(.max, axes: [axis], keepingAxes: true).stoppingGradient
    let shifted = self - top
    let sum = shifted.unary(.exp).reduced(.sum, axes: [axis], keepingAxes: true)
    return shifted - sum.unary(.log)
  }
}
