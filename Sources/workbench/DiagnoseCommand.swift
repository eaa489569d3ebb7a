import ArgumentParser
import Comparison
import Serialization
import Traces
import Workbench

/// `workbench diagnose`: two runs of any framework, place by place.
struct DiagnoseCommand: ParsableCommand, MemoryLimited, Interruptible {
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
      channel, and the known causes with what speaks for and against each. The last line is the answer. \
      Stopped by Ctrl-C it says what is true of the places that were compared by then.

      Exit status: 0 equal or rounding, 1 different, 3 not readable or not to be aligned.
      """)

  @Argument(help: "The run over the whole sequence.")
  var offline: String

  @Argument(help: "The run block by block.")
  var stream: String

  @OptionGroup var reading: TraceOptions

  @Flag(help: "Print one JSON document.")
  var json = false

  @OptionGroup var memory: MemoryOption

  func run() throws {
    let diagnosis: Diagnosis
    let pair: ForeignPair
    var notice = ProgressNotice()
    let watch: TraceWatch = { step in
      if Interruption.isAsked { throw TraceStop() }
      notice.tell(Progress(label: step.stage.rawValue, done: step.done, total: step.total))
    }
    do {
      pair = try ForeignPair(
        offline: offline, stream: stream, try reading.options(), watch: watch)
      diagnosis = try pair.diagnosis(
        ArrayComparison.Options(tolerance: reading.tolerance), watch: watch)
    } catch is TraceStop {
      throw Failure("stopped before any place was compared")
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
}
