import Programs
import Tensors

/// The input in another dtype.
///
/// Complex to real keeps the real part, real to complex adds an imaginary part of 0.
///
/// - Shape: `[b, t, ...] -> [b, t, ...]`, any elements.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Source: sequence_layers/jax/simple.py `Cast`.
extension Cast: StatelessLayer {
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec { ChannelSpec(input.shape, dtype) }

  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue {
    var y = x
    if dtype == .complex64 {
      y.values = x.values.converted(to: .float32)
      y.imaginary = x.imaginary ?? y.values.zerosLike
      return y
    }
    y.values = x.values.converted(to: dtype)
    if let imaginary = x.imaginary, dtype == .bool {
      y.values = y.values.or(imaginary.converted(to: .bool))
    }
    y.imaginary = nil
    return y
  }
}
