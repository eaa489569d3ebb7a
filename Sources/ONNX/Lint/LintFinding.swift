/// An operation that mixes timesteps and has no history of earlier blocks.
package struct LintFinding: Hashable, Sendable {
  /// Where it is: the path in the tree of scopes.
  package var place: String
  /// The operator or kind of layer.
  package var operation: String
  /// What it does.
  package var cause: String
  /// What that makes wrong, and at which timesteps.
  package var effect: String
  /// What helps.
  package var cure: String
  /// The state that it is about, by its input, if it is about one.
  package var state: String?

  package init(place: String, operation: String, cause: String, effect: String, cure: String) {
    self.place = place
    self.operation = operation
    self.cause = cause
    self.effect = effect
    self.cure = cure
  }

  /// Where, what, effect and cure, on three lines.
  package var lines: [String] {
    ["\(place) (\(operation)): \(cause)", "  effect: \(effect)", "  cure: \(cure)"]
  }
}
