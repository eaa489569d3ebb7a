import ArgumentParser
import Serialization
import Sessions

/// `workbench run SCRIPT`: performs REPL commands from a file.
struct RunScriptCommand: ParsableCommand, MemoryLimited, Interruptible {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Perform commands from a file; stop at the first that fails.")

  @Argument(help: "The script; - reads standard input.")
  var script: String

  @Option(help: "Write what was done as a session.")
  var save: String?

  @Option(help: "Write the checks and commands as a JUnit report, whatever comes of them.")
  var junit: String?

  @OptionGroup var trust: TrustOptions

  @Flag(help: "Print one JSON document.")
  var json = false

  @OptionGroup var memory: MemoryOption

  func run() throws {
    let text = try Self.text(of: script)
    let watch: (Session) -> Void = { Interruption.add($0.cancel) }
    let workspace = Workspace(keepsJournal: false, trusted: trust.files, willOpen: watch)
    var status: Int32 = 0
    var entries: [JSONValue] = []
    let commands = ScriptLines.cut(text)
    guard !commands.isEmpty else {
      throw Failure(
        "\(script): there is no command in it; expected one a line, as in the workbench")
    }
    var report = JUnitReport(name: script)
    let clock = ContinuousClock()
    for (index, line) in commands.enumerated() where !Interruption.isAsked {
      let start = clock.now
      let position = workspace.session.position
      let outcome = workspace.perform(line, willOpen: watch)
      let seconds = (clock.now - start) / .seconds(1)
      entries.append(Self.entry(line, outcome, workspace.session, from: position, seconds))
      report.cases.append(Self.testCase(index + 1, line, outcome, seconds, script: script))
      if !json {
        print("› \(line)")
        outcome.lines.forEach { print($0) }
      }
      if let error = outcome.error {
        // The answer of a check is a result, and stands among them.
        if error.code != .checkFailed { StandardError.write("\(error)") }
        status = Int32(outcome.status)
        break
      }
      if outcome.effect == .quit { break }
    }
    for (index, line) in commands.enumerated().dropFirst(report.cases.count) {
      report.cases.append(
        JUnitReport.Case(
          name: "\(index + 1): \(line)", className: script, seconds: 0, result: .skipped, output: []
        ))
    }
    if let junit { try report.write(to: junit) }
    if json {
      let document: JSONValue = .object([
        .init("script", .string(script)), .init("status", .integer(Int(status))),
        .init("commands", .array(entries)),
        .init("skipped", .array(commands.dropFirst(entries.count).map { .string($0) })),
        .init("program", .string(SessionHeader.currentProgram)),
        .init("numerics", .integer(NumericsVersion.current)),
      ])
      print(document.text(indented: true))
    }
    if let save, let recorder = workspace.session.recorder {
      let saved = try recorder.saved(workspace.session, to: save, embedsAll: false)
      try AtomicFile.write(saved.bytes, to: save)
    }
    if status != 0 { throw ExitCode(status) }
  }

  private static func text(of script: String) throws -> String {
    var lines = InputLines()
    return ScriptLines.text(
      script == "-" ? try lines.readAll() : try ByteFile(path: script).readAll())
  }

  private static func testCase(
    _ number: Int, _ line: String, _ outcome: Session.Outcome, _ seconds: Double, script: String
  ) -> JUnitReport.Case {
    let result: JUnitReport.Result
    switch outcome.error {
    case nil: result = .passed
    case let error? where error.code == .checkFailed: result = .failed("\(error)")
    case let error?: result = .error("\(error)")
    }
    return JUnitReport.Case(
      name: "\(number): \(line)", className: script, seconds: seconds, result: result,
      output: outcome.lines)
  }

  private static func entry(
    _ line: String, _ outcome: Session.Outcome, _ session: Session, from position: Int,
    _ seconds: Double
  ) -> JSONValue {
    .object([
      .init("command", .string(line)), .init("status", .integer(outcome.status)),
      .init("from", .integer(position)), .init("to", .integer(session.position)),
      .init("seconds", .number(seconds)),
      .init("lines", .array(outcome.lines.map { .string($0) })),
      .init("error", outcome.error.map { .string("\($0)") } ?? .null),
      .init("code", outcome.error.map { .string("\($0.code)") } ?? .null),
    ])
  }
}
