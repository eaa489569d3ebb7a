/// What a comparison says of two numbers or two arrays.
package enum Closeness: String, Hashable, Sendable {
  /// All numbers are the same, or as near as the user requested.
  case equal
  /// They are not the same, and rounding alone may be the reason.
  case rounding
  /// Rounding does not explain the difference.
  case differ
}
