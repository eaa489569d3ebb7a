/// Discrete Fourier transforms of the last axis, on pairs of real and imaginary values.
public enum FFTOp: Hashable, Sendable {
  /// Operands re, im; results re, im.
  case forward
  /// Operands re, im; results re, im; divided by the length.
  case inverse
  /// Operand x of length n; results re, im of length n / 2 + 1.
  case realForward
  /// Operands re, im of length n / 2 + 1; result of length n, divided by n. The imaginary parts of
  /// bins 0 and n / 2 (n even) are ignored.
  case realInverse(length: Int)
}
