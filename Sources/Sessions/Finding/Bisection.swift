import Comparison
import Execution
import LayerTesting
import Layers
import Programs
import Runtime
import Tensors
import Traces

/// Looks for the first layer, in the order of the data flow, whose step-wise run leaves the layer-wise one.
///
/// Steps are made and compared until a difference shows, on a run of its own: the session stays where it is.
/// What the causes are looked for in are the steps around the first difference.
final class Bisection {
  let session: Session
  let document: Document
  let model: Model
  let input: SequenceTensor
  let tolerance: Tolerance?
  /// How many of the first steps are known to be equal at every layer, of how many.
  private(set) var equalSteps = (known: 0, all: 0)
  /// Models of steps with faults, so that each is planned once.
  private var stepModels: [BlockSchedule: Model] = [:]

  /// Steps after which it is first looked.
  private static let firstHorizon = 64
  /// How many steps before the first difference, and behind it, are looked at for causes.
  private static let stepsAround = 256
  /// Bytes of states that are kept to look for causes.
  private static let stateBytes = 64 << 20

  init(_ session: Session, tolerance: Tolerance?) throws {
    let (run, _) = try session.requireSteps()
    self.session = session
    self.tolerance = tolerance
    document = session.document
    (model, input) = (run.model, run.input)
  }

  /// What was found, and how much of the input was looked at.
  struct Answer {
    /// The first wrong layer, its path, and why; nil where there is none.
    let found: (diagnosis: Diagnosis, path: String)?
    /// How many layers are equal, and how many by rounding.
    let summary: String
    let steps: Int
    let allSteps: Int
  }

  /// The first wrong layer of the whole input.
  func answer() throws -> Answer {
    let run = try makeRun(input, document.schedule)
    let all = run.plan?.lastStep ?? 0
    equalSteps.all = all
    var horizon = min(Self.firstHorizon, all)
    while true {
      try advance(run, to: horizon, of: all)
      if let first = try firstDifference(run) {
        equalSteps.known = first
        let end = min(all, max(Self.firstHorizon, first + Self.stepsAround))
        try advance(run, to: end, of: all)
        let steps = max(0, first - Self.stepsAround)..<end
        if let found = try diagnosis(run, steps) {
          return Answer(found: found, summary: "", steps: run.position, allSteps: all)
        }
      }
      equalSteps.known = max(equalSteps.known, run.position)
      guard horizon < all else {
        return Answer(found: nil, summary: try summary(run), steps: all, allSteps: all)
      }
      horizon = min(max(horizon, run.position) * 4, all)
    }
  }

  /// The first step, counted from 0, in which a layer differs.
  private func firstDifference(_ run: ModelRun) throws -> Int? {
    _ = try run.layerWiseResult(cancel: session.cancel)
    guard let comparison = try run.readyComparison() else { return nil }
    try comparison.compare(upTo: run.position, cancel: session.cancel)
    guard let tolerance else { return comparison.firstDifference.map { $0.step - 1 } }
    var first: Int?
    for place in run.places {
      let verdict = try run.verdict(
        place.path, tolerance: tolerance, cancel: session.cancel, tick: { _ in })
      guard let found = verdict?.first, let trace = run.trace else { continue }
      let latency = run.latency(place.path)
      let step = (0..<run.position).first {
        trace.time(place.path, after: $0 + 1) - latency > found.time
      }
      first = [first, step].compactMap { $0 }.min()
    }
    return first
  }

  /// Where and why the runs part in these steps; nil where they do not.
  private func diagnosis(
    _ run: ModelRun, _ steps: Range<Int>
  ) throws -> (Diagnosis, String)? {
    let layerWise = try run.layerWiseResult(cancel: session.cancel)
    func diagnosis(_ states: [(leaf: StateLeafSpec, values: [Tensor])]) throws -> Diagnosis {
      let traces = try RunTraces(run, layerWise: layerWise, steps: steps, states: states)
      return try Diagnosis(
        offline: traces.offline, stream: traces.stream, checksEnds: false, options: options(run),
        watch: { [session] _ in if session.cancel.isRaised { throw Model.cancelled } })
    }
    let first = try diagnosis([])
    guard let finding = first.finding,
      let path = run.places.first(where: {
        $0.path.shown == first.comparisons[finding.index].pair.path
      })?.path
    else { return nil }
    let states = try states(inside: path, in: steps, run)
    return (states.isEmpty ? first : try diagnosis(states), path)
  }

