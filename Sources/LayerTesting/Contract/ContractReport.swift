/// A way in which a layer breaks the contract: where, and both values.
public struct ContractViolation: Hashable, Sendable, CustomStringConvertible {
  /// What was checked.
  public var check: ContractCheck
  /// The path of the first layer, in the order of computation, that goes wrong; empty for the root.
  public var path: String
  /// Row, timestep and channel, as far as the check gives them.
  public var index: [Int]
  /// The value found.
  public var got: Double?
  /// The value that would have been right.
  public var want: Double?
  /// What was found, in words.
  public var detail: String

  init(
    _ check: ContractCheck, _ detail: String, path: String = "", index: [Int] = [],
    got: Double? = nil, want: Double? = nil
  ) {
    self.check = check
    self.path = path
    self.index = index
    self.got = got
    self.want = want
    self.detail = detail
  }

  /// Such as `step: c2: row 0, t 3, channel [1]: got 0.25, want 0.5`.
  public var description: String {
    "\(check.rawValue): \(path.isEmpty ? "" : "\(path): ")\(detail)"
  }

  /// What usually causes it.
  public var hint: String { check.hint }
}

/// The parts of the contract.
public enum ContractCheck: String, CaseIterable, Sendable {
  /// The output has the channels and dtype that `outputSpec` announces.
  case outputSpec = "output spec"
  /// Two runs give the same bits.
  case runTwice = "run twice"
  /// NaN at invalid timesteps, and more invalid timesteps behind, change nothing.
  case padding
  /// NaN at invalid timesteps of what every layer gives changes nothing.
  case intermediatePadding = "padding between layers"
  /// Rows of garbage before and behind change nothing in the others.
  case batching
  /// Rows in another order give rows in that order.
  case rowOrder = "row order"
  /// Steps give what the layer gives.
  case step
  /// Steps of several and of changing numbers of blocks give the same.
  case blocks
  /// NaN at invalid timesteps, of the input or between layers, changes nothing in steps.
  case stepPadding = "step padding"
  /// Rows of garbage before and behind change nothing in the steps of the others.
  case stepBatching = "step batching"
  /// The state behind a number of blocks is the same, however they were cut into steps.
  case state
  /// A state that was saved and loaded goes on like one that was not.
  case savedState = "saved state"
  /// Gradients with NaN at invalid timesteps equal those without.
  case gradients
  /// Gradients along the path of steps equal those of the whole.
  case stepGradients = "step gradients"
  /// Outputs depend on the inputs that the receptive field names.
  case receptiveField = "receptive field"

  /// What usually causes a violation.
  public var hint: String {
    switch self {
    case .outputSpec: "outputSpec and layer disagree on channel shape or dtype"
    case .runTwice: "the result depends on something besides input, weights, constants and seed"
    case .padding, .intermediatePadding:
      "a layer reads invalid timesteps: mask its input by select before it mixes timesteps"
    case .batching, .stepBatching: "rows are mixed: a reduction or reshape spans the batch axis"
    case .rowOrder: "a result depends on the row's place: key random draws by the row's own key"
    case .step: "latency, initial state or the history kept between steps is off"
    case .blocks: "the state advances by blocks where it should advance by timesteps"
    case .stepPadding: "invalid timesteps enter the state"
    case .state: "a buffer, a counter or a carried value is not what the next step expects"
    case .savedState: "something is remembered outside the state leaves"
    case .gradients: "an invalid timestep is multiplied by 0 instead of being selected away"
    case .stepGradients: "the gradient does not flow through the state as through the sequence"
    case .receptiveField: "receptiveFieldPerStep and the arithmetic disagree"
    }
  }
}

/// What a verification found.
public struct ContractReport: Sendable {
  /// The checks that were made, in order.
  public internal(set) var checked: [ContractCheck] = []
  /// Checks that were left out, and why.
  public internal(set) var skipped: [(check: ContractCheck, reason: String)] = []
  /// Everything that was wrong.
  public internal(set) var violations: [ContractViolation] = []
  /// Whether it was stopped before all checks were made.
  public internal(set) var isStopped = false

  /// Adds what another verification of the same model found.
  mutating func add(_ other: ContractReport) {
    checked += other.checked.filter { !checked.contains($0) }
    skipped += other.skipped.filter { skip in !skipped.contains { $0.check == skip.check } }
    violations += other.violations
    isStopped = isStopped || other.isStopped
  }

  /// Ends it in the middle of a check, of which nothing is said unless it was broken already.
  mutating func stop() {
    isStopped = true
    guard let last = checked.last, !violations.contains(where: { $0.check == last }) else { return }
    checked.removeLast()
  }

  /// Whether every check was made and nothing was wrong.
  public var holds: Bool { violations.isEmpty && !isStopped }

  /// The answer in a sentence.
  public var summary: String {
    guard isStopped else { return holds ? "the contract holds" : "the contract is broken" }
    let left = ContractCheck.allCases.count - checked.count - skipped.count
    let made = "stopped with \(checked.count) checks made and \(max(1, left)) left"
    return violations.isEmpty
      ? "\(made): nothing was wrong so far, and nothing is said about the rest"
      : "\(made): the contract is broken"
  }
}
