import ArgumentParser
import Datasets
import Execution
import Layers
import Notation
import ONNX
import Runtime
import Serialization
import Tensors
import Weights

/// `workbench bench SPEC`: times steps and whole sequences with random weights and input.
struct BenchCommand: ParsableCommand, MemoryLimited, Interruptible {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Time the steps and the layer-wise run of a stack.",
    discussion: """
      Weights and input are random from a fixed seed. Steps run through --time timesteps first, so \
      that caches are full when they are timed. With --functions nothing is timed: the elementary \
      functions are compared with double precision over 10^8 float32 each.
      """)

  @Argument(help: "The layer config: .textproto, .json or .binpb; or a model (.onnx).")
  var spec: String?

  @Option(help: "Channel extents of the input, such as 80; '' for none; a model knows its own.")
  var channels: String?

  @Option(help: "The dtype of the input.")
  var dtype = "float32"

  @Option(help: "Rows.")
  var batch = 1

  @Option(help: "Timesteps of the layer-wise run; steps are timed after as many.")
  var time = 1000

  @Option(help: "Blocks a step.")
  var blocksPerStep = 1

  @Option(help: "Threads; otherwise what WORKBENCH_THREADS says, or 1.")
  var threads: Int?

  @Option(help: "Seconds to time each kind of run.")
  var seconds = 2.0

  @Option(help: "Time this many steps instead, and no layer-wise runs.")
  var steps: Int?

  @Flag(help: "Show every layer's output, as the workbench does.")
  var observed = false

  @Flag(
    help: """
      Step in a session as well: with the outputs of all layers kept, compared with the layer-wise run and \
      recorded.
      """)
  var session = false

  @Option(help: "With --session: so many conditions that never hold, asked in every step.")
  var breaks = 0

  @Flag(help: "Measure the errors of elementary functions instead.")
  var functions = false

  @Flag(help: "Print one JSON document.")
  var json = false

  @OptionGroup var memory: MemoryOption

  func validate() throws {
    if functions {
      guard spec == nil, channels == nil else {
        throw ValidationError("--functions takes no layer config and no --channels")
      }
    } else if spec == nil {
      throw ValidationError("Missing expected argument '<spec>'")
    } else if channels == nil, spec.map({ SpecFile(path: $0).isModel }) != true {
      throw ValidationError("Missing expected argument '--channels <channels>'")
    }
  }

  func run() throws {
    guard !functions else { return try FunctionReport(json: json).run() }
    let report = try measure()
    if json {
      print(report.json.text(indented: true))
    } else {
      report.lines.forEach { print($0) }
    }
  }

  private func measure() throws -> BenchReport {
    let spec = spec ?? ""
    let notation = LayerNotation(registry: .withModels)
    let layer = try notation.registry.makeLayer(try SpecFile(path: spec).read(notation).spec)
    let x = try input(channels ?? ModelInput.channels(of: layer) ?? "")
    let cancel = Interruption.flag
    let model = try Model(layer, input: x.channelSpec, seed: 1, time: time, cancel: cancel)
    if let threads {
      guard (1...8).contains(threads) else {
        throw Failure("--threads \(threads): expected a number from 1 to 8")
      }
      model.pool = threads > 1 ? WorkerPool(threadCount: threads) : nil
    }
    var report = BenchReport(
      spec: spec, batch: batch, time: time, blockSize: layer.blockSize,
      blocksPerStep: blocksPerStep, threads: model.pool?.threadCount ?? 1,
      parameters: model.parameterCount)
    if let obstacle = layer.stepObstacle {
      report.obstacle = obstacle
    } else {
      try timeSteps(model, x, &report)
    }
    if session, report.step != nil, !cancel.isRaised { try timeSession(model, layer, x, &report) }
    if steps == nil, !cancel.isRaised { report.layer = try timeLayer(model, x) }
    // What was measured before Ctrl-C is measured.
    report.isStopped = cancel.isRaised
    guard report.hasMeasured else { throw Model.cancelled }
    report.traceMilliseconds = model.preparation.tracing / .milliseconds(1)
    report.planMilliseconds = model.preparation.planning / .milliseconds(1)
    report.peakMegabytes = ProcessMemory.peakMegabytes
    return report
  }

  private func input(_ channels: String) throws -> SequenceTensor {
    let shape = channels.split(separator: ",").map { Int($0) ?? 0 }
    let most = 1 << 21
    guard shape.allSatisfy({ $0 > 0 }), let dtype = DType(name: dtype) else {
      throw Failure(
        "--channels \(channels) --dtype \(self.dtype): expected extents such as 80 or 4,3, and a dtype"
      )
    }
    for (option, number) in [
      ("batch", batch), ("time", time), ("blocks-per-step", blocksPerStep), ("steps", steps ?? 1),
    ] {
      guard (1...most).contains(number) else {
        throw Failure("--\(option) \(number): expected a number from 1 to \(most)")
      }
    }
    guard seconds >= 0, seconds <= 86400 else {
      throw Failure("--seconds \(seconds): expected a time from 0 to a day, 86400")
    }
    let signal: SyntheticSignal = dtype.isFloating ? .noise(seed: 1) : .ids(count: 8, seed: 1)
    let made = try signal.batch(
      lengths: Array(repeating: time, count: batch), channelShape: shape)
    return try SequenceTensor(values: made.values.converted(to: dtype))
  }

  private func timeLayer(_ model: Model, _ x: SequenceTensor) throws -> Samples? {
    var options = RunOptions()
    options.cancel = Interruption.flag
    do {
      _ = try model.layer(x, options: options)
      return try Samples.taken(seconds: seconds) { _ = try model.layer(x, options: options) }
    } catch let error as RuntimeError where error.code == .cancelled {
      return nil
    }
  }

  private func timeSteps(
    _ model: Model, _ x: SequenceTensor, _ report: inout BenchReport
  ) throws {
    let width = model.layer.blockSize * blocksPerStep
    let block = [batch, width] + x.channelShape
    try model.memory.require(block.byteCount(of: x.values.dtype), for: "the input of a step")
    let stream = try model.makeStream(batch: batch, cancel: Interruption.flag)
    let timer = try StepTimer(
      stream, block: x.timesteps(0..<width), options: RunOptions(taps: observed))
    let fill = max(1, time / width)
    for _ in 0..<fill {
      if Interruption.isAsked { return }
      timer.step()
    }
    report.cacheFill = fill * width
    report.step =
      steps.map { Samples.taken(count: $0) { timer.step() } }
      ?? Samples.taken(seconds: seconds) { timer.step() }
    report.allocationsPerStep = AllocationCount.average(of: min(fill, 1000)) { timer.step() }
  }
}
