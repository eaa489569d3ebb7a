import Diagnostics
import Layers
import Runtime

/// One part of a condition, ready to be checked.
final class BoundTerm {
  typealias Condition = StepCondition

  /// Whether it is about any layer.
  let isOfAnyLayer: Bool
  private let test: (StepMoment, Int) throws -> Bool
  private let explain: (StepMoment, Int) throws -> String?
  private let remember: (StepMoment) throws -> Void

  /// Nil for a filter, which is part of what all others look at.
  init?(
    _ term: Condition.Term, _ condition: Condition, _ binder: ConditionBinder,
    _ filters: ElementSelection
  ) throws {
    switch term {
    case .filter: return nil
    case .comparison(let left, let relation, let right, _):
      let a = try BoundExpression(left, binder, filters)
      let b = try BoundExpression(right, binder, filters)
      guard ConditionRange.canHold(a.range, relation, b.range) else {
        throw BoundCondition.never(
          condition,
          "\(a.name) is \(BoundCondition.number(a.range.low)) to \(BoundCondition.number(a.range.high))"
        )
      }
      isOfAnyLayer = a.isOfAnyLayer || b.isOfAnyLayer
      test = { moment, tap in
        guard let x = try a.value(moment, tap), let y = try b.value(moment, tap) else {
          return false
        }
        return relation.holds(x, y)
      }
      explain = { moment, tap in
        guard let x = try a.value(moment, tap), let y = try b.value(moment, tap),
          relation.holds(x, y)
        else { return nil }
        let place = try a.place(moment, tap).map { " at \($0)" } ?? ""
        let layer = a.isOfAnyLayer ? "\(moment.layout.taps[max(0, tap)].path.shown) " : ""
        return "\(layer)\(a.name) is \(NumberText.short(x))\(place)"
      }
      remember = { _ in }
    case .property(let property, let subject, _):
      let source = try PropertySource(subject, binder)
      if property == .nan || property == .inf {
        guard source.canBeNaN else {
          throw BoundCondition.never(
            condition, "it is \(source.dtypeName), which has no \(property.rawValue)")
        }
      }
      isOfAnyLayer = source.isOfAnyLayer
      let memory = ChangeMemory()
      test = { moment, tap in
        try source.holds(property, moment, tap, filters, memory)
      }
      explain = { moment, tap in
        try source.explanation(property, moment, tap, filters)
      }
      remember = { moment in
        guard property == .changes || property == .unchanged else { return }
        try source.remember(moment, memory)
      }
    }
  }

  func holds(_ moment: StepMoment, _ tap: Int) throws -> Bool { try test(moment, tap) }
  func explanation(_ moment: StepMoment, _ tap: Int) throws -> String? { try explain(moment, tap) }
  func prime(_ moment: StepMoment) throws { try remember(moment) }
}

/// What an array was after the step that was looked at last.
final class ChangeMemory {
  var position = -1
  var digests: [Int: UInt64] = [:]
}
