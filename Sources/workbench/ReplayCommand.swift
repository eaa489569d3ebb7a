import ArgumentParser
import Diagnostics
import Serialization
import Sessions
import Workbench

/// `workbench replay SESSION…`: carries sessions out again and verifies every digest.
struct ReplayCommand: ParsableCommand, MemoryLimited, Interruptible {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Carry recorded sessions out again and verify every digest.")

  @Argument(help: "Session files.")
  var sessions: [String]

  @Option(help: "Write what came of every session as a JUnit report.")
  var junit: String?

  @OptionGroup var trust: TrustOptions

  @Flag(help: "Print one JSON document.")
  var json = false

  @OptionGroup var memory: MemoryOption

  func run() throws {
    var status: Int32 = 0
    var entries: [JSONValue] = []
    var report = JUnitReport(name: "replay")
    let clock = ContinuousClock()
    for path in sessions where !Interruption.isAsked {
      let start = clock.now
      let (line, entry, code) = Self.replay(path, trust.files)
      report.cases.append(
        JUnitReport.Case(
          name: path, className: "replay", seconds: (clock.now - start) / .seconds(1),
          result: code == 0 ? .passed : code == 2 ? .failed(line) : .error(line), output: [line]))
      status = max(status, code)
      entries.append(entry)
      if code == 3 { StandardError.write(line) } else if !json { print(line) }
    }
    if let junit { try report.write(to: junit) }
    if json { print(JSONValue.object([.init("sessions", .array(entries))]).text(indented: true)) }
    if status != 0 { throw ExitCode(status) }
  }

  /// What to say of a session, as text and as JSON, and the exit status.
  private static func replay(
    _ path: String, _ trusted: [String]
  ) -> (String, JSONValue, Int32) {
    var commands: [JSONValue] = []
    func entry(_ verdict: String, _ members: [JSONValue.Member]) -> JSONValue {
      .object(
        [.init("session", .string(path)), .init("verdict", .string(verdict))] + members
          + [.init("commands", .array(commands))])
    }
    func error(_ text: String, event: Int? = nil) -> (String, JSONValue, Int32) {
      let members: [JSONValue.Member] = [
        .init("event", event.map { .integer($0) } ?? .null), .init("detail", .string(text)),
      ]
      return (text.hasPrefix(path) ? text : "\(path): \(text)", entry("error", members), 3)
    }
    do {
      let bytes = try ByteFile(path: path).readAll()
      let file = try SessionFile(bytes: bytes, name: path)
      commands = file.events.map { event in
        .object([
          .init("command", .string(event.canonical)), .init("from", .integer(event.from)),
          .init("to", .integer(event.to)), .init("steps", .integer(event.steps.count)),
          .init("holds", event.holds.map { .bool($0) } ?? .null),
        ])
      }
      let agreed = Agreements().places(session: path, digest: ByteDigest.of(bytes))
      let dropped = file.dropped.map { " · \($0)" } ?? ""
      if let damage = file.damage {
        let whole = NumberText.counted(file.events.count, "event")
        return error("\(damage)\(dropped); whole before it: \(whole)")
      }
      var notice = ProgressNotice()
      let result = Replay.run(
        file, folder: RelativePath.folder(of: path), trusted: trusted + agreed,
        willBegin: { Interruption.add($0.cancel) }
      ) { done, total in
        notice.tell(Progress(label: "\(path): event", done: done, total: total))
      }
      switch result {
      case .same(let events, let steps, let notes):
        let text =
          (["\(events) events, \(steps) steps: every digest as recorded\(dropped)"] + notes)
          .joined(separator: " · ")
        let members: [JSONValue.Member] = [
          .init("events", .integer(events)), .init("steps", .integer(steps)),
          .init("detail", .string(text)),
        ]
        return ("\(path): \(text)", entry("same", members), 0)
      case .diverged(let divergence):
        let text = "\(path): diverged at \(divergence.text)\(dropped)"
        return (text, entry("diverged", divergence.members), 2)
      case .failed(let event, let reason) where reason.code == .cancelled:
        let text =
          "stopped in event \(event) of \(file.events.count): every digest before it as recorded"
        let members: [JSONValue.Member] = [
          .init("events", .integer(event - 1)), .init("detail", .string(text)),
        ]
        return ("\(path): \(text)", entry("stopped", members), 0)
      case .failed(let event, let reason):
        return error("event \(event) cannot be carried out: \(reason)", event: event)
      }
    } catch let failure {
      return error("\(CommandError(failure))")
    }
  }
}
