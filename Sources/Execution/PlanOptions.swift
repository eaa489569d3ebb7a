public import Programs

/// What a plan keeps for inspection.
///
/// Whatever it keeps, the results have the same bits.
public enum PlanKind: Hashable, Sendable {
  /// Outputs and state only.
  case fast
  /// Also these values.
  case observed([ValueID])
  /// Every value, each computed on its own.
  case debug
}

/// How a program is planned.
public struct PlanOptions: Hashable, Sendable {
  /// What is kept.
  public var kind: PlanKind

  /// When kernels are run strip by strip; never in a debug plan.
  package var strips = StripLimits()

  /// Makes options.
  public init(kind: PlanKind = .fast) { self.kind = kind }
}
