import Layers
import Runtime
import Tensors

extension Session {
  /// Steps made.
  package var position: Int { run?.position ?? 0 }

  /// How the input is cut into steps; nil without input, stack, or where the stack cannot step.
  package var plan: StepPlan? { run?.plan }

  /// The running model.
  ///
  /// - Throws: ``CommandError`` `.notReady` saying what is missing.
  func requireRun() throws(CommandError) -> ModelRun {
    if let run { return run }
    guard document.layer != nil else { throw noStack }
    throw CommandError(
      .notReady, found: "there is no input yet",
      suggestion: "type input sine --channels 4 --time 100, or input FILE.wav")
  }

  /// The stack and its layers.
  func requireTree() throws(CommandError) -> (any SequenceLayer, LayerTree) {
    guard let layer = document.layer else { throw noStack }
    return (layer, LayerTree(layer))
  }

  private var noStack: CommandError {
    CommandError(
      .notReady, found: "there is no stack yet",
      suggestion: "type stack Serial([Dense(features: 8)])")
  }

  /// The steps of the present run.
  ///
  /// - Throws: ``CommandError`` `.notReady` with the layer that cannot step and why.
  func requireSteps() throws(CommandError) -> (ModelRun, StepPlan) {
    let run = try requireRun()
    guard let plan = run.plan else {
      throw CommandError(
        .notReady, found: "this stack cannot step: \(run.model.layer.stepObstacle ?? "")",
        suggestion: "its layer-wise result can be shown all the same")
    }
    return (run, plan)
  }

  /// Goes to a step; an interruption leaves the position where it stopped.
  func go(to target: Int) throws {
    let (run, _) = try requireSteps()
    try go(run, to: target)
  }

  /// The same on a run that may not be the present one yet.
  func go(_ run: ModelRun, to target: Int) throws {
    let start = run.position
    let target = min(target, pace.landing ?? target)
    do {
      try run.go(to: target, cancel: cancel) { done in
        advance(done - start, of: max(1, target - start))
      }
    } catch let error as RuntimeError where error.code == .cancelled {
      pace.wasStopped = true
    }
  }

  /// The step that a time expression means.
  func step(of time: TimeExpression) throws(CommandError) -> (step: Int, note: String?) {
    let (run, plan) = try requireSteps()
    switch time {
    case .blocks(let step): return (try checked(step, plan), nil)
    case .end: return (plan.endStep, nil)
    case .flushed: return (plan.lastStep, nil)
    case .input(let timestep): return try landing(input: timestep, plan)
    case .seconds(let seconds):
      guard let rate = document.input?.sampleRateHz else {
        throw CommandError(
          .invalidOperand, found: "a time in seconds",
          expected: "a position in blocks, because the input has no sample rate")
      }
      let timestep = (seconds * Double(rate)).rounded(.down)
      return try landing(input: Int(exactly: timestep) ?? .max, plan)
    case .output(let output):
      let layer = run.model.layer
      // Far beyond anything that there is; larger numbers would overflow below.
      guard output < 1 << 40 else {
        throw CommandError(
          .invalidOperand, found: "output timestep \(output)",
          expected: "one that the run reaches")
      }
      let timestep = Rational(output + layer.outputLatency) / layer.outputRatio
      return try landing(input: timestep.floor, plan)
    }
  }

  private func checked(_ step: Int, _ plan: StepPlan) throws(CommandError) -> Int {
    guard step <= plan.lastStep else {
      throw CommandError(
        .invalidOperand, found: "step \(step)",
        expected: "0 to \(plan.lastStep): \(plan.endStep) and \(plan.flushSteps) of flush")
    }
    return step
  }

  private func landing(
    input timestep: Int, _ plan: StepPlan
  ) throws(CommandError) -> (Int, String?) {
    let last = plan.boundaries[plan.lastStep]
    guard timestep < last else {
      throw CommandError(
        .invalidOperand, found: "input timestep \(timestep)",
        expected: last == 0
          ? "nothing: the input is empty"
          : "0 to \(last - 1): the input has \(plan.time), the rest is flush")
    }
    // The block that holds the timestep has been consumed at its end.
    let step = plan.step(atInput: timestep) + 1
    let range = "\(plan.boundaries[step - 1]) to \(plan.boundaries[step] - 1)"
    return (step, "input timestep \(timestep) is in step \(step), which holds \(range)")
  }

  /// Where the run is, and whether it is right so far.
  var positionLine: String {
    guard let run, let plan = run.plan else { return "at step 0" }
    let place: String
    if run.position > plan.endStep {
      place = "flush \(run.position - plan.endStep)/\(plan.flushSteps)"
    } else {
      place = "step \(run.position) of \(plan.endStep)"
    }
    guard !pace.wasStopped, let verdict = try? verdict(of: "", tolerance: 1e-6),
      verdict.comparedSteps > 0
    else { return place }
    return "\(place)  \(verdict.text)"
  }

  /// Where a move has led, and which rows have ended on the way.
  var moveLines: [String] {
    let start = pace.mark.position
    let ended = rowEnds.filter { $0.step > start && $0.step <= position }
    return [positionLine] + ended.map { "row \($0.row): ended at step \($0.step)" }
  }

  /// The steps at which rows end that are shorter than the input.
  var rowEnds: [(row: Int, step: Int)] {
    guard let run, let plan = run.plan else { return [] }
    return run.input.ends.enumerated().compactMap { row, end in
      guard end < plan.time else { return nil }
      return (row, end == 0 ? 0 : plan.step(atInput: end - 1) + 1)
    }
  }

  /// Step-wise against layer-wise at a layer, up to the position.
  func verdict(of path: String, tolerance: Double) throws -> Verdict {
    let run = try requireRun()
    let layerWise = try run.layerWiseResult(cancel: cancel)
    guard let layer = layerWise.taps[path] else {
      throw CommandError(.unknownPath, found: "\(path.shown) has no layer-wise output")
    }
    return run.verdict(path, layer: layer, tolerance: tolerance)
  }
}
