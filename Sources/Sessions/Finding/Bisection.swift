import Comparison
import Execution
import Layers
import Programs
import Runtime
import Tensors
import Traces

/// Looks for the first layer, in the order of the data flow, whose step-wise run leaves the layer-wise one.
///
/// Steps are made until a difference shows, each time four times as many as before, on a run of its own: the
/// session stays where it is.
struct Bisection {
  let session: Session
  let document: Document
  let model: Model
  let input: SequenceTensor
  let tolerance: Tolerance?

  /// Steps after which it is first looked.
  private static let firstHorizon = 64
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
    let diagnosis: Diagnosis
    /// The path of the first wrong layer.
    let path: String?
    let steps: Int
    let allSteps: Int
  }

  /// The first wrong layer of the whole input.
  func answer() throws -> Answer {
    let run = try makeRun(input, document.schedule)
    let layerWise = try run.layerWiseResult(cancel: session.cancel)
    let all = run.plan?.lastStep ?? 0
    var horizon = min(Self.firstHorizon, all)
    while true {
      try advance(run, to: horizon)
      let traces = try RunTraces(run, layerWise: layerWise)
      let root = try firstWrong(traces, run)
      if let root {
        let states = try states(inside: root, upTo: horizon)
        let whole = try RunTraces(run, layerWise: layerWise, states: states)
        return Answer(
          diagnosis: try diagnosis(whole, run), path: root, steps: horizon, allSteps: all)
      }
      guard horizon < all else {
        return Answer(
          diagnosis: try diagnosis(traces, run), path: nil, steps: all, allSteps: all)
      }
      horizon = min(horizon * 4, all)
    }
  }

  /// Whether a layer is wrong when a part of the input is run by some schedule.
  func isWrong(_ path: String, _ input: SequenceTensor, _ schedule: BlockSchedule) throws -> Bool {
    let run = try makeRun(input, schedule)
    guard let layerWise = try? run.layerWiseResult(cancel: session.cancel) else {
      if session.cancel.isRaised { throw Model.cancelled }
      return false
    }
    try advance(run, to: run.plan?.lastStep ?? 0)
    let traces = try RunTraces(run, layerWise: layerWise)
    guard let alignment = try? TraceAlignment(offline: traces.offline, stream: traces.stream),
      let pair = alignment.pairs.first(where: { $0.path == path.shown })
    else { return false }
    let comparison = try PlaceComparison(
      pair, offline: traces.offline, stream: traces.stream, options: options(run),
      isFirstOnly: true)
    return comparison.verdict == .differ
  }

  private func makeRun(_ input: SequenceTensor, _ schedule: BlockSchedule) throws -> ModelRun {
    var document = document
    document.schedule = schedule
    return try ModelRun(
      document, model, input: input, RunDemand(), budget: session.history, cancel: session.cancel)
  }

  private func advance(_ run: ModelRun, to step: Int) throws {
    let all = run.plan?.lastStep ?? 0
    try run.go(
      to: step, cancel: session.cancel, progress: { position, _ in session.tell(position, of: all) }
    )
  }

  private func firstWrong(_ traces: RunTraces, _ run: ModelRun) throws -> String? {
    let alignment = try TraceAlignment(offline: traces.offline, stream: traces.stream)
    for (position, pair) in alignment.pairs.enumerated() {
      if session.cancel.isRaised { throw Model.cancelled }
      var options = options(run)
      options.depth = max(options.depth, min(position + 1, 64))
      let comparison = try PlaceComparison(
        pair, offline: traces.offline, stream: traces.stream, options: options, isFirstOnly: true)
      if comparison.verdict == .differ {
        return run.places.first { $0.path.shown == pair.path }?.path
      }
    }
    return nil
  }

  private func diagnosis(_ traces: RunTraces, _ run: ModelRun) throws -> Diagnosis {
    try Diagnosis(
      offline: traces.offline, stream: traces.stream, checksEnds: false, options: options(run),
      goOn: { if session.cancel.isRaised { throw Model.cancelled } })
  }

  private func options(_ run: ModelRun) -> ArrayComparison.Options {
    let budget = run.errorBudget("", model.input.dtype)
    return ArrayComparison.Options(
      tolerance: tolerance, precision: budget.dtype, terms: max(budget.terms, 1024), depth: 8,
      names: .runs)
  }

  /// The states of a layer before each step and behind the last, from a run of their own; none where they would
  /// take much memory.
  private func states(
    inside path: String, upTo horizon: Int
  ) throws -> [(leaf: StateLeafSpec, values: [Tensor])] {
    let run = try makeRun(input, document.schedule)
    guard let stream = run.stream else { return [] }
    let leaves = stream.leaves.indices.filter { stream.leaves[$0].path.isInside(path) }
    let bytes = leaves.reduce(0) { sum, leaf in
      let type = stream.leaves[leaf].type
      return Rational.sum(sum, type.shape.byteCount(of: type.dtype))
    }
    guard Rational.product(bytes, horizon + 1) <= Self.stateBytes else { return [] }
    var values: [[Tensor]] = leaves.map { [stream.value(of: $0)] }
    for step in 0..<horizon {
      try advance(run, to: step + 1)
      for (place, leaf) in leaves.enumerated() { values[place].append(stream.value(of: leaf)) }
    }
    return zip(leaves, values).map { (stream.leaves[$0], $1) }
  }
}
