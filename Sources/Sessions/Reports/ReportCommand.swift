import Diagnostics
import Execution
import Serialization

/// `report FILE.md|.html`.
struct ReportCommand: Command {
  let name = "report"
  let usage = "report FILE.md|FILE.html [--replace]"
  let summary =
    "Writes what a colleague needs: stack, verdicts, where the runs part and why, plots, notes, and how to do "
    + "it again."
  let flags: Set<String> = ["replace"]
  let isRecorded = false
  let examples = ["run\nreport found.md", "report found.html"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let path = try line.single("a file that ends in .md or .html")
    let ending = path.split(separator: ".").last.map(String.init) ?? ""
    guard let form = ReportDocument.Form(rawValue: ending) else {
      throw CommandError(
        .file, found: path, expected: "a file that ends in .md or .html",
        suggestion: "report \(path).md")
    }
    let bytes = Array(try SessionReport(session).text(form).utf8)
    do {
      try AtomicFile.write(
        bytes, to: session.files.resolved(path),
        existing: line.options["replace"] == nil ? .kept : .replaced,
        isStopped: { session.cancel.isRaised })
    } catch let error as FileError where error.code == .exists {
      throw CommandError(
        .file, found: "\(path) exists", expected: "a new file",
        suggestion: "report \(path) --replace")
    }
    return CommandOutput("written to \(path), \(NumberText.bytes(bytes.count))")
  }
}
