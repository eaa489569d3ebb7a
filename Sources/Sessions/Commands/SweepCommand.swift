import Comparison
import Diagnostics
import Execution
import Layers
import Runtime

/// `sweep [SCHEDULE…]`.
struct SweepCommand: Command {
  let name = "sweep"
  let usage = "sweep [K | K,L,M]…"
  let summary =
    "Runs the whole input in steps of several numbers of blocks, regular and ragged: are they equal to the "
    + "layer-wise run, how late is an output, how many steps a second, and does the first difference lie at "
    + "a seam. Changes nothing."
  let isRecorded = false
  let examples = ["sweep", "sweep 1 2 5 1,3,2"]

  /// What is tried unless the line says otherwise; ragged schedules with every remainder.
  private static let standard: [[Int]] = [
    [1], [2], [3], [4], [8], [16], [32], [1, 2], [1, 3, 2], [5, 1, 1, 4], [7, 2],
  ]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let schedules = try line.operands.isEmpty ? Self.standard : line.operands.map(Self.schedule)
    let sweep = try Sweep(session)
    var rows = [["blocks", "timesteps", "delay", "steps", "steps/s", "state", "step = layer"]]
    var smallest: Int?
    var isEqual = true
    var left = 0
    for (index, schedule) in schedules.enumerated() {
      let found: Sweep.Result
      do {
        found = try sweep.run(schedule) { done, total in
          try session.goOn(index * total + done, of: schedules.count * total)
        }
      } catch  where session.cancel.isRaised && index > 0 {
        left = schedules.count - index
        break
      }
      rows.append(found.cells)
      isEqual = isEqual && found.isEqual
      if found.isEqual, schedule.count == 1 { smallest = min(smallest ?? .max, found.timesteps) }
    }
    var output = CommandOutput(TextTable.lines(rows, rightAligned: [1, 2, 3, 4, 5]))
    output.lines.append(
      smallest.map {
        "the smallest block that is equal\(left > 0 ? " so far" : ""): "
          + "\(NumberText.counted($0, "timestep")), and the block size of the stack is \(sweep.blockSize)"
      } ?? (left > 0 ? "no regular block was equal so far" : "no regular block is equal"))
    if left > 0 { output.lines.append("stopped: \(left) of \(schedules.count) were not run") }
    // Where all so far are equal, nothing is said of the rest.
    output.holds = left > 0 && isEqual ? nil : isEqual
    return output
  }

  private static func schedule(_ text: String) throws(CommandError) -> [Int] {
    let numbers = text.split(separator: ",").map { Int($0) ?? 0 }
    guard !numbers.isEmpty, numbers.allSatisfy({ $0 >= 1 && $0 <= 1 << 20 }) else {
      throw CommandError(.invalidOperand, found: text, expected: "such as 2 or 1,2,3")
    }
    return numbers
  }
}

/// Runs of one input in steps of different sizes.
private struct Sweep {
  /// What came of one schedule.
  struct Result {
    var cells: [String]
    var isEqual: Bool
    var timesteps: Int
  }

  let blockSize: Int
  private let session: Session
  private let base: ModelRun
  private let layerWise: LayerWiseRun

  init(_ session: Session) throws {
    let (run, _) = try session.requireSteps()
    self.session = session
    base = run
    blockSize = run.model.blockSize
    layerWise = try session.layerWise(run)
  }

  func run(_ schedule: [Int], progress: (Int, Int) throws -> Void) throws -> Result {
    var document = session.document
    document.schedule = BlockSchedule(schedule)
    try StackCheck.checkStep(base.model.layer, base.input, document, session.memory)
    let run = try ModelRun(
      document, base.model, input: base.input, base.demand, budget: base.budget,
      layerWise: layerWise, cancel: session.cancel)
    guard let plan = run.plan else { preconditionFailure("A stack with steps has a plan.") }
    let clock = ContinuousClock()
    let start = clock.now
    let last = plan.lastStep
    try run.go(
      to: last, cancel: session.cancel,
      progress: { done, isBetween in if isBetween { try progress(done, max(1, last)) } })
    let seconds = (clock.now - start) / .seconds(1)
    let verdict = try run.verdict("", tolerance: nil, cancel: session.cancel) { _ in }
    let timesteps = schedule.map { $0 * blockSize }
    let state = run.stateBytes[""] ?? 0
    let isEqual = verdict?.isEqual ?? false
    return Result(
      cells: [
        schedule.map(String.init).joined(separator: ","),
        timesteps.map(String.init).joined(separator: ","), delay(timesteps.max() ?? 0),
        "\(last)", seconds > 0 ? NumberText.short(Double(last) / seconds, digits: 3) : "",
        state == 0 ? "–" : NumberText.bytes(state),
        text(verdict, run),
      ], isEqual: isEqual, timesteps: timesteps.max() ?? 0)
  }

  /// How long after an input the last output that it is aligned with may come out.
  private func delay(_ timesteps: Int) -> String {
    let delay = timesteps + base.model.layer.inputLatency
    guard let rate = session.document.input?.sampleRateHz else { return "\(delay) t" }
    return "\(NumberText.short(Double(delay) / Double(rate) * 1000, digits: 3)) ms"
  }

  private func text(_ verdict: Verdict?, _ run: ModelRun) -> String {
    guard let verdict else { return "nothing to compare" }
    guard let first = verdict.first, let plan = run.plan, let trace = run.trace else {
      return verdict.closenessText + (verdict.masksEqual ? "" : ", masks differ")
    }
    // A difference that begins with a block is one of what steps hand to each other.
    let output = first.time + run.latency("")
    let starts = Set((0..<plan.lastStep).map { trace.time("", after: $0) })
    let seam = starts.contains(output) ? ", at a seam" : ""
    return "differs from row \(first.row), t \(first.time) on\(seam)"
  }
}
