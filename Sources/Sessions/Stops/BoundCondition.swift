import Diagnostics
import Layers
import Runtime

/// A condition whose names were found in a run, ready to be checked after every step.
final class BoundCondition {
  let condition: StepCondition
  private let terms: [BoundTerm]
  private let selection: ElementSelection
  /// The layers of which any may fulfil a condition that names none.
  private let taps: [Int]

  /// - Throws: ``CommandError`` for unknown names, and for what can never hold.
  init(_ condition: StepCondition, _ binder: ConditionBinder) throws {
    self.condition = condition
    var selection = ElementSelection()
    var ranges: [StepCondition.Variable: ConditionRange] = [
      .row: ConditionRange(low: 0, high: Double(binder.layout.rows - 1)),
      .t: ConditionRange(low: 0, high: Double(binder.longestTime - 1)),
      .step: ConditionRange(low: 1, high: Double(binder.plan.lastStep)),
    ]
    for case .filter(let variable, let relation, let bound) in condition.terms {
      selection.filters.append((variable, relation, bound))
      let before = ranges[variable] ?? .all
      let left = before.filtered(relation, bound)
      guard !left.isEmpty else {
        throw Self.never(
          condition,
          "\(variable.rawValue) is \(Self.number(before.low)) to \(Self.number(before.high))")
      }
      ranges[variable] = left
    }
    self.selection = selection
    terms = try condition.terms.compactMap { try BoundTerm($0, condition, binder, selection) }
    taps = terms.contains(where: \.isOfAnyLayer) ? Array(binder.layout.taps.indices) : [-1]
  }

  static func never(_ condition: StepCondition, _ reason: String) -> CommandError {
    CommandError(
      .invalidOperand, found: "'\(condition.text)' can never hold: \(reason)",
      expected: "a condition that some step can fulfil")
  }

  static func number(_ value: Double) -> String { NumberText.short(value) }

  /// Looks at a moment before the first step in question.
  func prime(_ moment: StepMoment) throws { for term in terms { try term.prime(moment) } }

  /// Whether it holds behind a step.
  func holds(_ moment: StepMoment) throws -> Bool {
    try tap(moment) != nil
  }

  /// The first layer of which it holds; -1 where it names its layers.
  private func tap(_ moment: StepMoment) throws -> Int? {
    guard moment.position > 0, selection.filters.isEmpty || selection.allowsStep(moment.position)
    else {
      try prime(moment)
      return nil
    }
    var found: Int?
    for tap in taps where found == nil {
      var holds = true
      for term in terms where try !term.holds(moment, tap) {
        holds = false
        break
      }
      // Filters alone hold in every step that they allow.
      if holds { found = tap }
    }
    for term in terms { try term.prime(moment) }
    return found
  }

  /// What is the case where it holds, such as `c1 absmax is 3.2 at row 0, t 7, channel 1`.
  func explanation(_ moment: StepMoment) throws -> String {
    guard moment.position > 0 else { return condition.text }
    for tap in taps {
      let parts = try terms.compactMap { try $0.explanation(moment, tap) }
      if parts.count == terms.count, !parts.isEmpty { return parts.joined(separator: ", ") }
    }
    return condition.text
  }
}

extension ConditionBinder {
  /// The timesteps of the longest output.
  var longestTime: Int {
    let outputs = layout.taps.map { trace.time($0, after: plan.lastStep) - run.latency($0.path) }
    return max(1, outputs.max() ?? 1)
  }
}
