import Programs
import Tensors

/// `featureActivation(x₁) * gateActivation(x₂)`, where `x₁` is the first and `x₂` the second half of
/// the last channel axis.
///
/// - Shape: `[b, t, ..., 2c] -> [b, t, ..., c]`.
/// - Mask: unchanged; nothing is promised of invalid timesteps.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidInput` for input without channel axes, with an odd last axis, or
///   that is not floating-point.
/// - Source: sequence_layers/jax/simple.py `GatedUnit`.
extension GatedUnit: StatelessLayer {
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec { try gatedSpec(input) }

  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue {
    x.gated(featureActivation, gateActivation)
  }
}

/// `x₁ * sigmoid(x₂)`: a `GatedUnit` with a sigmoid gate.
///
/// - Shape: `[b, t, ..., 2c] -> [b, t, ..., c]`.
/// - Mask: unchanged; nothing is promised of invalid timesteps.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` as `GatedUnit`.
/// - Source: sequence_layers/jax/simple.py `GatedLinearUnit`; arXiv 1612.08083.
extension GatedLinearUnit: StatelessLayer {
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec { try gatedSpec(input) }

  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue {
    x.gated(.none, .sigmoid)
  }
}

/// `tanh(x₁) * sigmoid(x₂)`: a `GatedUnit` as in WaveNet.
///
/// - Shape: `[b, t, ..., 2c] -> [b, t, ..., c]`.
/// - Mask: unchanged; nothing is promised of invalid timesteps.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` as `GatedUnit`.
/// - Source: sequence_layers/jax/simple.py `GatedTanhUnit`; arXiv 1606.05328.
extension GatedTanhUnit: StatelessLayer {
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec { try gatedSpec(input) }

  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue {
    x.gated(.tanh, .sigmoid)
  }
}

extension SequenceLayer {
  fileprivate func gatedSpec(_ input: ChannelSpec) throws(LayerError) -> ChannelSpec {
    try requireElements(.floating, input)
    try requireChannelRank(1...Int.max, input, layer: typeName)
    let last = input.shape.count - 1
    guard input.shape[last] % 2 == 0 else {
      throw .input(
        self, found: "\(input.shape[last]) channels on the last axis",
        expected: "an even number, to be split in halves")
    }
    return ChannelSpec(input.shape[..<last] + [input.shape[last] / 2], input.dtype)
  }
}

extension SequenceValue {
  fileprivate func gated(_ feature: Activation, _ gate: Activation) -> SequenceValue {
    let last = values.rank - 1
    let half = values.shape[last] / 2
    let features = feature.apply(values.sliced(axis: last, from: 0, to: half))
    let gates = gate.apply(values.sliced(axis: last, from: half, to: 2 * half))
    return SequenceValue(features * gates, mask: mask)
  }
}
