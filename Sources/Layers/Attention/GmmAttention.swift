import Programs
import Tensors

/// Attention by place: every query looks at a whole source through a mixture of `C` Gaussian components.
///
/// A query gives, by `relu(x · hidden) · output + bias`, for each head and component a weight `w = softmax(...)`
/// over the components, an offset `δ = softplus(o)` and a variance `v = softplus(s)²`; with `maxOffset > 0`
/// `δ = softplus(o) - softplus(o - maxOffset)`. The centre is `μ = δ`, or with `monotonic` the sum
/// of the offsets of this and all valid queries before. The probability of source timestep `j` is
/// `Σ w · √(2π·v + 1e-8) · exp(-(j - μ)² / (2v + 1e-9))`, 0 where `j` is invalid, and the output is the
/// sum of source timesteps so weighted. The probabilities do not sum to 1. With `normalized` the factor
/// is that of a density, `1 / √(2π·v + 1e-8)`, and the exponent `-(j - μ)² / (2v + 1e-8)`.
///
/// - Shape: `[b, t, d] -> [b, t, n, c]`, source `[b, s, c]`; parameters `hidden/kernel [d, n, u]`,
///   with `hiddenUseBias` `hidden/bias [n, u]`, `output/kernel [n, u, C, 3]`, `output/bias [n, C, 3]`, the last axis weight, offset, variance.
/// - Mask: unchanged; invalid timesteps of the source weigh nothing, invalid queries do not move centres.
/// - Streaming: block 1, no latency; with `monotonic` state `centre [b, n, C]`, otherwise none.
/// - Beyond: invalid queries move no centre, so gaps change nothing.
/// - Emits: `probabilities_by_source/<source> [b, t, n, s]`.
/// - Throws: ``LayerError`` `.invalidConfig` for counts below 1 or an empty source name;
///   `.invalidConstant` for a source that is missing or no sequence `[b, s, c]`; `.invalidInput` for
///   input that is not `[b, t, d]` of floating-point numbers.
/// - Source: sequence_layers/jax/attention `GmmAttention`; Graves 2013, arXiv 1910.10288. The factor
///   `√(2πv)` is that of the JAX library, where a density would divide by it; `hiddenUseBias` and
///   `normalized` give what sequence_layers/tensorflow/attention.py has. The original moves centres in
///   invalid timesteps too, so that what they hold reaches valid ones.
extension GmmAttention: SequenceLayer {
  private var source: AttentionSource { AttentionSource(field: "sourceName", name: sourceName) }

