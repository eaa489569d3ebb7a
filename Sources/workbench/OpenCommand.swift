import ArgumentParser
import Comparison
import Sessions
import Traces
import Workbench

/// `workbench [FILE]`: the workbench itself, full screen or line by line.
struct OpenCommand: ParsableCommand, MemoryLimited {
  static let configuration = CommandConfiguration(
    commandName: "open",
    abstract: "Open a session, a layer config or two traces; without FILE, a new session.",
    discussion: """
      Full screen, or line by line where standard output is no terminal, TERM is dumb, or --plain \
      is given. FILE is only read: what happens is written to a journal of its own, which --last \
      opens again.

      --trace OFFLINE --stream STREAM opens two recorded runs of another framework, as diagnose takes \
      them: where they part, both values and the likely cause, with the same options.
      """)

  @Argument(
    help: "A session (.session), a layer config (.textproto, .json, .binpb) or a model (.onnx).")
  var file: String?

  @Option(help: "A recording or array file to begin with, as input takes it.")
  var input: String?

  @Option(help: "The run over the whole sequence, of two traces of another framework.")
  var trace: String?

  @Option(help: "The run block by block.")
  var stream: String?

  @OptionGroup(title: "Traces") var reading: TraceOptions

  @Flag(help: "Open the newest journal.")
  var last = false

  @Flag(help: "Go line by line, without a full screen.")
  var plain = false

  @OptionGroup var memory: MemoryOption

  @OptionGroup var trust: TrustOptions

  func validate() throws {
    guard (trace == nil) == (stream == nil) else {
      throw ValidationError(
        "--trace OFFLINE and --stream STREAM come together: the whole run, and the one block by block"
      )
    }
    if trace != nil, file != nil || last || input != nil {
      throw ValidationError("--trace and --stream come without FILE, --input and --last")
    }
  }

  func run() throws {
    if let trace, let stream {
      let (options, tolerance) = (try reading.options(), reading.tolerance)
      let status = FrontEnd.run(isPlain: plain) { watch in
        try TraceSession(
          offline: trace, stream: stream, options, tolerance: tolerance, watch: watch)
      }
      guard status == 0 else { throw ExitCode(status) }
      return
    }
    let status = FrontEnd.run(
      path: file, lines: input.map { ["input \"\($0)\""] } ?? [], resumesLast: last,
      trusted: trust.files, isPlain: plain)
    guard status == 0 else { throw ExitCode(status) }
  }
}
