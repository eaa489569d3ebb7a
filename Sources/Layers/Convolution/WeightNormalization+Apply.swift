public import Programs
import Tensors

/// A reparametrisation of another package, in the place of one of ``WeightNormalization``.
public protocol KernelReparametrisation: Sendable {
  /// The kernel as it is used; the last axis are the outputs. With `trains` the layer may update its variables.
  func apply(
    _ kernel: Value, _ context: LayerContext, trains: Bool
  ) throws(LayerError) -> Value
}

extension WeightNormalization {
  /// The reparametrised kernel; the last axis are the outputs.
  func apply(
    _ kernel: Value, _ context: LayerContext, trains: Bool
  ) throws(LayerError) -> Value {
    switch self {
    case .l2WeightNormalization(let norm):
      let scope = norm.name ?? "kernel_constraint"
      let scale = try context.parameter(
        "\(scope)/scale", [kernel.shape[kernel.rank - 1]], dtype: norm.paramDtype, norm.scaleInit)
      let unit = kernel.columnNormalized(
        epsilon: norm.epsilon, inFloat32: norm.reductionsInAtLeastFp32)
      return unit * scale.converted(to: kernel.dtype)
    case .spectralWeightNormalization(let norm):
      return try norm.apply(kernel, context, trains: trains && context.training)
    case .custom(let part):
      guard let norm = part.value as? any KernelReparametrisation else {
        throw LayerError(
          .invalidConfig, layer: "WeightNormalization", field: "kernelConstraint",
          found: "\(type(of: part.value))", expected: "a type that is a KernelReparametrisation")
      }
      return try norm.apply(kernel, context, trains: trains && context.training)
    }
  }
}

extension SpectralWeightNormalization {
  /// `w / σ`, where σ estimates the greatest singular value of `w` as a matrix `[rest, outputs]` by
  /// power iteration from the vector of the step before.
  fileprivate func apply(
    _ kernel: Value, _ context: LayerContext, trains: Bool
  ) throws(LayerError) -> Value {
    let scope = name ?? "kernel_constraint"
    let outputs = kernel.shape[kernel.rank - 1]
    let matrix = kernel.reshaped([kernel.shape.elementCount / max(outputs, 1), outputs])
    var u = try context.variable("\(scope)/u", [1, outputs], dtype: paramDtype, uInit)
      .converted(to: kernel.dtype)
    _ = try context.variable("\(scope)/sigma", [], dtype: paramDtype, .ones)
    var v = matrix.reduced(.sum, axes: [1], keepingAxes: true).transposed([1, 0])
    try context.repeating(max(1, nPowerIteration)) { _ in
      v = u.matmul(matrix.transposed([1, 0])).unit(epsilon: epsilon)
      u = v.matmul(matrix).unit(epsilon: epsilon)
    }
    let (uFixed, vFixed) = (u.stoppingGradient, v.stoppingGradient)
    let sigma = vFixed.matmul(matrix).matmul(uFixed.transposed([1, 0])).reshaped([])
    let isZero = sigma .== sigma.scalarLike(0)
    let divisor = isZero.select(sigma.scalarLike(1), sigma)
    if trains {
      context.update(variable: "\(scope)/u", uFixed.converted(to: paramDtype))
      context.update(
        variable: "\(scope)/sigma", sigma.stoppingGradient.converted(to: paramDtype))
    }
    return kernel / divisor
  }
}

extension Value {
  /// `x * rsqrt(Σ x² + epsilon)` over all elements.
  fileprivate func unit(epsilon: Double) -> Value {
    let squares = (self * self).reduced(.sum, axes: Array(0..<rank))
    return self * squares.adding(epsilon).unary(.rsqrt)
  }
}
