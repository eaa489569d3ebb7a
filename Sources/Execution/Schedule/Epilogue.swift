/// What a product or convolution does to its sums before it stores them, in this order: adds a bias,
/// applies an activation, adds a residual, and zeros rows whose mask is false.
///
/// It has the bits of the elementwise operations that would do so afterwards, and saves a walk through
/// memory.
struct Epilogue: Hashable {
  /// One number a column.
  var bias: BufferView?
  var activation: Activation?
  /// One number for each of the result.
  var residual: BufferView?
  /// One flag a row: rows without it become zeros.
  var mask: BufferView?
  /// Whether the first result keeps all rows and a second one has the masked rows.
  var keepsUnmasked = false

  /// What is read besides the operands of the product.
  var operands: [BufferView] { [bias, residual, mask].compactMap(\.self) }
}

/// A function of one number that products apply to their sums.
///
/// A new one is a case here; the compiler then lists how it is recognised in programs
/// (`MatchActivations`) and which kernels compute it (`Activation+Kernels`).
enum Activation: String, CaseIterable, Hashable {
  /// `max(x, 0)`, where NaN stays NaN.
  case relu
}
