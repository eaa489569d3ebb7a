import Comparison
import Execution
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
      let cures = stepCures
      throw CommandError(
        .notReady, found: "this stack cannot step: \(run.model.layer.stepObstacle ?? "")",
        suggestion: cures.isEmpty
          ? "its layer-wise result can be shown all the same"
          : "without another result it steps after:\n\(cures.joined(separator: "\n"))")
    }
    return (run, plan)
  }

  /// Goes to a step; an interruption leaves the position where it stopped.
  func go(to target: Int) throws {
    let (run, _) = try requireSteps()
    try go(run, to: target)
  }

  /// Runs to a step, or to the first behind which a condition of the document holds.
  func run(to target: Int) throws {
    let (run, _) = try requireSteps()
    guard target > run.position, let stops = try stops(run) else { return try go(run, to: target) }
    context.notes += stops.obstacles
    try go(run, to: target, until: stops.isReached)
    context.notes += [stops.reason].compactMap { $0 }
  }

  /// The same on a run that may not be the present one yet.
  func go(_ run: ModelRun, to target: Int, until isReached: (() throws -> Bool)? = nil) throws {
    let start = run.position
    let target = min(target, context.replayLimit ?? target)
    do {
      // Steps are compared while their outputs are in memory, so what they are compared with comes first.
      if run.keepsLess(than: target - start) { _ = try layerWise(run) }
      try run.go(
        to: target, cancel: cancel, until: isReached,
        progress: { done, isBetweenSteps in
          let (done, total) = (done - start, max(1, target - start))
          // Inside a step the state is no longer, or not yet, that of a position.
          if isBetweenSteps { advance(done, of: total) } else { tell(done, of: total) }
        })
    } catch let error as RuntimeError where error.code == .cancelled {
      context.wasStopped = true
    }
  }

  /// The step that a time expression means.
  func step(of time: TimeExpression) throws(CommandError) -> (step: Int, note: String?) {
    let (run, plan) = try requireSteps()
    switch time {
    case .blocks(let step): return (try checked(step, plan), nil)
    case .end: return (plan.endStep, nil)
    case .flushed: return (plan.lastStep, nil)
    case .input(let timestep): return try position(behindInput: timestep, plan)
    case .seconds(let seconds):
      guard let rate = document.input?.sampleRateHz else {
        throw CommandError(
          .invalidOperand, found: "a time in seconds",
          expected: "a position in blocks, because the input has no sample rate")
      }
      let timestep = (seconds * Double(rate)).rounded(.down)
      return try position(behindInput: Int(exactly: timestep) ?? .max, plan)
    case .output(let output):
      let layer = run.model.layer
      // Far beyond anything that there is; larger numbers would overflow below.
      guard output < 1 << 40 else {
        throw CommandError(
          .invalidOperand, found: "output timestep \(output)",
          expected: "one that the run reaches")
      }
      let timestep = Rational(output + layer.outputLatency) / layer.outputRatio
      return try position(behindInput: timestep.floor, plan)
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

  private func position(
    behindInput timestep: Int, _ plan: StepPlan
  ) throws(CommandError) -> (Int, String?) {
    let end = plan.boundaries[plan.lastStep]
    guard timestep < end else {
      throw CommandError(
        .invalidOperand, found: "input timestep \(timestep)",
        expected: end == 0
          ? "nothing: the input is empty"
          : "0 to \(end - 1): the input has \(plan.time), the rest is flush")
    }
    // The block that holds the timestep has been consumed at its end.
    let step = plan.step(atInput: timestep) + 1
    let (first, last) = (plan.boundaries[step - 1], plan.boundaries[step] - 1)
    let range = first == last ? "" : ", which holds \(first) to \(last)"
    return (step, "input timestep \(timestep) is in step \(step)\(range)")
  }

  /// Where the run is, and whether it is right so far.
  var positionLine: String {
    guard let run, let plan = run.plan else { return "at step 0" }
    let place = plan.text(ofStep: run.position)
    guard !context.wasStopped, let verdict = try? verdict(of: "", tolerance: nil),
      verdict.comparedSteps > 0
    else { return place }
    // Equal NaN are equal, but nothing to be glad of.
    let nan = nanOrigin.map { " · \($0.text)" } ?? ""
    return "\(place)  \(verdict.text)\(nan)"
  }

  /// Finds out what the last step changed, where a jump or a stop has left that unknown.
  ///
  /// - Throws: `RuntimeError` `.cancelled` when the user stops it.
  func recallChanges() throws {
    try run?.recallChanges(cancel: cancel) { tell($0, of: $1) }
  }

  /// Whether it is known what the last step changed.
  package var knowsChanges: Bool { run?.knowsChanges ?? true }

  /// Where a move has led, and which rows have ended on the way.
  var moveLines: [String] {
    let start = context.origin
    let ended = rowEnds.filter { $0.step > start && $0.step <= position }
    return [positionLine] + ended.map { "row \($0.row): ended at step \($0.step)" }
      + context.notes + [run?.trace?.mismatchText].compactMap { $0 }
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
  ///
  /// `part` is which of several comparisons it is, for the progress that is reported.
  func verdict(
    of path: String, tolerance: Tolerance?, part: (index: Int, count: Int) = (0, 1)
  ) throws -> Verdict {
    let run = try requireRun()
    guard try layerWise(run).time(path) != nil else {
      throw CommandError(.unknownPath, found: "\(path.shown) has no layer-wise output")
    }
    let all = max(1, part.count * run.position)
    try goOn(part.index * run.position, of: all)
    let found = try run.verdict(path, tolerance: tolerance, cancel: cancel) { done in
      try goOn(part.index * run.position + done, of: all)
    }
    guard let found else {
      throw CommandError(.unknownPath, found: "\(path.shown) has no layer-wise output")
    }
    try goOn((part.index + 1) * run.position, of: all)
    return found
  }

  /// The layer-wise result, computed on first use.
  ///
  /// - Throws: `RuntimeError` `.cancelled` when the user stops it.
  func layerWise(_ run: ModelRun) throws -> LayerWiseRun {
    try run.layerWiseResult(cancel: cancel) { [self] in advance($0, of: $1) }
  }

  /// What layers emit for the whole input, computed on first use.
  ///
  /// - Throws: `RuntimeError` `.cancelled`; ``MemoryError`` where there is no memory for it.
  func emits(_ run: ModelRun) throws -> [String: SequenceTensor] {
    try run.emits(cancel: cancel) { [self] in advance($0, of: $1) }
  }

  /// Computes what screens show, unless it is there: the layer-wise result, and what the last step
  /// changed.
  ///
  /// - Throws: as layers do that cannot take this input, or `RuntimeError` `.cancelled`.
  package func prepareScreen(_ progress: @escaping (Int, Int) -> Void) throws {
    guard let run, !run.hasLayerWise || !run.knowsChanges else { return }
    let usual = self.progress
    self.progress = progress
    context = CommandContext(start: clock())
    defer {
      self.progress = usual
      context = CommandContext()
    }
    _ = try layerWise(run)
    try recallChanges()
  }
}
