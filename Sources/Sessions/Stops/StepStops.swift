import Tensors

/// A condition at which a run stops, as the document keeps it.
package struct BreakPoint: Hashable, Sendable {
  package var condition: StepCondition
  /// How many times it has to hold in a run before that stops.
  package var count: Int

  /// The operands of the command that makes it.
  package var text: String { condition.text + (count == 1 ? "" : " count \(count)") }
}

/// The conditions that are checked after every step of a run.
final class StepStops {
  private struct Stop {
    let number: Int
    let condition: BoundCondition
    let text: String
    var left: Int
  }

  private var stops: [Stop]
  private let moment: StepMoment
  /// What could not be checked, and why.
  let obstacles: [String]
  /// Why the run was stopped.
  private(set) var reason: String?

  /// Binds what can be bound; nil where nothing is to be checked.
  init?(_ breaks: [BreakPoint], _ binder: ConditionBinder, _ moment: StepMoment) throws {
    guard !breaks.isEmpty else { return nil }
    self.moment = moment
    var stops: [Stop] = []
    var obstacles: [String] = []
    for (index, point) in breaks.enumerated() {
      do {
        stops.append(
          Stop(
            number: index + 1, condition: try BoundCondition(point.condition, binder),
            text: point.text, left: point.count))
      } catch let error as CommandError {
        obstacles.append("break \(index + 1) (\(point.text)) is not asked: \(error)")
      }
    }
    (self.stops, self.obstacles) = (stops, obstacles)
    try moment.follow()
    for stop in stops { try stop.condition.prime(moment) }
  }

  /// Asks all conditions behind the step that was just made; true where the run is to stop.
  func isReached() throws -> Bool {
    try moment.follow()
    for index in stops.indices where try stops[index].condition.holds(moment) {
      stops[index].left -= 1
      guard stops[index].left <= 0, reason == nil else { continue }
      let stop = stops[index]
      reason = "break \(stop.number) (\(stop.text)): \(try stop.condition.explanation(moment))"
    }
    return reason != nil
  }
}

extension Session {
  /// The conditions of the document for a run from here; nil where there are none.
  func stops(_ run: ModelRun) throws -> StepStops? {
    guard !document.breaks.isEmpty, context.replayLimit == nil, let trace = run.trace,
      let runner = run.runner
    else { return nil }
    let binder = try ConditionBinder(self)
    // Differences need both runs.
    _ = try layerWise(run)
    return try StepStops(
      document.breaks, binder, StepMoment(run, trace, binder.layout, runner))
  }
}
