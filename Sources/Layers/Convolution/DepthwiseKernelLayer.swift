import Programs
import Tensors

/// A convolution whose first kernel sees every channel by itself, with the fields that the original's
/// TensorFlow layers have.
protocol DepthwiseKernelLayer: WindowConvolutionLayer {
  var depthMultiplier: Int { get }
  var useBias: Bool { get }
  var activation: Activation { get }
  var depthwiseInitializer: Initializer { get }
  var biasInitializer: Initializer { get }

  /// Checks that the channels fit the fields of this layer.
  func checkChannels(_ channels: Int) throws(LayerError)
  /// The number of output channels for so many after the depthwise kernel.
  func outputs(_ channels: Int) -> Int
  /// The depthwise kernel `[*taps, c, depthMultiplier]`.
  func depthwiseKernel(_ channels: Int, _ context: LayerContext) throws(LayerError) -> Value
  /// What follows the depthwise kernel.
  func mixed(_ x: Value, _ context: LayerContext) throws(LayerError) -> Value
}

extension DepthwiseKernelLayer {
  var preservesZero: Bool { !useBias && activation == .none }

  func checkChannels(_ channels: Int) throws(LayerError) {}

  func outputs(_ channels: Int) -> Int { channels }

  func depthwiseKernel(_ channels: Int, _ context: LayerContext) throws(LayerError) -> Value {
    let inputs = windowFields.axes.count
    return try context.parameter(
      "depthwise_kernel", windowFields.taps + [channels, depthMultiplier], depthwiseInitializer,
      fans: .init(inAxes: [inputs], outAxes: [inputs + 1]))
  }

  func mixed(_ x: Value, _ context: LayerContext) throws(LayerError) -> Value { x }

  private func computeType(_ input: DType) throws(LayerError) -> DType {
    try ComputeType.resolve(input: input, compute: nil, parameters: .float32, layer: typeName)
  }

  func outputChannels(_ input: ChannelSpec) throws(LayerError) -> (count: Int, dtype: DType) {
    try require("depthMultiplier", depthMultiplier, atLeast: 1)
    let channels = input.shape[input.shape.count - 1]
    try checkChannels(channels)
    return (outputs(channels * depthMultiplier), try computeType(input.dtype))
  }

  func convolve(
    _ x: Value, left: Int, right: Int, _ context: LayerContext
  ) throws(LayerError) -> Value {
    let channels = x.shape[x.rank - 1]
    let dtype = try computeType(x.dtype)
    let kernel = try depthwiseKernel(channels, context).converted(to: dtype)
      .reshaped(windowFields.taps + [1, channels * depthMultiplier])
    let product = x.converted(to: dtype).convolved(
      kernel, windowFields.convolution(left: left, right: right, groups: channels))
    var y = try mixed(product, context)
    if useBias {
      let bias = try context.parameter("bias", [outputs(y.shape[y.rank - 1])], biasInitializer)
      y = y + bias.converted(to: dtype)
    }
    return activation.apply(y)
  }
}

/// A depthwise convolution followed by a linear map of the channels.
protocol SeparableConvolutionLayer: DepthwiseKernelLayer {
  var filters: Int { get }
  var pointwiseInitializer: Initializer { get }
}

extension SeparableConvolutionLayer {
  func checkChannels(_ channels: Int) throws(LayerError) {
    try require("filters", filters, atLeast: 1)
  }

  func outputs(_ channels: Int) -> Int { filters }

  func mixed(_ x: Value, _ context: LayerContext) throws(LayerError) -> Value {
    let channels = x.shape[x.rank - 1]
    let ones: Shape = Array(repeating: 1, count: windowFields.axes.count)
    let kernel = try context.parameter(
      "pointwise_kernel", ones + [channels, filters], pointwiseInitializer)
    return x.matmul(kernel.converted(to: x.dtype).reshaped([channels, filters]))
  }
}
