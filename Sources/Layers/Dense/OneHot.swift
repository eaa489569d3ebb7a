import Programs
import Tensors

/// 1 at the place that the input names, 0 elsewhere; an index outside `0 ..< depth` gives zeros only.
///
/// - Shape: `[b, t, ...] -> [b, t, ..., depth]`.
/// - Mask: unchanged; invalid timesteps do not stay 0.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidInput` for input that is not integer, `.invalidConfig` when
///   `depth < 1` or the compute dtype is complex.
/// - Source: sequence_layers/jax/simple.py `OneHot`.
extension OneHot: StatelessLayer {
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try require("depth", depth, atLeast: 1)
    guard computeDtype != .complex64 else {
      throw .config(self, "computeDtype", found: computeDtype.name, expected: "a real dtype")
    }
    try requireElements(.integer, input)
    return ChannelSpec(input.shape + [depth], computeDtype)
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue {
    x.mapValues { values in
      let index = values.converted(to: .int32)
      let places = context.builder.iota(ValueType(.int32, [depth]), axis: 0)
      return (index.expandingAxes([index.rank]) .== places).converted(to: computeDtype)
    }
  }
}
