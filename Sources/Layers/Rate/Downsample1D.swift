import Programs
public import Tensors

/// Every `rate`-th timestep, from the first.
///
/// - Shape: `[b, t, ...] -> [b, ceil(t / rate), ...]`, any elements.
/// - Mask: that of the timesteps that are kept.
/// - Streaming: block `rate`; input latency `rate - 1`, output latency 0.
/// - Throws: ``LayerError`` `.invalidConfig` when `rate < 1`.
/// - Source: sequence_layers/jax/simple.py `Downsample1D`.
extension Downsample1D: StatelessLayer {
  public var blockSize: Int { max(1, rate) }
  public var outputRatio: Rational { Rational(1, max(1, rate)) }
  public var inputLatency: Int { max(1, rate) - 1 }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try require("rate", rate, atLeast: 1)
    return input
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue {
    x.slicedTime(from: 0, to: x.time, stride: rate)
  }
}
