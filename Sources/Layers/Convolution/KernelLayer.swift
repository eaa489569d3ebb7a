import Programs
import Tensors

/// The kernel and bias of a convolution, with the reparametrisations that the family shares.
struct ConvolutionParameters {
  var kernel: Value
  var bias: Value?
  var activation = Activation.none

  /// Adds the bias and applies the activation.
  func finish(_ product: Value) -> Value {
    activation.apply(bias.map { product + $0 } ?? product)
  }
}

/// The fields that every convolution with one learned kernel has.
protocol KernelLayer: SequenceLayer {
  var useBias: Bool { get }
  var useWeightNorm: Bool { get }
  var activation: Activation { get }
  var computeDtype: DType? { get }
  var paramDtype: DType { get }
  var kernelInit: Initializer { get }
  var biasInit: Initializer { get }
  var kernelConstraint: WeightNormalization? { get }
}

extension KernelLayer {
  var preservesZero: Bool { !useBias && activation == .none }

  func computeType(_ input: ChannelSpec) throws(LayerError) -> DType {
    try ComputeType.resolve(
      input: input.dtype, compute: computeDtype, parameters: paramDtype, layer: typeName)
  }

  /// Checks that the groups divide filters and channels.
  func requireGroups(
    filters: Int, groups: Int, _ input: ChannelSpec
  ) throws(LayerError) {
    try require("filters", filters, atLeast: 1)
    try require("groups", groups, atLeast: 1)
    try requireOneReparametrisation()
    guard filters % groups == 0 else {
      throw .config(
        self, "groups", found: "\(groups) groups for \(filters) filters",
        expected: "a divisor of the filters")
    }
    let channels = input.shape[input.shape.count - 1]
    guard channels % groups == 0 else {
      throw .input(
        self, found: "\(channels) channels in \(groups) groups",
        expected: "channels that the groups divide")
    }
  }

  func requireOneReparametrisation() throws(LayerError) {
    guard !useWeightNorm || kernelConstraint == nil else {
      throw .config(
        self, "kernelConstraint", found: "a constraint together with useWeightNorm",
        expected: "one or the other", suggestion: "drop useWeightNorm")
    }
  }

  /// The product of input and kernel with bias and activation.
  func convolve(
    _ x: Value, _ dimensions: ConvolutionDimensions, kernelShape: Shape, _ context: LayerContext
  ) throws(LayerError) -> Value {
    let dtype = try computeType(ChannelSpec([], x.dtype))
    let parameters = try declareParameters(
      kernelShape: kernelShape, outputs: kernelShape[kernelShape.count - 1], dtype: dtype, context)
    let product = x.converted(to: dtype).convolved(parameters.kernel, dimensions)
    return parameters.finish(product)
  }

  /// Declares kernel, scale and bias and converts them to the compute dtype.
  ///
  /// The kernel's last axis are the outputs.
  func declareParameters(
    kernelShape: Shape, outputs: Int, dtype: DType, _ context: LayerContext,
    trainsConstraint: Bool = true
  ) throws(LayerError) -> ConvolutionParameters {
    let raw = try context.parameter("kernel", kernelShape, dtype: paramDtype, kernelInit)
    var kernel = raw.converted(to: dtype)
    if useWeightNorm {
      let scale = try context.parameter(
        "scale", [kernelShape[kernelShape.count - 1]], dtype: paramDtype, .ones,
        shaping: .columnNorms(of: "kernel"))
      kernel = kernel.columnNormalized(epsilon: 1e-12, inFloat32: false)
      kernel = kernel * scale.converted(to: dtype)
    }
    if let kernelConstraint {
      kernel = try kernelConstraint.apply(kernel, context, trains: trainsConstraint)
    }
    var bias: Value?
    if useBias {
      bias = try context.parameter("bias", [outputs], dtype: paramDtype, biasInit)
        .converted(to: dtype)
    }
    return ConvolutionParameters(kernel: kernel, bias: bias, activation: activation)
  }
}

extension Value {
  /// `w * rsqrt(Σ w² + epsilon)`, the sum over all axes but the last.
  func columnNormalized(epsilon: Double, inFloat32: Bool) -> Value {
    let needsWidening = inFloat32 && (dtype == .bfloat16 || dtype == .float16)
    let wide = needsWidening ? converted(to: .float32) : self
    let axes: [Int] = Array(0..<(rank - 1))
    let squares = (wide * wide).reduced(.sum, axes: axes)
    return (wide * squares.adding(epsilon).unary(.rsqrt)).converted(to: dtype)
  }
}
