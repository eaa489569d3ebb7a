import Comparison
import Layers
import Runtime
import Serialization

/// Something whose change is looked for, found in a run.
final class BoundWatch {
  private let read: (StepMoment) throws -> UInt64?
  private let condition: BoundCondition?
  /// What it is, for people.
  let name: String

  init(_ watch: StepWatch, _ text: String, _ binder: ConditionBinder, _ tree: LayerTree) throws {
    name = text
    switch watch {
    case .condition(let condition):
      let bound = try BoundCondition(condition, binder)
      self.condition = bound
      read = { $0.position == 0 ? nil : try bound.holds($0) ? 1 : 0 }
    case .number(let expression):
      condition = nil
      let bound = try BoundExpression(expression, binder, ElementSelection())
      guard !bound.isOfAnyLayer else {
        throw CommandError(
          .syntax, found: "'\(text)' of any layer", expected: "of one layer, such as c1 \(text)")
      }
      read = { $0.position == 0 ? nil : try bound.value($0, -1)?.bitPattern }
    case .array(let facet, let place):
      condition = nil
      let array = try binder.array(facet, place)
      let selection = try binder.selection(facet, array, place, filters: ElementSelection())
      read = { moment in
        if moment.position == 0 { guard case .state = array else { return nil } }
        guard selection.slice != nil else { return try array.digest(moment) }
        guard let part = try array.part(moment) else { return nil }
        var digest = Digest()
        selection.visit(part) { value, _ in digest.add(value.isNaN ? 1 : value.bitPattern) }
        return digest.value
      }
    case .verdict(let typed, let place):
      condition = nil
      let path: String
      do throws(CommandError) { path = try tree.resolve(typed).path } catch {
        var error = error
        error.found += " at character \(place)"
        throw error
      }
      read = { moment in
        guard let comparison = try moment.run.readyComparison() else { return nil }
        try comparison.compare(upTo: max(moment.position, comparison.count))
        guard let verdict = comparison.verdict(path, after: moment.position),
          verdict.comparedSteps > 0
        else { return nil }
        let words: [Closeness] = [.equal, .rounding, .differ]
        return words.firstIndex(of: verdict.closeness).map { UInt64($0) }
      }
    }
  }

  /// What it is behind a step; nil where it is nothing yet.
  func value(_ moment: StepMoment) throws -> UInt64? { try read(moment) }

  /// Looks at a moment before the first step in question.
  func prime(_ moment: StepMoment) throws { try condition?.prime(moment) }
}
