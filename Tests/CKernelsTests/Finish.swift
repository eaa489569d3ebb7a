import CKernels

/// What a product does to its sums, of m rows and n columns.
struct Finish: Sendable {
  var bias: [Float]?
  var rectifies = false
  /// Rows of n values.
  var rest: [Float]?
  /// Rows without a flag become zeros.
  var valid: [UInt8]?
  /// Whether the result keeps all rows, and those with zeros go elsewhere.
  var keepsAll = false

  /// How many kinds there are.
  static let kindCount = 24

  /// A finish of a kind: which of all it does.
  init(kind: Int, rows m: Int, columns n: Int, _ numbers: inout Numbers) {
    bias = kind & 1 > 0 ? numbers.units(n) : nil
    rectifies = kind & 2 > 0
    rest = kind & 4 > 0 ? numbers.units(m * n) : nil
    valid = kind >= 8 ? (0..<m).map { $0 % 3 == 1 ? 0 : 1 } : nil
    keepsAll = kind >= 16
  }

  /// What becomes of one sum: in the result, and among the masked ones.
  func of(_ sum: Float, row: Int, column: Int, _ n: Int) -> (result: Float, masked: Float) {
    var y = sum
    if let bias { y += bias[column] }
    if rectifies, y <= 0 { y = 0 }
    if let rest { y += rest[row * n + column] }
    let masked = valid.map { $0[row] == 0 } ?? false ? 0 : y
    return (keepsAll ? y : masked, masked)
  }

  /// Calls `body` with the finish of some of the n columns, whose memory ends where it is last read.
  func withColumns(
    _ columns: Range<Int>, of n: Int, masked: inout [Float],
    _ body: (UnsafePointer<sw_finish>) -> Void
  ) {
    let bias = self.bias.map { Array($0[columns]) }
    let rest = self.rest.map { Array($0[columns.lowerBound...]) }
    masked.withUnsafeMutableBufferPointer { masked in
      bias.withPointer { bias in
        rest.withPointer { rest in
          valid.withPointer { valid in
            let place = masked.baseAddress.map { $0 + columns.lowerBound }
            var finish = sw_finish(
              bias: bias, rectifies: rectifies ? 1 : 0, rest: rest, restStride: Int64(n),
              valid: valid, masked: keepsAll ? place : nil, maskedStride: Int64(n))
            body(&finish)
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
