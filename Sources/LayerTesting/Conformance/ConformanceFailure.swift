/// Something in which a layer does not do what the original does.
package struct ConformanceFailure: Hashable, Sendable {
  /// `family/case`.
  package var name: String
  /// What was checked, such as `step` or `grad/input`.
  package var check: String
  /// What was found and expected.
  package var detail: String
}
