import Weights

/// `quit`.
struct QuitCommand: Command {
  let name = "quit"
  let aliases = ["exit", "q"]
  let usage = "quit [--unsaved]"
  let summary =
    "Leaves; what was done stays in the journal, which workbench --last opens. Where the journal could "
    + "not be written, --unsaved leaves without it."
  let flags: Set<String> = ["unsaved"]
  let isRecorded = false
  let examples = ["quit"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    try line.none()
    if let problem = session.recorder?.flush(), line.options["unsaved"] == nil {
      throw CommandError(
        .file, found: "not all that was done is in the journal: \(problem)",
        suggestion: "save FILE.session writes it elsewhere, quit --unsaved leaves without it")
    }
    var output = CommandOutput(session.farewell)
    output.effect = .quit
    return output
  }
}

extension Session {
  /// How to come back to what was done; nothing where nothing was.
  var farewell: [String] {
    guard let recorder, !recorder.file.events.isEmpty else { return [] }
    if let origin, savedCount == recorder.file.events.count {
      return ["workbench \(Self.shellWord(origin)) opens this session again"]
    }
    guard let journal = recorder.journalPath else { return [] }
    return [
      "workbench --last goes on with this session, at any time",
      "workbench \(Self.shellWord(journal))",
    ]
  }

  /// A word as a shell takes it.
  private static func shellWord(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
        || "/._-+:@%,=".utf8.contains(byte) || byte >= 0x80
    }
    guard !isPlain else { return text }
    return "'"
      + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }
}