  public var receptiveFieldPerStep: ReceptiveFieldPerStep { [monotonic ? .past : .aligned] }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try require("numHeads", numHeads, atLeast: 1)
    try require("unitsPerHead", unitsPerHead, atLeast: 1)
    try require("numComponents", numComponents, atLeast: 1)
    let channels = try source.spec(for: self, constants).shape[2]
    try requireElements(.floating, input)
    try requireChannelRank(1...1, input, layer: typeName)
    return ChannelSpec([numHeads, channels], input.dtype)
  }

  public func initialState(for input: ChannelSpec, _ context: LayerContext) -> LayerState {
    var state = LayerState()
    guard monotonic else { return state }
    let type = ValueType(computeType(input.dtype), [context.batch, numHeads, numComponents])
    state.declare("centre", context.builder.full(0, type))
    return state
  }

  /// Components are computed in single precision at least.
  private func computeType(_ dtype: DType) -> DType { DType.promoted(dtype, .float32) }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let components = try components(x, context)
    guard monotonic else { return try attend(x, components, centres: components.offsets, context) }
    let centres = moved(components.offsets, x.mask, from: state["centre"])
    state["centre"] = centres.element(x.time - 1, axis: 1)
    return try attend(x, components, centres: centres, context)
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) throws(LayerError) -> SequenceValue
  {
    let components = try components(x, context)
    guard monotonic else { return try attend(x, components, centres: components.offsets, context) }
    let start = initialState(for: x.channelSpec, context)["centre"]
    let centres = moved(components.offsets, x.mask, from: start)
    return try attend(x, components, centres: centres, context)
  }

  /// The sums of the offsets of valid queries so far.
  private func moved(_ offsets: Value, _ mask: Value, from start: Value) -> Value {
    let isValid = mask.expandingAxes([2, 3])
    return isValid.select(offsets, offsets.scalarLike(0)).runningSum(from: start)
  }

  /// The components of the mixtures, `[b, t, n, C]`.
  private struct Components {
    var weights: Value
    var offsets: Value
    var variances: Value
  }

  private func components(_ x: SequenceValue, _ context: LayerContext) throws(LayerError)
    -> Components
  {
    let dtype = computeType(x.dtype)
    let channels = x.channelShape[0]
    let hiddenKernel = try context.parameter(
      "hidden/kernel", [channels, numHeads, unitsPerHead], hiddenKernelInit)
    let outputs: Shape = [numHeads, numComponents, 3]
    let outputKernel = try context.parameter(
      "output/kernel", [numHeads, unitsPerHead, numComponents, 3], outputKernelInit)
    var sums = x.values.converted(to: dtype)
      .matmul(
        hiddenKernel.converted(to: dtype).reshaped([channels, numHeads * unitsPerHead])
      ).reshaped([x.batch, x.time, numHeads, unitsPerHead])
    if hiddenUseBias {
      let bias = try context.parameter("hidden/bias", [numHeads, unitsPerHead], .zeros)
      sums = sums + bias.converted(to: dtype)
    }
    let hidden = sums.binary(.max, 0)
    // [n, b, t, C, 3]
    let product = hidden.dot(
      outputKernel.converted(to: dtype),
      DotDimensions(leftBatch: [2], rightBatch: [0], leftContracting: [3], rightContracting: [1]))
    var logits = product.transposed([1, 2, 0, 3, 4])
    if outputUseBias {
      let bias = try context.parameter("output/bias", outputs, outputBiasInit)
      logits = logits + bias.converted(to: dtype)
    }
    let offset = logits.element(1, axis: 4).adding(initOffsetBias)
    var offsets = offset.softplus
    if maxOffset > 0 { offsets = offsets - offset.adding(-maxOffset).softplus }
    let deviation = logits.element(2, axis: 4).adding(initScaleBias).softplus
    return Components(
      weights: logits.element(0, axis: 4).softmax(axis: 3), offsets: offsets,
      variances: deviation * deviation)
  }

  private func attend(
    _ x: SequenceValue, _ components: Components, centres: Value, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let source = try source.value(for: self, rows: x.batch, context)
    let dtype = components.weights.dtype
    let positions = context.builder.iota(ValueType(dtype, [source.time, 1]), axis: 0)
    // [b, t, n, s, C]
    let distances = positions - centres.expandingAxes([3])
    let spreads = components.variances.scaled(by: 2).adding(normalized ? 1e-8 : 1e-9)
      .expandingAxes([3])
    let widths = components.variances.scaled(by: 2 * Double.pi).adding(1e-8)
    let heights = components.weights * widths.unary(normalized ? .rsqrt : .sqrt)
    let exponents = (distances * distances).unary(.neg) / spreads
    let all = (heights.expandingAxes([3]) * exponents.unary(.exp)).reduced(.sum, axes: [4])
    let isValid = source.mask.expandingAxes([1, 2])
    let probabilities = isValid.select(all, all.scalarLike(0))
    context.emit(
      "probabilities_by_source/\(sourceName)",
      SequenceValue(probabilities.converted(to: x.dtype), mask: x.mask))
    // [b, t, n, c]
    let output = probabilities.dot(
      source.values.converted(to: dtype),
      DotDimensions(leftBatch: [0], rightBatch: [0], leftContracting: [3], rightContracting: [1]))
    return SequenceValue(output.converted(to: x.dtype), mask: x.mask)
  }
}
