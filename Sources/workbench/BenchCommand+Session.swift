import Layers
import Runtime
import Sessions
import Tensors

extension BenchCommand {
  /// The steps of one command, so that what a command costs by itself hardly counts.
  private static let stepsPerCommand = 256
  private static let mostSteps = 1 << 14

  /// Times steps of a session beside bare steps that show the outputs of all layers.
  func timeSession(
    _ model: Model, _ layer: any SequenceLayer, _ x: SequenceTensor, _ report: inout BenchReport
  ) throws {
    let width = layer.blockSize * blocksPerStep
    let stream = try model.makeStream(batch: batch)
    let timer = try StepTimer(
      stream, block: x.timesteps(0..<width), options: RunOptions(taps: true))
    let fill = max(1, time / width)
    for _ in 0..<fill { timer.step() }
    let observed = Samples.taken(seconds: seconds / 2) { timer.step() }
    // As many steps as take about as long, in whole commands.
    let wanted = Int(seconds / 2 / max(observed.quantile(0.5), 1e-9))
    let commands = max(2, min(wanted, Self.mostSteps) / Self.stepsPerCommand)
    let workspace = Workspace(keepsJournal: false)
    let session = workspace.session
    func perform(_ line: String) throws {
      let outcome = session.perform(line)
      if let error = outcome.error { throw Failure("session: \(line): \(error)") }
    }
    let noteless = session.take(layer)
    if let error = noteless.error { throw Failure("session: \(error)") }
    let steps = fill + commands * Self.stepsPerCommand
    let rows = batch == 1 ? "" : " --rows \(batch)"
    let shape = channels ?? ""
    let extents = shape.isEmpty ? "" : " --channels \(shape)"
    let signal = x.values.dtype.isFloating ? "noise --seed 1" : "ids --count 8 --seed 1"
    try perform("input \(signal)\(extents) --time \(steps * width)\(rows)")
    if x.values.dtype.isFloating, x.values.dtype != .float32 {
      try perform("dtype \(x.values.dtype.name)")
    }
    if blocksPerStep > 1 { try perform("block \(blocksPerStep)") }
    for line in conditions { try perform(line) }
    try perform("step \(fill)")
    let samples = try Samples.taken(count: commands) {
      try perform("step \(Self.stepsPerCommand)")
    }
    report.session = BenchReport.SessionSteps(
      samples: samples, stepsPerSample: Self.stepsPerCommand, observed: observed,
      conditions: conditions.count)
  }

  /// The conditions that are checked in every step.
  private var conditions: [String] {
    (0..<breaks).map { number in "break .:out absmax > 1e\(20 + number)" }
  }
}
