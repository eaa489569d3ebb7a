import ArgumentParser
import Serialization
import Sessions

/// `workbench sdiff A B`: two recorded sessions side by side.
struct SessionDifferenceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sdiff",
    abstract: "Put two recorded sessions side by side and name the first difference.",
    discussion: """
      Lines that begin with - or + are commands of one session only, those with ~ are in both and left \
      something else. The last line names the first difference: event, step, row, state.

      Exit status: 0 the same, 1 different, 3 not readable.
      """)

  @Argument(help: "A session file.")
  var first: String

  @Argument(help: "Another.")
  var second: String

  @Flag(help: "Print one JSON document.")
  var json = false

  func run() throws {
    let files = try [first, second].map { path in
      let file = try SessionFile(bytes: ByteFile(path: path).readAll(), name: path)
      if let damage = file.damage { throw Failure("\(path): \(damage)") }
      return file
    }
    let found = SessionDifference(files[0], files[1], names: (first, second))
    print(json ? found.json.text(indented: true) : found.text.joined(separator: "\n"))
    guard found.areEqual else { throw ExitCode(1) }
  }
}
