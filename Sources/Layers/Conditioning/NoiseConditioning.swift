import Programs
import Tensors

/// The sequence combined with fresh noise, in training or not; otherwise as ``Conditioning``.
///
/// Draws depend on seed, path, row key and position only, so `step` makes the same ones as `layer`.
///
/// - Shape: `x [b, t, ...]`, noise `[b, t, *noiseChannelShape]`; channels and parameters as
///   ``Conditioning``.
/// - Mask: unchanged.
/// - Streaming: block 1, no latency; state `rowKey u32[b]` and `position i32[b]`.
/// - Throws: ``LayerError`` as ``Conditioning``; `.invalidConfig` also for a sampler as in ``AddNoise``.
/// - Source: sequence_layers/tensorflow/conditioning.py `NoiseConditioning`; the numbers drawn are not the
///   original's.
extension NoiseConditioning: SequenceLayer {
  private var conditioner: Conditioner {
    Conditioner(projection: projection, combination: combination, kernelInit: .glorotUniform)
  }
  private var noise: ChannelSpec { ChannelSpec(noiseChannelShape.values) }

  public var receptiveFieldPerStep: ReceptiveFieldPerStep { [.aligned] }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try requireExtents("noiseChannelShape", noiseChannelShape.values)
    try noiseSampler.check(self, "noiseSampler")
    return try conditioner.outputSpec(input, noise, self)
  }

  public func initialState(for input: ChannelSpec, _ context: LayerContext) -> LayerState {
    var state = LayerState()
    RandomDraws().declareState(in: &state, context)
    return state
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let words = RandomDraws().words(noise.shape.elementCount, x, &state, context)
    return try combine(x, words, context)
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    try combine(x, RandomDraws().words(noise.shape.elementCount, x, context), context)
  }

  private func combine(
    _ x: SequenceValue, _ words: Value, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let values = noiseSampler.noise(words).reshaped([x.batch, x.time] + noise.shape)
    return try conditioner.combine(x, SequenceValue(values, mask: x.mask), context)
  }
}
