/// What an event of a session file may hold.
///
/// A file may come from anybody, so only what sessions record is carried out from it: commands that change
/// document or position, and none that writes a file.
enum RecordedCommand {
  /// Refuses a command that no session records.
  static func check(_ line: String) throws(CommandError) {
    guard let first = CommandLine(line) else { throw refusal(line, "is no command") }
    let command: any Command
    do { command = try CommandTable.find(first.name) } catch {
      throw refusal(line, "is no command of this workbench")
    }
    guard command.isRecorded else { throw refusal(line, "is no command that sessions record") }
    guard command.readsCondition || CommandLine(line, flags: command.flags)?.redirect == nil else {
      throw refusal(line, "would write a file, which no recorded command does")
    }
  }

  private static func refusal(_ line: String, _ reason: String) -> CommandError {
    let most = 60
    let shown = line.count > most ? line.prefix(most) + "…" : line[...]
    return CommandError(.file, found: "'\(shown)' \(reason)")
  }
}
