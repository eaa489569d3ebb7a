/// A way in which a layer breaks the contract: where, and both values.
public struct ContractViolation: Hashable, Sendable, CustomStringConvertible {
  /// What was checked.
  public var check: ContractCheck
  /// What was found, with row, timestep, channel and both values where there are such.
  public var detail: String

  /// Such as `step: [0, 3, 1]: got 0.25, want 0.5`.
  public var description: String { "\(check.rawValue): \(detail)" }
}

/// The parts of the contract.
public enum ContractCheck: String, CaseIterable, Sendable {
  /// The output has the channels and dtype that `outputSpec` announces.
  case outputSpec = "output spec"
  /// Two runs give the same bits.
  case runTwice = "run twice"
  /// NaN at invalid timesteps, and more invalid timesteps behind, change nothing.
  case padding
  /// Rows of garbage before and behind change nothing in the others.
  case batching
  /// Rows in another order give rows in that order.
  case rowOrder = "row order"
  /// Steps give what the layer gives.
  case step
  /// Steps of several and of changing numbers of blocks give the same.
  case blocks
  /// NaN at invalid timesteps changes nothing in steps.
  case stepPadding = "step padding"
  /// A state that was saved and loaded goes on like one that was not.
  case savedState = "saved state"
  /// Gradients are finite with NaN at invalid timesteps, and equal to those without.
  case gradients
  /// Outputs depend on the inputs that the receptive field names.
  case receptiveField = "receptive field"
}

/// What a verification found.
public struct ContractReport: Sendable {
  /// The checks that were made, in order.
  public var checked: [ContractCheck]
  /// Checks that were left out, and why.
  public var skipped: [(check: ContractCheck, reason: String)]
  /// Everything that was wrong.
  public var violations: [ContractViolation]

  /// Whether nothing was wrong.
  public var holds: Bool { violations.isEmpty }
}
