import Diagnostics
import Execution
import Layers
import Notation
import Runtime
import Serialization

/// Commands that read and write files.
enum FileCommands {
  static let all: [any Command] = [
    OpenCommand(), TrustCommand(), SaveCommand(), ConvertCommand(), ExportCommand(),
    StatesCommand(),
  ]
}

/// `open FILE`.
struct OpenCommand: Command {
  let name = "open"
  let usage = "open FILE | open -"
  let summary =
    "Goes to another session: a recorded one, or a new one with the stack of a layer config; "
    + "open - returns."
  let isRecorded = false
  let examples = ["open run.session", "open stack.textproto\nopen -"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    var output = CommandOutput()
    output.effect = .open(try line.single("a .session, .textproto, .json or .binpb file, or -"))
    return output
  }
}

/// `save [FILE]`.
struct SaveCommand: Command {
  let name = "save"
  let usage = "save [FILE.session] [--replace] [--all]"
  let summary =
    "Writes the session so far, by default to where it came from; another file that exists is kept "
    + "unless --replace is said. --all embeds every file, however large."
  let flags: Set<String> = ["replace", "all"]
  let isRecorded = false
  let examples = [
    "save mine.session", "save mine.session\nsave", "save run.session --replace --all",
  ]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    guard let recorder = session.recorder else {
      throw CommandError(.notReady, found: "this session is not recorded")
    }
    let path = try target(line, session)
    let place = session.files.resolved(path)
    if path != session.origin || isBundled(path), line.options["replace"] == nil,
      RealPath.of(place) != nil
    {
      throw CommandError(
        .file, found: "\(path) exists", expected: "a new file", suggestion: "save \(path) --replace"
      )
    }
    if path == session.origin, line.options["replace"] == nil, let known = session.originDigest,
      RealPath.isPlainFile(place), try ByteDigest.of(ByteFile(path: place).readAll()) != known
    {
      throw CommandError(
        .file, found: "\(path) was written by somebody else since it was opened",
        expected: "the file as it was then",
        suggestion: "save under another name, or save \(path) --replace")
    }
    let saved = try recorder.saved(session, to: place, embedsAll: line.options["all"] != nil)
    let bytes = saved.bytes
    try AtomicFile.write(bytes, to: place, isStopped: { session.cancel.isRaised })
    session.origin = path
    session.originDigest = ByteDigest.of(bytes)
    // The user has named these files in this session, so its file may read them again. Where that cannot be
    // remembered, it asks.
    _ = session.files.agreements.add(
      session: place, digest: ByteDigest.of(bytes),
      files: session.files.placesOutside(saved.header.files.map(\.use)))
    session.savedCount = saved.events.count
    let outside = saved.header.files.filter { !$0.isEmbedded }.map(\.use.path)
    let note = outside.isEmpty ? "" : " · needs \(outside.joined(separator: ", ")) beside it"
    return CommandOutput(
      "\(NumberText.counted(saved.events.count, "event")) saved to \(path) · \(NumberText.bytes(bytes.count))\(note)"
    )
  }

  private func target(_ line: CommandLine, _ session: Session) throws(CommandError) -> String {
    guard line.operands.isEmpty else {
      let path = try line.single("a file that ends in .session")
      guard path.hasSuffix(".session") else {
        throw CommandError(
          .file, found: path, expected: "a file that ends in .session",
          suggestion: "save \(path).session")
      }
      return path
    }
    guard let origin = session.origin else {
      throw CommandError(
        .invalidOperand, found: "no file", expected: "a name: this session came from none",
        suggestion: "save NAME.session")
    }
    guard !isBundled(origin) else {
      throw CommandError(
        .invalidOperand, found: "\(origin) came with the program", expected: "a name of your own",
        suggestion: "save NAME.session")
    }
    return origin
  }

  /// Whether a file lies in the folder of sessions that come with the program.
  private func isBundled(_ path: String) -> Bool {
    RelativePath.folder(of: path).split(separator: "/").last == "Sessions"
  }
}

/// `convert FORMAT`: the stack in another notation.
struct ConvertCommand: Command {
  let name = "convert"
  let usage = "convert text|json|swift|binary [> FILE [--replace]]"
  let summary =
    "Prints the stack in another notation, or writes it to a file; one that exists is kept unless "
    + "--replace is said."
  let isRecorded = false
  let takesRedirect = true
  let examples = ["convert text", "convert swift", "convert binary > stack.binpb"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let word = try line.single("text, json, binary or swift")
    guard let format = NotationFormat(rawValue: word) else {
      throw CommandError(
        .invalidOperand, found: word,
        expected: NotationFormat.allCases.map(\.rawValue).joined(separator: ", "))
    }
    let (layer, _) = try session.requireTree()
    let bytes = try session.notation.write(try session.spec(of: layer), as: format)
    if let path = line.redirect {
      try session.writeRedirect(bytes, of: line)
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
