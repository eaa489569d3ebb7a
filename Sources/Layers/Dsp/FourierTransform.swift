import Programs
import Tensors

/// Discrete Fourier transforms along one axis of a value, and the fitting of that axis to a length.
///
/// Empty values have empty transforms.
enum FourierTransform {
  /// The positions of a frame that a transform of another length keeps.
  static func kept(_ length: Int, _ fftLength: Int, _ padding: FFTPadding) -> Range<Int> {
    guard fftLength < length else { return 0..<length }
    let start = padding == .center ? (length - fftLength) / 2 : 0
    return start..<(start + fftLength)
  }

  /// Pads or cuts an axis to a length, at the end or at both ends.
  static func fitted(_ x: Value, to length: Int, _ padding: FFTPadding, axis: Int) -> Value {
    let difference = length - x.shape[axis]
    guard difference != 0 else { return x }
    let half = padding == .center ? abs(difference) / 2 : 0
    let low = difference > 0 ? half : -half
    return x.padded(axis: axis, low: low, high: difference - low)
  }

  /// The `length / 2 + 1` bins of real values.
  static func realForward(_ x: Value, axis: Int) -> (real: Value, imaginary: Value) {
    let parts = transformed([x], .realForward, axis: axis, extent: x.shape[axis] / 2 + 1)
    return (parts[0], parts[1])
  }

  /// The `length` real values of so many bins.
  static func realInverse(_ real: Value, _ imaginary: Value, length: Int, axis: Int) -> Value {
    let bins = [real, imaginary].map { fitted($0, to: length / 2 + 1, .right, axis: axis) }
    return transformed(bins, .realInverse(length: length), axis: axis, extent: length)[0]
  }

  /// The transform of complex values, or its inverse.
  static func complex(
    _ real: Value, _ imaginary: Value, inverse: Bool, axis: Int
  ) -> (real: Value, imaginary: Value) {
    let op: FFTOp = inverse ? .inverse : .forward
    let parts = transformed([real, imaginary], op, axis: axis, extent: real.shape[axis])
    return (parts[0], parts[1])
  }

  /// The work of a transform is its length times the sum of its prime factors.
  private static func checkFactors(_ length: Int, _ builder: ProgramBuilder) {
    var (rest, factor) = (length, 2)
    while factor * factor <= rest {
      if rest % factor == 0 { rest /= factor } else { factor += 1 }
    }
    guard length > 1 << 24 || Rational.product(length, rest) > 1 << 30 else { return }
    let near = 1 << (Int.bitWidth - (length - 1).leadingZeroBitCount)
    builder.report(
      op: "fft", found: "\(length) samples, which have the prime factor \(rest)",
      expected: "a length of small factors, such as \(min(near, 1 << 24))")
  }

  /// Runs an operation on the last axis along another.
  private static func transformed(
    _ parts: [Value], _ op: FFTOp, axis: Int, extent: Int
  ) -> [Value] {
    let last = parts[0].rank - 1
    var order = Array(0...last)
    order.swapAt(axis, last)
    guard parts[0].shape.elementCount > 0 else {
      var shape = parts[0].shape
      shape[axis] = extent
      let empty = parts[0].builder.full(0, ValueType(parts[0].dtype, shape))
      return [empty, empty]
    }
    checkFactors(max(parts[0].shape[axis], extent), parts[0].builder)
    let operands = parts.map { $0.transposed(order) }
    return operands[0].builder.fft(op, operands).map { $0.transposed(order) }
  }
}
