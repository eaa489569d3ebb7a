/// A step of planning: from schedule to schedule, with the same results.
///
/// One file a pass. ``Schedule/verify()`` holds after each.
protocol SchedulePass: Sendable {
  var description: PassDescription { get }
  /// Whether the debug plan leaves it out; that results have the same bits without it is a test.
  var isOptimization: Bool { get }

  func run(_ schedule: inout Schedule, _ options: PlanOptions)
}

/// What a pass is for, in words.
package struct PassDescription: Hashable, Sendable {
  /// Such as `fuse-masks`.
  package var name: String
  /// What it relies on.
  package var needs: String
  /// What it does.
  package var does: String
  /// What later passes may rely on.
  package var guarantees: String
}
