import Programs
import Tensors

extension Value {
  /// Sines and cosines of positions `[b, t]`, as `[b, t, channels]`: with `pairs = channels / 2`, channel
  /// `k` is `sin(position / scale[k])` and channel `pairs + k` its cosine, the scales spaced
  /// geometrically from `minTimescale` to `maxTimescale`; an odd last channel is 0.
  func timingSignal(
    channels: Int, minTimescale: Double, maxTimescale: Double, _ dtype: DType
  ) -> Value {
    let (pairs, times) = (channels / 2, converted(to: dtype).expandingAxes([2]))
    let isOdd = channels % 2 == 1
    let zeros = builder.full(0, ValueType(dtype, shape + [isOdd ? 1 : 0]))
    guard pairs > 0 else { return zeros }
    let steps = builder.iota(ValueType(dtype, [pairs]), axis: 0)
    let exponents = steps / steps.scalarLike(Double(max(pairs - 1, 1)))
    let ratio = builder.scalar(minTimescale / maxTimescale, dtype)
    let rates = ratio.binary(.pow, exponents).scaled(by: minTimescale)
    let angles = times * rates
    let waves = [angles.unary(.sin), angles.unary(.cos)]
    return Value.concatenate(isOdd ? waves + [zeros] : waves, axis: 2)
  }
}
