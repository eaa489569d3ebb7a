/// The extents of an array, outermost axis first.
///
/// A scalar has the empty shape.
public typealias Shape = [Int]

extension [Int] {
  /// The number of elements of an array of this shape; `Int.max` if there are more.
  package var elementCount: Int { reduce(1, Rational.product) }

  /// The number of timesteps of `[b, t, …]`; `Int.max` if there are more.
  package var timestepCount: Int { prefix(2).reduce(1, Rational.product) }

  /// Whether a mask and names for the rows of `[b, t, …]` take no more than its elements do.
  ///
  /// A file can claim any number of rows and timesteps of nothing; up to a million of them are believed.
  package var hasElementsForTimesteps: Bool {
    let rows = first ?? 0
    return Swift.max(rows, timestepCount) <= Swift.max(elementCount, 1 << 20)
  }

  /// The number of bytes of an array of this shape; `Int.max` if there are more.
  package func byteCount(of dtype: DType) -> Int { Rational.product(elementCount, dtype.byteCount) }

  /// The number of bytes of an array of this shape, or nil if it is too large to count.
  ///
  /// So is any product of extents on the way to it, also beside an extent of 0. Shapes read from files must pass here first.
  package func checkedByteCount(elementByteCount: Int) -> Int? {
    var total = elementByteCount
    for extent in self where extent != 0 {
      let (product, isOver) = total.multipliedReportingOverflow(by: extent)
      if isOver || extent < 0 { return nil }
      total = product
    }
    return contains(0) ? 0 : total
  }

  /// The distance, in elements, between neighbours along each axis of a dense row-major array.
  package var rowMajorStrides: [Int] {
    var strides: [Int] = Array(repeating: 1, count: count)
    for axis in stride(from: count - 2, through: 0, by: -1) {
      strides[axis] = Rational.product(strides[axis + 1], self[axis + 1])
    }
    return strides
  }

  /// The shape as messages show it, such as `[2, 16, 64]`.
  package var shapeText: String { "[" + map(String.init).joined(separator: ", ") + "]" }
}