  private func summary(_ run: ModelRun) throws -> String {
    let verdicts = try run.places.compactMap {
      try run.verdict($0.path, tolerance: tolerance, cancel: session.cancel, tick: { _ in })
    }
    let rounding = verdicts.count { $0.closeness == .rounding }
    return "\(verdicts.count) places: \(verdicts.count - rounding) equal, \(rounding) rounding"
  }

  // MARK: - Runs

  /// Whether a layer is wrong when a part of the input is run by some schedule.
  func isWrong(_ path: String, _ input: SequenceTensor, _ schedule: BlockSchedule) throws -> Bool {
    let run = try makeRun(input, schedule)
    guard (try? run.layerWiseResult(cancel: session.cancel)) != nil else {
      if session.cancel.isRaised { throw Model.cancelled }
      return false
    }
    let all = run.plan?.lastStep ?? 0
    var horizon = 0
    while horizon < all {
      horizon = min(all, max(Self.firstHorizon, 2 * horizon))
      try advance(run, to: horizon, of: all)
      let verdict = try run.verdict(
        path, tolerance: tolerance, cancel: session.cancel, tick: { _ in })
      if let verdict, verdict.comparedSteps > 0, !verdict.isEqual { return true }
    }
    return false
  }

  /// A run of a part of the input, at its start.
  func makeRun(_ input: SequenceTensor, _ schedule: BlockSchedule) throws -> ModelRun {
    var document = document
    document.schedule = schedule
    let run = try ModelRun(
      document, model, input: input, RunDemand(), budget: session.history,
      stepModel: stepModels[schedule], cancel: session.cancel)
    stepModels[schedule] = run.stepModel
    return run
  }

  private func advance(_ run: ModelRun, to step: Int, of all: Int) throws {
    try run.go(
      to: step, cancel: session.cancel, progress: { position, _ in session.tell(position, of: all) }
    )
  }

  private func options(_ run: ModelRun) -> ArrayComparison.Options {
    let budget = run.errorBudget("", model.input.dtype)
    return ArrayComparison.Options(
      tolerance: tolerance, precision: budget.dtype, terms: max(budget.terms, 1024), depth: 8,
      names: .runs)
  }

  /// The states of a layer before each of some steps and behind the last, made again from a checkpoint; none
  /// where they would take much memory.
  private func states(
    inside path: String, in steps: Range<Int>, _ run: ModelRun
  ) throws -> [(leaf: StateLeafSpec, values: [Tensor])] {
    guard let trace = run.trace, let stream = run.stream,
      let (start, checkpoint) = trace.checkpoints.last(upTo: steps.lowerBound)
    else { return [] }
    let leaves = stream.leaves.indices.filter {
      stream.leaves[$0].path.isInside(path)
        && !StepFault.isMemory(stream.leaves[$0].path)
    }
    let bytes = leaves.reduce(0) { sum, leaf in
      Rational.sum(sum, stream.leaves[leaf].type.shape.byteCount(of: .float64))
    }
    guard !leaves.isEmpty, Rational.product(bytes, steps.upperBound + 1) <= Self.stateBytes else {
      return []
    }
    let runner = try trace.freshRunner()
    try runner.restore(checkpoint, at: start)
    var values: [[Tensor]] = leaves.map { _ in [] }
    while true {
      if runner.position >= steps.lowerBound {
        for (place, leaf) in leaves.enumerated() {
          values[place].append(runner.stream.value(of: leaf))
        }
      }
      guard runner.position < steps.upperBound else { break }
      _ = try runner.step(cancel: session.cancel) {}
    }
    return zip(leaves, values).map { (stream.leaves[$0], $1) }
  }
}
