import CKernels

/// What a product does to its sums, of m rows and n columns.
struct Epilogue: Sendable {
  var bias: [Float]?
  var usesReLU = false
  /// Rows of n values.
  var residual: [Float]?
  /// Rows without a flag become zeros.
  var mask: [UInt8]?
  /// Whether the result keeps all rows, and those with zeros go elsewhere.
  var keepsAll = false

  /// How many kinds there are.
  static let kindCount = 24

  /// An epilogue of a kind: which of all it does.
  init(kind: Int, rows m: Int, columns n: Int, _ numbers: inout Numbers) {
    bias = kind & 1 > 0 ? numbers.units(n) : nil
    usesReLU = kind & 2 > 0
    residual = kind & 4 > 0 ? numbers.units(m * n) : nil
    mask = kind >= 8 ? (0..<m).map { $0 % 3 == 1 ? 0 : 1 } : nil
    keepsAll = kind >= 16
  }

  /// What becomes of one sum: in the result, and among the masked ones.
  func of(_ sum: Float, row: Int, column: Int, _ n: Int) -> (result: Float, masked: Float) {
    var y = sum
    if let bias { y += bias[column] }
    if usesReLU, y <= 0 { y = 0 }
    if let residual { y += residual[row * n + column] }
    let masked = mask.map { $0[row] == 0 } ?? false ? 0 : y
    return (keepsAll ? y : masked, masked)
  }

  /// Calls `body` with the epilogue of some of the n columns, whose memory ends where it is last read.
  func withColumns(
    _ columns: Range<Int>, of n: Int, masked: inout [Float],
    _ body: (UnsafePointer<sw_epilogue>) -> Void
  ) {
    let bias = self.bias.map { Array($0[columns]) }
    let residual = self.residual.map { Array($0[columns.lowerBound...]) }
    masked.withUnsafeMutableBufferPointer { masked in
      bias.withPointer { bias in
        residual.withPointer { residual in
          mask.withPointer { mask in
            let place = masked.baseAddress.map { $0 + columns.lowerBound }
            var epilogue = sw_epilogue(
              bias: bias, activation: usesReLU ? SW_ACTIVATION_RELU : SW_ACTIVATION_NONE,
              residual: residual, residualStride: Int64(n),
              mask: mask, masked: keepsAll ? place : nil, maskedStride: Int64(n))
            body(&epilogue)
          }
        }
      }
    }
  }
}

extension Optional {
  /// Calls `body` with the address of the elements, if there are any.
  fileprivate func withPointer<Element>(
    _ body: (UnsafePointer<Element>?) -> Void
  ) where Wrapped == [Element] {
    guard let self else { return body(nil) }
    self.withUnsafeBufferPointer { body($0.baseAddress) }
  }
}
