import Execution
import Layers
import Runtime

/// How far the command that is being carried out has come, for progress, and for events that are
/// written while it runs.
struct CommandContext {
  var typed = ""
  /// What does again what the next event did, unless that is a move.
  var canonical = ""
  /// When it began; nil while no command is carried out.
  var start: Duration?
  /// Where the command began.
  var origin = 0
  /// Where the next event begins.
  var mark = EventMark(position: 0, run: nil)
  /// Where parameters came from before it.
  var origins: [String: ParameterOrigin] = [:]
  /// The step that it may not go beyond, because it did not when it was recorded.
  var replayLimit: Int?
  /// Whether what it does becomes events.
  var isRecorded = false
  /// Whether what is left to do is only a way, on which it can be cut anywhere.
  var isMove = false
  /// Whether it goes on with the change that the command before it began.
  var continues = false
  /// Whether the document has changed.
  var hasCommitted = false
  /// Whether a part of it is written down.
  var hasWritten = false
  /// What there is to say of the way, such as which condition ended it.
  var notes: [String] = []
  /// Whether the user stopped it.
  var wasStopped = false
  /// Why it went no further, where that was no wish of the user.
  var obstacle: CommandError?
  /// When the last event was written.
  var lastEvent: Duration?
  /// When progress was reported last.
  var lastProgress: Duration?

  /// Long work is reported from here on.
  static let patience = Duration.milliseconds(500)
  /// No more often than this.
  static let progressInterval = Duration.milliseconds(50)
  /// Events of one long command lie no further apart than this.
  static let eventInterval = Duration.milliseconds(700)
}

/// A recording that is being carried out: how many of its events are done.
struct ReplayProgress {
  var start: Duration
  var done = 0
  var total: Int
}

extension Session {
  /// Called during long work: reports progress.
  ///
  /// While a recording is opened, its events are what is reported.
  func tell(_ done: Int, of total: Int) {
    guard let start = opening?.start ?? context.start else { return }
    let now = clock()
    guard now - start >= CommandContext.patience,
      now - (context.lastProgress ?? start) >= CommandContext.progressInterval
    else { return }
    context.lastProgress = now
    if let opening { progress(opening.done, opening.total) } else { progress(done, total) }
  }

  /// Called in long loops: reports progress.
  ///
  /// - Throws: `RuntimeError` `.cancelled` when the user stopped it.
  func goOn(_ done: Int, of total: Int) throws {
    if cancel.isRaised { throw Model.cancelled }
    tell(done, of: total)
  }

  /// Called during long work wherever it could be stopped: reports progress, and writes what has been
  /// done so far, so that a crash loses no more than a second of it.
  func advance(_ done: Int, of total: Int) {
    tell(done, of: total)
    if isEventDue { writeEvent() }
  }

  /// Whether something was done that is not written, and the last writing is long ago.
  var isEventDue: Bool {
    hasWork && isAppendDue
  }

  /// Whether the last writing is long ago.
  var isAppendDue: Bool {
    guard recorder != nil, context.isRecorded, let start = context.start else { return false }
    return clock() - (context.lastEvent ?? start) >= CommandContext.eventInterval
  }

  private var hasWork: Bool {
    run === context.mark.run ? position > context.mark.position : context.hasCommitted
  }

  /// Writes what was done since the last event; what is left is then only a way to go.
  func writeEvent(holds: Bool? = nil) {
    let canonical = context.isMove ? "goto \(position)" : context.canonical
    var event = event(typed: context.typed, canonical: canonical, since: context.mark)
    event.continues = context.hasWritten || context.continues
    event.holds = holds
    if !context.hasWritten {
      event.files = files.used
      event.drawn = document.origins.compactMap { path, origin in
        guard case .drawn(_, let name) = origin, context.origins[path] != origin else { return nil }
        return name
      }.sorted()
    }
    recorder?.add(event, files)
    context.hasWritten = true
    context.isMove = true
    context.lastEvent = clock()
    context.mark = EventMark(position: position, run: run)
  }

  /// Writes down what a command did, unless all of it was written while it ran.
  func record(holds: Bool? = nil) {
    guard recorder != nil else { return }
    let isWritten =
      context.hasWritten && run === context.mark.run && context.mark.position == position
    if !isWritten { writeEvent(holds: holds) }
  }
}
