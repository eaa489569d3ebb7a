import Layers
import Runtime

/// How far the command that is being carried out has come, for progress, and for events that are
/// written while it runs.
struct Pace {
  var typed = ""
  var start: Duration = .zero
  /// Where the next event begins.
  var mark = EventMark(position: 0, run: nil)
  /// The step that it may not go beyond, because it did not when it was recorded.
  var landing: Int?
  /// Whether it only moves, so that its way can be cut into several events.
  var mayBeCut = false
  /// Whether the user stopped it.
  var wasStopped = false
  /// When the last event was written.
  var lastEvent: Duration?
  /// When progress was told last.
  var lastProgress: Duration?

  /// Long work is told about from here on.
  static let patience = Duration.milliseconds(500)
  /// No more often than this.
  static let progressInterval = Duration.milliseconds(50)
  /// Events of one long command lie no further apart than this.
  static let eventInterval = Duration.milliseconds(700)
}

extension Session {
  /// Called during long work: tells progress, and writes what a run has done so far, so that a crash
  /// loses no more than a second of it.
  func advance(_ done: Int, of total: Int) {
    let now = clock()
    if now - pace.start >= Pace.patience,
      now - (pace.lastProgress ?? pace.start) >= Pace.progressInterval
    {
      pace.lastProgress = now
      progress(done, total)
    }
    guard pace.mayBeCut, recorder != nil, position > pace.mark.position,
      now - (pace.lastEvent ?? pace.start) >= Pace.eventInterval
    else { return }
    pace.lastEvent = now
    write(event(typed: pace.typed, canonical: "goto \(position)", since: pace.mark))
    pace.mark = EventMark(position: position, run: run)
  }

  /// Writes down what a command did, unless that was written while it ran.
  func record(
    _ output: CommandOutput, canonical: String, before: [String: ParameterOrigin]
  ) {
    let isWritten = pace.lastEvent != nil && pace.mark.position == position
    guard recorder != nil, !isWritten else { return }
    let text = pace.mayBeCut ? "goto \(position)" : canonical
    var event = event(typed: pace.typed, canonical: text, since: pace.mark)
    event.files = files.used
    event.holds = output.holds
    event.drawn = document.origins.compactMap { path, origin in
      guard case .drawn(_, let name) = origin, before[path] != origin else { return nil }
      return name
    }.sorted()
    write(event)
  }

  private func write(_ event: SessionEvent) { recorder?.add(event, files) }
}
