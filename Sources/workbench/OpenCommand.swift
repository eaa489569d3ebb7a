import ArgumentParser
import Workbench

/// `workbench [FILE]`: the workbench itself, full screen or line by line.
struct OpenCommand: ParsableCommand, MemoryLimited {
  static let configuration = CommandConfiguration(
    commandName: "open",
    abstract: "Open a session or a layer config; without FILE, a new session.",
    discussion: """
      Full screen, or line by line where standard output is no terminal, TERM is dumb, or --plain \
      is given. FILE is only read: what happens is written to a journal of its own, which --last \
      opens again.
      """)

  @Argument(
    help: "A session (.session), a layer config (.textproto, .json, .binpb) or a model (.onnx).")
  var file: String?

  @Option(help: "A recording or array file to begin with, as input takes it.")
  var input: String?

  @Flag(help: "Open the newest journal.")
  var last = false

  @Flag(help: "Go line by line, without a full screen.")
  var plain = false

  @OptionGroup var memory: MemoryOption

  @OptionGroup var trust: TrustOptions

  func run() throws {
    let status = FrontEnd.run(
      path: file, lines: input.map { ["input \"\($0)\""] } ?? [], resumesLast: last,
      trusted: trust.files, isPlain: plain)
    guard status == 0 else { throw ExitCode(status) }
  }
}
