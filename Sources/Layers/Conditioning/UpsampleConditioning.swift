import Programs
import Tensors

/// The sequence combined with a slower one: timestep `t` sees timestep `t / upsampleRatio` of the
/// constant, rounded down; otherwise as ``Conditioning``.
///
/// - Shape: `x [b, t, ...]`, constant `[b, t / upsampleRatio, ...]`; channels and parameters as
///   ``Conditioning``.
/// - Mask: valid where both are.
/// - Streaming: block 1, no latency; the constant is given whole; state `position i32[b]`.
/// - Throws: ``LayerError`` as ``Conditioning``; `.invalidConfig` also when `upsampleRatio < 1`,
///   `.invalidConstant` also for an array or a streamed sequence.
/// - Source: sequence_layers/tensorflow/conditioning.py `UpsampleConditioning`.
extension UpsampleConditioning: ConditioningLayer {
  var source: ConditioningSource {
    ConditioningSource(name: conditioningName, ratio: upsampleRatio.clampedField)
  }
  var conditioner: Conditioner {
    Conditioner(projection: projection, combination: combination, kernelInit: .glorotUniform)
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try require("upsampleRatio", upsampleRatio, atLeast: 1)
    let spec = try source.spec(constants, self)
    guard spec.form == .sequence(streamed: false) else {
      throw LayerError(
        .invalidConstant, layer: typeName, field: "conditioningName",
        found: spec.form == .array ? "an array" : "a streamed sequence",
        expected: "a whole sequence, to be read at its own rate",
        suggestion: spec.form == .array ? "use Conditioning" : nil)
    }
    return try conditioner.outputSpec(input, ChannelSpec(spec.channelShape, spec.dtype), self)
  }
}
