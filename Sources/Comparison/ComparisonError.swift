// Whoever catches an error of this target reads its fields.
@_exported public import Diagnostics
import Tensors

/// Why two arrays cannot be compared.
package typealias ComparisonError = Diagnostic<ComparisonErrorCode>

/// The kinds of ``ComparisonError``.
package enum ComparisonErrorCode: String, DiagnosticCode {
  /// The shapes do not belong together.
  case shape
  /// There are no timesteps, rows or channels to compare.
  case empty
  /// A mask or lengths do not fit the arrays.
  case mask
  /// Letters name no order of axes, or not that of an array.
  case layout

  package var origin: DiagnosticOrigin { .request }

  package static var wording: DiagnosticWording { .sentence }
}

extension ComparisonError {
  /// Makes an error of two arrays, whose shapes are always shown.
  init(_ code: Code, _ offline: Tensor, _ stream: Tensor, _ reason: String) {
    let shapes = "OFFLINE is \(offline.shape.shapeText), STREAM is \(stream.shape.shapeText)"
    self.init(code: code, path: "the arrays cannot be compared: \(shapes)", found: reason)
  }

  /// Refuses arrays of unequal rows or channels.
  static func checkShapes(_ offline: Tensor, _ stream: Tensor) throws(ComparisonError) {
    func error(_ code: Code, _ reason: String) -> ComparisonError {
      ComparisonError(code, offline, stream, reason)
    }
    guard offline.rank > 0, stream.rank > 0 else {
      throw error(.shape, "a single number has no timesteps; expected [b, t, …]")
    }
    let (a, b) = (ComparedArray.shape(of: offline), ComparedArray.shape(of: stream))
    guard a.count == b.count else {
      throw error(
        .shape,
        "they have \(offline.rank) and \(stream.rank) axes; expected [b, t, …] of both, or say the "
          + "order of axes of each, such as --layout btc,tc")
    }
    guard a[0] == b[0] else {
      let hint = a.count == 2 ? "; if they are [t, c], say --layout tc" : ""
      throw error(.shape, "they have \(a[0]) and \(b[0]) rows\(hint)")
    }
    guard a.dropFirst(2) == b.dropFirst(2) else {
      let isSwapped = a.count == 3 && b.count == 3 && a[1] == b[2] && a[2] == b[1]
      let isBCT = a.count == 3 && b.count == 3 && a[1] == b[1]
      let hint =
        isSwapped
        ? "; one seems to be [b, c, t]: say --layout btc,bct or bct,btc"
        : isBCT ? "; if both are [b, c, t], say --layout bct" : ""
      throw error(.shape, "their channel axes differ\(hint)")
    }
    guard !a.contains(0), !b.contains(0) else {
      throw error(.empty, "one is empty: there is nothing to compare")
    }
  }

  /// Refuses masks that are not `[b, t]`.
  static func checkMasks(
    _ offline: Tensor, _ stream: Tensor, _ offlineMask: Tensor?, _ streamMask: Tensor?
  ) throws(ComparisonError) {
    for (name, array, mask) in [("OFFLINE", offline, offlineMask), ("STREAM", stream, streamMask)] {
      let expected = Array(ComparedArray.shape(of: array).prefix(2))
      guard let mask, mask.shape != expected else { continue }
      throw ComparisonError(
        .mask, offline, stream,
        "the mask of \(name) is \(mask.shape.shapeText); expected \(expected.shapeText)")
    }
  }
}
