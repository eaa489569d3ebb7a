import Diagnostics
package import Layers

/// Carries a recorded session out again and verifies every digest.
package struct Replay {
  /// What a replay found.
  package enum Result: Sendable {
    case same(events: Int, steps: Int, notes: [String])
    case diverged(Divergence)
    /// It could not be carried out: a file or a layer is missing.
    case failed(event: Int, CommandError)
  }

  /// How far kept values may differ under another numerics version.
  package static let tolerance = 1e-4

  /// Replays a file on a fresh session.
  ///
  /// Files that it does not hold are looked for from `folder`, that of the file itself, and elsewhere only
  /// where `trusted` names them. `willBegin` is called with the session, so that it can be stopped. `progress` is called with how many events are done, of how many, when it takes long.
  package static func run(
    _ file: SessionFile, folder: String = ".", trusted: [String] = [],
    registry: LayerRegistry = .builtIn, willBegin: (Session) -> Void = { _ in },
    progress: @escaping (Int, Int) -> Void = { _, _ in }
  ) -> Result {
    let session = Session(registry: registry)
    session.progress = progress
    willBegin(session)
    session.opening = ReplayProgress(start: session.clock(), total: file.events.count)
    session.files.lend(file, folder: folder, trusted: trusted)
    let isSameNumerics = file.header.numerics == NumericsVersion.current
    var steps = 0
    var values = 0
    var hasEarlierNames = false
    for (index, recorded) in file.events.enumerated() {
      let comparison = EventComparison(session: session, event: index + 1, recorded: recorded)
      let outcome = session.perform(recorded)
      session.opening?.done = index + 1
      if let error = outcome.error, outcome.status == 3 {
        return Self.isObstacle(error.code)
          ? .failed(event: index + 1, error) : .diverged(comparison.at(.command, "\(error)"))
      }
      if let divergence = comparison.divergence(outcome, isSameNumerics: isSameNumerics) {
        return .diverged(divergence)
      }
      hasEarlierNames = hasEarlierNames || session.hasEarlierNames(recorded)
      steps += recorded.steps.count
      values += recorded.lastOutput.count
    }
    let headerNotes =
      [session.headerNote(file)].compactMap { $0 }
      + (hasEarlierNames ? [SessionEvent.earlierNamesNote] : [])
    let notes =
      isSameNumerics
      ? headerNotes
      : [
        "recorded under numerics version \(file.header.numerics), this is "
          + "\(NumericsVersion.current): \(values) kept values compared within "
          + NumberText.short(tolerance)
      ] + headerNotes
    return .same(events: file.events.count, steps: steps, notes: notes)
  }

  /// Whether an error says that something is missing here, or went wrong, and nothing of the recording.
  private static func isObstacle(_ code: CommandError.Code) -> Bool {
    switch code {
    case .file, .untrusted, .invalidStack, .unknownLayer, .memory, .cancelled, .programFault: true
    case .syntax, .unknownCommand, .unknownOption, .unknownPath, .ambiguousPath, .unknownFacet,
      .invalidOperand, .notReady, .atTheEnd, .checkFailed, .diverged:
      false
    }
  }
}
