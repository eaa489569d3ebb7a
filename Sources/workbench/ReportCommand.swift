import ArgumentParser
import Sessions

/// `workbench report SESSION FILE`: a summary of a session for a colleague.
struct ReportCommand: ParsableCommand, MemoryLimited {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write stack, verdicts, plots and notes of a session, and how to do it again.")

  @Argument(help: "A session file.")
  var session: String

  @Argument(help: "The report, a file that ends in .md or .html.")
  var file: String

  @Flag(help: "Replace a file that is there.")
  var replace = false

  @OptionGroup var trust: TrustOptions

  @OptionGroup var memory: MemoryOption

  func run() throws {
    let workspace = Workspace(keepsJournal: false, trusted: trust.files) {
      Interruption.add($0.cancel)
    }
    for line in ["open \"\(session)\"", "report \"\(file)\"" + (replace ? " --replace" : "")] {
      let outcome = workspace.perform(line) { Interruption.add($0.cancel) }
      if let error = outcome.error { throw error }
      if line.hasPrefix("report") { outcome.lines.forEach { print($0) } }
    }
  }
}
