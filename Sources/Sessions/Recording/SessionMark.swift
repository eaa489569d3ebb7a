package import Serialization

/// What a journal says of a command besides its events, so that one which ended the program is known when
/// the journal is opened again.
package enum SessionMark: Hashable, Sendable {
  /// A typed line is about to be carried out.
  case begun(String)
  /// It was carried out or refused.
  case done
  /// What it led to is being computed for a screen.
  case showing
  /// The screen has it.
  case shown

  package var json: JSONValue {
    switch self {
    case .begun(let line):
      .object([.init("state", .string("begun")), .init("typed", .string(line))])
    case .done: .object([.init("state", .string("done"))])
    case .showing: .object([.init("state", .string("showing"))])
    case .shown: .object([.init("state", .string("shown"))])
    }
  }

  init?(_ json: JSONValue) {
    switch json["state"]?.string {
    case "begun":
      guard let line = json["typed"]?.string else { return nil }
      self = .begun(line)
    case "done": self = .done
    case "showing": self = .showing
    case "shown": self = .shown
    default: return nil
    }
  }
}

/// The command with which a journal ends, where the program ended before it did.
package struct UnfinishedCommand: Hashable, Sendable {
  /// The line as typed.
  package var typed: String
  /// How many events the journal had before it.
  var eventCount: Int
  /// The last mark of it.
  private var state: SessionMark

  /// A command that ended the program when it was shown.
  init(shown line: String, eventCount: Int) {
    (typed, self.eventCount, state) = (line, eventCount, .showing)
  }

  private init(begun line: String, eventCount: Int) {
    (typed, self.eventCount, state) = (line, eventCount, .begun(line))
  }

  /// The command that is under way behind a mark, where `last` was before it; nil if there is none.
  static func following(
    _ last: UnfinishedCommand?, _ mark: SessionMark, eventCount: Int
  ) -> UnfinishedCommand? {
    if case .begun(let line) = mark {
      return UnfinishedCommand(begun: line, eventCount: eventCount)
    }
    guard var command = last, mark != .shown else { return nil }
    command.state = mark
    return command
  }

  /// Whether the program ended only while it showed what the command had led to.
  var wasShowing: Bool { state == .showing }

  /// Whether the program ended in it, and not between two commands.
  var endedProgram: Bool { state != .done }

  /// What became of it, for people; `keptEvents` of its events were done and stay.
  func note(keptEvents: Int) -> String {
    let most = 80
    let line = typed.count > most ? typed.prefix(most) + "…" : typed[...]
    if wasShowing {
      return "the program ended while it showed what this had led to, so it is left out: \(line)"
    }
    guard keptEvents > 0 else {
      return "the program ended in this command, so it is left out: \(line)"
    }
    return "the program ended in this command, of which what was done stays: \(line)"
  }
}
