public import Tensors

/// One operation of a program.
///
/// A dozen families, so that every pass has a short top switch and one
/// file a family; no pass may use `default:`, so the compiler lists what a new op still needs.
public indirect enum Op: Sendable {
  /// No operand: the elements are part of the program.
  case constant(Tensor)
  /// No operand: `out[..., i, ...] = i` along `axis`.
  case iota(ValueType, axis: Int)
  /// Elementwise conversion to another dtype, by the rules of `Tensor.converted(to:)`.
  case convert(DType)
  /// The same bits read as another dtype of equal size; not to `bool`, whose byte must be 0 or 1.
  case bitcast(DType)
  /// Random words: see ``RandomOp``.
  case random(RandomOp)
  /// Elementwise function of one operand.
  case unary(UnaryOp)
  /// Elementwise function of two operands of the same type.
  case binary(BinaryOp)
  /// Elementwise comparison of two operands of the same type, giving `bool`.
  case compare(CompareOp)
  /// `condition ? a : b` elementwise; never looks at the value that is not chosen.
  case select
  /// Rearranges elements.
  case movement(MovementOp)
  /// Combines elements along axes.
  case reduction(ReductionOp)
  /// Sums of products.
  case contraction(ContractionOp)
  /// Reads or writes at computed positions.
  case indexing(IndexingOp)
  /// Discrete Fourier transforms of the last axis.
  case fft(FFTOp)
  /// Repeats a body program with carried values.
  case loop(LoopOp)
  /// A named function with its own expansion.
  case composite(CompositeOp)
  /// The identity; no gradient passes through.
  case stopGradient
}
