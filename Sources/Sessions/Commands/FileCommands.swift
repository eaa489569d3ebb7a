import Layers
import Notation
import Runtime
import Weights

/// Commands that read and write files.
enum FileCommands {
  static let all: [any Command] = [ConvertCommand(), SaveCommand()]
}

/// `convert FILE` or `convert --to FORMAT`: the stack in another notation.
struct ConvertCommand: Command {
  let name = "convert"
  let usage = "convert text|json|swift [> FILE]"
  let summary = "Prints the stack in another notation, or writes it to a file."
  let isRecorded = false
  let examples = ["convert text", "convert swift"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let word = try line.single("text, json, binary or swift")
    guard let format = NotationFormat(rawValue: word) else {
      throw CommandError(
        .invalidOperand, found: word,
        expected: NotationFormat.allCases.map(\.rawValue).joined(separator: ", "))
    }
    let (layer, _) = try session.requireTree()
    let bytes = try session.notation.write(try SpecNode(layer: layer), as: format)
    if let path = line.redirect {
      try AtomicFile.write(bytes, to: path)
      return CommandOutput("written to \(path)")
    }
    guard format != .binary else {
      throw CommandError(
        .invalidOperand, found: "binary on a terminal", expected: "a file: convert binary > FILE")
    }
    return CommandOutput(
      String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init))
  }
}

/// `save FILE`.
struct SaveCommand: Command {
  let name = "save"
  let usage = "save FILE.session [--replace]"
  let summary = "Writes the session so far; an existing file is kept unless --replace is said."
  let flags: Set<String> = ["replace"]
  let isRecorded = false
  let examples: [String] = []

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let path = try line.single("a file that ends in .session")
    guard let recorder = session.recorder else {
      throw CommandError(.notReady, found: "this session is not recorded")
    }
    if line.options["replace"] == nil, (try? ByteFile(path: path)) != nil {
      throw CommandError(
        .file, found: "\(path) exists", expected: "a new file", suggestion: "save \(path) --replace"
      )
    }
    try AtomicFile.write(recorder.file.bytes, to: path)
    return CommandOutput("\(recorder.file.events.count) events saved to \(path)")
  }
}
