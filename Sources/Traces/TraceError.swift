package import Diagnostics

/// What is wrong with a trace, or with what was asked of it.
package struct TraceError: DiagnosticError, Hashable {
  package enum Code: String, DiagnosticCode {
    /// The file's own description of itself is wrong or of another version.
    case manifest
    /// There is no such place, state or facet.
    case unknownPlace
    /// Two traces have nothing that can be compared.
    case notAligned
    /// A map of names cannot be read.
    case map

    package var origin: DiagnosticOrigin {
      .request
    }
  }

  package let code: Code
  /// The file, or the place in it.
  package let path: String
  package let found: String
  package let expected: String?
  package let suggestion: String?

  package init(
    _ code: Code, path: String, found: String, expected: String? = nil, suggestion: String? = nil
  ) {
    self.code = code
    self.path = path
    self.found = found
    self.expected = expected
    self.suggestion = suggestion
  }

  /// The message for people.
  package var description: String {
    let wanted = expected.map { "; expected \($0)" } ?? ""
    let advice = suggestion.map { "; \($0)" } ?? ""
    return "\(path): \(found)\(wanted)\(advice)"
  }
}
