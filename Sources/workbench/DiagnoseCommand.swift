import ArgumentParser
import Comparison
import Serialization
import Traces

/// `workbench diagnose`: two runs of any framework, place by place.
struct DiagnoseCommand: ParsableCommand, MemoryLimited {
  static let configuration = CommandConfiguration(
    commandName: "diagnose",
    abstract: "Find where a streaming run first leaves the offline run, and the likely cause.",
    discussion: """
      OFFLINE and STREAM are two runs of one model, recorded at many places: .safetensors or .npz \
      files or folders of .npy, as `workbench recorder` makes them, or plain dumps of arrays with time.

      Places are matched by name, in the order of computation; --map FILE says other names, a line each \
      such as `front/* -> streaming_front/*`. Without a manifest the axis of time is the one of the \
      extent that most arrays share; --layout says it, --block the timesteps of a block. Latencies are \
      found from the values.

      Found are the first place whose inputs are equal and whose output is not, timestep, row and \
      channel, and the known causes with what speaks for and against each. The last line is the answer.

      Exit status: 0 equal or rounding, 1 different, 3 not readable or not to be aligned.
      """)

  @Argument(help: "The run over the whole sequence.")
  var offline: String

  @Argument(help: "The run block by block.")
  var stream: String

  @Option(
    help:
      "The order of axes, such as btc, bct or tbc, of arrays of as many axes; one for each: btc,bct."
  )
  var layout: String?

  @Option(help: "A file with a line `OFFLINE -> STREAM` for each name or pattern with *.")
  var map: String?

  @Option(help: "The timesteps of each block, such as 4 or 4,4,3; the last is repeated.")
  var block: String?

  @Option(help: "The largest absolute difference that counts as equal.")
  var tol: Double?

  @Option(help: "The largest difference, as a share of OFFLINE's value, that counts as equal.")
  var rtol: Double?

  @Option(help: "The largest difference in units in the last place that counts as equal.")
  var ulp: Int?

  @Flag(help: "Print one JSON document.")
  var json = false

  @OptionGroup var memory: MemoryOption

  func validate() throws {
    for (name, value) in [("tol", tol), ("rtol", rtol)] {
      if let value, !(value >= 0) {
        throw ValidationError("--\(name) is \(value); expected 0 or more")
      }
    }
    if let ulp, ulp < 0 { throw ValidationError("--ulp is \(ulp); expected 0 or more") }
  }

  func run() throws {
    let diagnosis: Diagnosis
    let pair: ForeignPair
    do {
      pair = try ForeignPair(offline: offline, stream: stream, try options())
      let isAsked = tol != nil || rtol != nil || ulp != nil
      let tolerance =
        isAsked ? Tolerance(relative: rtol ?? 0, absolute: tol ?? 0, ulps: ulp ?? 0) : nil
      diagnosis = try pair.diagnosis(ArrayComparison.Options(tolerance: tolerance))
    } catch {
      if json, let error = error as? TraceError { print(error.json.text(indented: true)) }
      throw error
    }
    if json {
      print(pair.json(diagnosis).text(indented: true))
    } else {
      print((pair.lines + diagnosis.lines).joined(separator: "\n"))
    }
    guard diagnosis.verdict != .differ else { throw ExitCode(1) }
  }

  private func options() throws -> ForeignPair.Options {
    var options = ForeignPair.Options()
    if let map {
      let text = String(decoding: try ByteFile(path: map).readAll(), as: UTF8.self)
      options.rules = try NameRules(parsing: text, path: map)
    }
    options.layout = try AxisOrder.pair(layout)
    if let block {
      let sizes = block.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
      let known = sizes.compactMap { $0 }.filter { $0 > 0 }
      guard known.count == sizes.count else {
        throw Failure("--block \(block): expected whole numbers from 1 on, such as 4 or 4,4,3")
      }
      options.blocks = known
    }
    return options
  }
}
