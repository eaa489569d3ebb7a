import Programs
import Tensors

/// The sequence combined with a constant: `combine(x, project(c))`.
///
/// | combination | result |
/// |---|---|
/// | add, affineShift | `x + c` |
/// | mul | `x · c` |
/// | affineScale | `x · (c + offset)` |
/// | affine | `x · (scale + offset) + shift` |
/// | concat, concatBefore | both along the last channel axis, `x` first or last |
///
/// A linear projection maps all channels of the constant to `projectionChannelShape` or to those of `x`;
/// with `linearAffine` to two of them, scale and shift. An array counts as one timestep for all.
///
/// - Shape: `x [b, t, ...]`, constant `[b, ...]` or a sequence `[b, t, ...]` or `[b, 1, ...]`; channel
///   shapes are aligned at the right and broadcast. Parameters of a projection `dense/kernel [*c, *y]`,
///   `dense/bias [*y]`.
/// - Mask: valid where both are; a sequence is invalid behind its end.
/// - Streaming: block 1, no latency. A whole sequence needs the state `position i32[b]`; a streamed one
///   comes in the blocks of the input, and behind a latency `n` waits in `late [b, n, ...]` and
///   `lateMask [b, n]`.
/// - Throws: ``LayerError`` `.invalidConfig` where projection and combination do not go together,
///   `.invalidInput` for shapes that do not combine, `.invalidConstant` for a constant that is missing or
///   has another number of timesteps.
/// - Source: sequence_layers/jax/conditioning.py `Conditioning`; how the constant is given decides
///   whether it is streamed, whatever `streaming` says.
extension Conditioning: ConditioningLayer {
  var source: ConditioningSource { ConditioningSource(name: conditioningName) }
  var conditioner: Conditioner {
    Conditioner(
      projection: projection, combination: combination,
      channelShape: projectionChannelShape.values, computeDtype: computeDtype,
      paramDtype: paramDtype, kernelInit: kernelInit, biasInit: biasInit,
      scaleOffset: affineScaleOffset)
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try requireExtents("projectionChannelShape", projectionChannelShape.values)
    let spec = try source.spec(constants, self)
    return try conditioner.outputSpec(input, ChannelSpec(spec.channelShape, spec.dtype), self)
  }
}
