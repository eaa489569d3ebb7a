package import Tensors

/// Why two arrays cannot be compared.
package struct ComparisonError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of failure it was.
  package enum Code: String, Hashable, Sendable {
    /// The shapes do not belong together.
    case shape
    /// There are no timesteps, rows or channels to compare.
    case empty
    /// A mask or lengths do not fit the arrays.
    case mask
  }

  package let code: Code
  /// The shape of the layer-wise result.
  package let offlineShape: Shape
  /// The shape of the step-wise result.
  package let streamShape: Shape
  /// What keeps them from being compared.
  package let reason: String

  /// The message for people; both shapes are always shown.
  package var description: String {
    let shapes = "OFFLINE is \(offlineShape.shapeText), STREAM is \(streamShape.shapeText)"
    return "the arrays cannot be compared: \(shapes): \(reason)"
  }
}
