package import Tensors

/// The worst difference of two arrays.
package struct WorstDifference: Hashable, Sendable {
  /// Where, one number an axis.
  package var index: [Int]
  package var got: Double
  package var want: Double
  /// In units of the tolerance.
  package var share: Double

  /// Such as `[0, 3, 1]: got 0.25, want 0.5`.
  package var text: String { "\(index): got \(got), want \(want)" }
}

extension ArrayComparison {
  /// The worst difference that exceeds the tolerance, looking only where `isSeen` says so; nil when
  /// there is none.
  ///
  /// - Precondition: the shapes are equal.
  package static func worst(
    got: Tensor, want: Tensor, _ tolerance: Tolerance, isSeen: (Int) -> Bool = { _ in true }
  ) -> WorstDifference? {
    precondition(got.shape == want.shape, "Arrays of unequal shapes were compared.")
    let isComplex = got.dtype == .complex64 || want.dtype == .complex64
    let (a, b) = (parts(got, isComplex), parts(want, isComplex))
    let width = isComplex ? 2 : 1
    var worst: (position: Int, share: Double)?
    for position in a.indices where isSeen(position / width) {
      let share = tolerance.share(got: a[position], want: b[position])
      if share > max(1, worst?.share ?? 0) { worst = (position, share) }
    }
    return worst.map { place in
      WorstDifference(
        index: index(of: place.position / width, in: got.shape), got: a[place.position],
        want: b[place.position], share: place.share)
    }
  }

  /// The numbers of a tensor, with imaginary parts beside complex ones and those compared with such.
  private static func parts(_ tensor: Tensor, _ isComplex: Bool) -> [Double] {
    guard isComplex else { return tensor.doubles() }
    return tensor.converted(to: .complex64).withUnsafeElements(of: Complex64.self) { numbers in
      numbers.flatMap { [Double($0.real), Double($0.imaginary)] }
    }
  }

  private static func index(of position: Int, in shape: Shape) -> [Int] {
    zip(shape.rowMajorStrides, shape).map { stride, extent in position / stride % max(extent, 1) }
  }
}
