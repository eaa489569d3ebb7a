import Layers
import Runtime
import Serialization

/// `names FILE`: what tokens are called.
struct NamesCommand: Command {
  let name = "names"
  let usage = "names FILE | names clear"
  let summary =
    "Shows tokens by the names of a file: a name a line, a JSON list, a JSON object of ids by name, or a "
    + "tokenizer.json."
  let examples = ["names names.txt", "names clear"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let path = try line.single("a file of names, or clear")
    var document = session.document
    guard path != "clear" else {
      document.tokenNames = nil
      try session.commit(document, as: "names", changing: .notes)
      return CommandOutput("tokens are shown as bytes or numbers")
    }
    let bytes = try session.files.open(path).readAll()
    let names = try TokenNames(reading: String(decoding: bytes, as: UTF8.self), file: path)
    document.tokenNames = names
    try session.commit(document, as: "names", changing: .notes)
    let shown = (0..<min(names.count, 6)).map(names.shown).joined(separator: " ")
    var lines = ["\(names.count) names: \(shown)" + (names.count > 6 ? " …" : "")]
    // What stays a number must not look like a mistake.
    if let run = session.run, run.givesLogits, run.model.output.shape[0] != names.count {
      lines.append(
        "the model has \(run.model.output.shape[0]) tokens; those without a name are shown by number"
      )
    }
    return CommandOutput(lines)
  }
}
