// Whoever catches an error of this target reads its fields.
@_exported public import Diagnostics

/// What is wrong with a trace, or with what was asked of it.
package typealias TraceError = Diagnostic<TraceErrorCode>

/// The kinds of ``TraceError``.
package enum TraceErrorCode: String, DiagnosticCode {
  /// The file's own description of itself is wrong or of another version.
  case manifest
  /// There is no such place, state or facet.
  case unknownPlace
  /// Two traces have nothing that can be compared.
  case notAligned
  /// A map of names cannot be read.
  case map

  package var origin: DiagnosticOrigin { .request }

  /// `…; expected …`.
  package static var wording: DiagnosticWording { .sentence }
}

extension TraceError {
  package init(
    _ code: Kind, path: String, found: String, expected: String? = nil, suggestion: String? = nil
  ) {
    self.init(
      code: code, path: path, found: found, expected: expected, suggestion: suggestion)
  }
}
