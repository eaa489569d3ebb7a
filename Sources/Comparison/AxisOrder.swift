package import Tensors

/// The order of an array's axes, as a letter each: `b` rows, `t` timesteps, any other a channel axis.
///
/// `btc` is how this package has them, `bct` PyTorch's convolutions, `tbc` its recurrent layers; `tc`
/// has no rows, and `bthd` two channel axes.
package struct AxisOrder: Hashable, Sendable {
  package let letters: String

  /// Takes letters such as `bct`.
  package init(_ letters: String) throws(ComparisonError) {
    let known = letters.allSatisfy { $0.isASCII && $0.isLowercase }
    guard known, letters.contains("t"), Set(letters).count == letters.count else {
      throw ComparisonError(
        code: .layout,
        found: "the layout \"\(letters)\" names no order of axes; expected a letter an axis, "
          + "each once: t for time, b for rows, any others for channels, such as btc, bct, tbc, tc, ct "
          + "or bthd")
    }
    self.letters = letters
  }

  /// The array as `[b, t, …]`, channel axes in the order in which they stood.
  package func arranged(_ tensor: Tensor) throws(ComparisonError) -> Tensor {
    guard tensor.rank == letters.count else {
      throw ComparisonError(
        code: .layout,
        found: "the layout \(letters) has \(letters.count) axes; the array is "
          + "\(tensor.shape.shapeText)")
    }
    let places = Array(letters)
    let channels = places.indices.filter { places[$0] != "b" && places[$0] != "t" }
    let axes =
      [places.firstIndex(of: "b"), places.firstIndex(of: "t")].compactMap { $0 } + channels
    let result = tensor.permuted(axes)
    return places.contains("b") ? result : result.reshaped([1] + result.shape)
  }

  /// The shape that ``arranged(_:)`` gives an array.
  ///
  /// - Precondition: the shape has as many axes as there are letters.
  package func arrangedShape(_ shape: Shape) -> Shape {
    let places = Array(letters)
    precondition(shape.count == places.count, "Shape \(shape.shapeText) in the layout \(letters).")
    let channels = places.indices.filter { places[$0] != "b" && places[$0] != "t" }
    let rows = places.firstIndex(of: "b").map { shape[$0] } ?? 1
    let times = places.firstIndex(of: "t").map { shape[$0] } ?? 1
    return [rows, times] + channels.map { shape[$0] }
  }

  /// The orders that `--layout` says: one for both arrays, or one for each; nil if it is not given.
  package static func pair(
    _ text: String?
  ) throws(ComparisonError) -> (offline: AxisOrder, stream: AxisOrder)? {
    guard let text else { return nil }
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard parts.count <= 2, let first = parts.first, let last = parts.last else {
      throw ComparisonError(
        code: .layout,
        found: "--layout \(text): expected one order of axes, or one for each, such as btc,bct")
    }
    return (try AxisOrder(first), try AxisOrder(last))
  }
}
