import Layers
import Serialization

extension SourceCursor {
  init(_ text: String) { self.init(Array(text.utf8)) }

  /// The error for something unexpected at the cursor.
  func unexpected(_ expected: String, suggestion: String? = nil) -> ConfigError {
    let isOperator = peek.map { "*+-/%".utf8.contains($0) } ?? false
    return ConfigError(
      .syntax, position: position, found: found, expected: expected,
      suggestion: isOperator ? Self.onlyLiterals : suggestion)
  }

  /// Said where an operator or a name of nothing stands.
  static let onlyLiterals = "only literals are read: no arithmetic and no variables"
}

/// How deep readers follow nested messages, so that no text can exhaust the stack.
enum NestingLimit {
  static let depth = 210

  static func check(_ depth: Int, at position: SourcePosition) throws(ConfigError) {
    guard depth > NestingLimit.depth else { return }
    throw ConfigError(
      .tooDeep, position: position, found: "brackets inside brackets \(depth) deep",
      expected: "at most \(NestingLimit.depth)")
  }
}
