import Comparison
import Execution
import Layers
import Programs
import Runtime
import Tensors

// The layer-wise run, and the steps against it.
extension ModelRun {
  /// Whether the layer-wise result has been computed.
  var hasLayerWise: Bool { layerWise != nil }

  /// The layer-wise result with the output of every layer, and with what layers emit where that is small.
  ///
  /// Where the outputs of all layers take more than may be kept, it is computed in pieces.
  func layerWiseResult(
    cancel: CancelFlag? = nil, progress: ((Int, Int) -> Void)? = nil
  ) throws -> LayerWiseRun {
    if let layerWise { return layerWise }
    let made =
      try (isWholeKept ? nil : pieces(cancel, progress)).map { LayerWiseRun($0, root: input) }
      ?? wholeResult(cancel, progress)
    layerWise = made
    return made
  }

  private func wholeResult(
    _ cancel: CancelFlag?, _ progress: ((Int, Int) -> Void)?
  ) throws -> LayerWiseRun {
    // Every output may depend on the whole input, or it is short: all of it is kept.
    try model.memory.require(demand.tapByteCount, for: "the outputs of all layers")
    let result = try model.layer(
      input, constants: constants,
      options: RunOptions(emits: demand.keepsEmits, taps: true, cancel: cancel),
      progress: progress)
    return LayerWiseRun(whole: result, root: input)
  }

  /// The first way of cutting the input that holds; nil where none does.
  private func pieces(
    _ cancel: CancelFlag?, _ progress: ((Int, Int) -> Void)?
  ) throws -> LayerWisePieces? {
    let ways = PiecePlan.ways(
      model.layer, time: input.time, bytes: demand.tapByteCount, limit: budget.layerWise,
      training: model.training)
    guard !ways.isEmpty, let layout = try requireLayout(cancel) else { return nil }
    var times: [String: Int] = [:]
    for tap in layout.taps { times[tap.path] = layout.unitTimes[tap.mask] }
    for tap in layout.inputs {
      times[LayerWisePieces.inputName(tap.path)] = layout.unitTimes[tap.mask]
    }
    for way in ways {
      let pieces = LayerWisePieces(
        model, input: input, constants: constants, way: way, demand: demand, layers: places,
        unitTimes: times, budget: budget)
      do {
        try pieces.prepare(cancel: cancel, progress: progress)
        return pieces
      } catch is LayerWisePieces.Unfit { continue }
    }
    return nil
  }

  /// The layout of steps, before any was made.
  func requireLayout(_ cancel: CancelFlag?) throws -> StepLayout? {
    if let layout = trace?.layout { return layout }
    guard let runner else { return nil }
    let step = try runner.observed(time: model.blockSize, cancel: cancel)
    return StepLayout(step, blocks: 1, rows: input.batch)
  }

  /// Whether what layers emit has been computed.
  var hasEmits: Bool { layerWise?.whole != nil && demand.keepsEmits || largeEmits != nil }

  /// What layers emit for the whole input; large emits are computed on first use.
  ///
  /// - Throws: ``MemoryError`` where there is no memory for them.
  func emits(
    cancel: CancelFlag? = nil, progress: ((Int, Int) -> Void)? = nil
  ) throws -> [String: SequenceTensor] {
    if demand.keepsEmits, isWholeKept,
      let whole = try layerWiseResult(cancel: cancel, progress: progress).whole
    {
      return whole.emits
    }
    if let largeEmits { return largeEmits }
    let result = try model.layer(
      input, constants: constants, options: RunOptions(emits: true, cancel: cancel),
      progress: progress
    ).emits
    largeEmits = result
    return result
  }

  /// The emit names of a layer and all inside it, in order.
  func emitNames(inside path: String) -> [String] {
    demand.emitters.filter { $0.value.isInside(path) }.keys.sorted()
  }

  /// The first NaN at a valid timestep of a layer-wise output, searched once.
  func firstNaN(_ path: String) -> NaNPlace? {
    if let known = nans[path] { return known }
    let found = layerWise?.firstNaN(path)
    nans[path] = .some(found)
    return found
  }

  // MARK: - Steps against it

  /// The least budget that this run can be kept in.
  var leastHistory: Int {
    let state = stream?.leaves.reduce(0) { $0 + $1.type.shape.byteCount(of: $1.type.dtype) } ?? 0
    let step = trace?.layout.map { $0.unitByteCount * 2 } ?? 0
    let pieces = PiecePlan.ways(
      model.layer, time: input.time, bytes: demand.tapByteCount, limit: 0, training: model.training
    ).map(\.byteCount).min()
    let layerWise = Rational.product(min(pieces ?? .max, demand.tapByteCount), 2 * PiecePlan.kept)
    let needs = [state * 2 * 4, step * 3, pieces == nil ? 0 : Rational.product(layerWise, 4)]
    return max(HistoryBudget.least, needs.max() ?? 0)
  }

  /// Whether the outputs of so many steps are more than is kept in memory.
  func keepsLess(than steps: Int) -> Bool {
    guard let trace, layerWise == nil else { return false }
    return steps > trace.keptSteps
  }

  /// The comparison of the steps with the layer-wise run; nil while one of them is missing.
  func readyComparison() throws -> StepComparison? {
    if let comparison { return comparison }
    guard let layerWise, let trace, let layout = trace.layout else { return nil }
    let made = try StepComparison(
      trace, layout, layerWise, budget: budget, latency: latency
    ) { path in
      try self.blankVerdict(path, layerWise, nil)
    }
    comparison = made
    return made
  }

  private func blankVerdict(
    _ path: String, _ layerWise: LayerWiseRun, _ tolerance: Tolerance?
  ) throws -> Verdict? {
    guard let time = layerWise.time(path), let spec = layerWise.spec(path) else { return nil }
    return Verdict(
      rows: input.batch, time: time, largest: try layerWise.largest(path), tolerance: tolerance,
      budget: errorBudget(path, spec.dtype))
  }

  /// Compares the block of steps that was just filled.
  func compareBlock() throws {
    guard let trace, let comparison = try readyComparison(), position > comparison.count else {
      return
    }
    // What came before it would have to be made again: that waits until it is needed.
    guard position - comparison.count <= trace.stepsPerBlock else { return }
    try comparison.compare(upTo: position)
  }

  /// Step-wise against layer-wise at a layer up to the position; steps are compared once.
  ///
  /// `tick` is called with how many steps are compared, of those that were not yet, and may throw to end it.
  func verdict(
    _ path: String, tolerance: Tolerance?, cancel: CancelFlag? = nil, tick: (Int) throws -> Void
  ) throws -> Verdict? {
    guard let layerWise else { return nil }
    guard let comparison = try readyComparison() else {
      return try blankVerdict(path, layerWise, tolerance)
    }
    try comparison.compare(upTo: position, cancel: cancel, tick: tick)
    guard let tolerance else { return comparison.verdict(path, after: position) }
    let key = VerdictKey(path: path, tolerance: tolerance)
    guard
      let running = try verdicts[key]
        ?? blankVerdict(path, layerWise, tolerance).map(RunningVerdict.init)
    else { return nil }
    verdicts[key] = running
    try comparison.extend(running, path, upTo: position, cancel: cancel, tick: tick)
    return comparison.verdict(running, path, after: position)
  }

  /// What rounding explains at a layer: all layers before it round, as coarsely as the coarsest type on
  /// the way, and no sum is longer than the longest fan-in of a parameter.
  func errorBudget(_ path: String, _ dtype: DType) -> ErrorBudget {
    let depth = places.firstIndex { $0.path == path }.map { $0 + 1 } ?? places.count
    let outputs = places.prefix(depth).compactMap { layerWise?.spec($0.path)?.dtype }
    let dtype = ([model.input.dtype] + outputs).filter(\.isFloating)
      .reduce(dtype, ValueDifference.coarser)
    let terms = model.parameterSpecs.map { $0.shape.dropLast().reduce(1, Rational.product) }.max()
    return ErrorBudget(dtype, terms: max(terms ?? 1, 64), depth: max(depth, 1))
  }

  // MARK: - Outputs so far

  /// The step-wise output of a layer up to the position, warm-up included; nil at the start.
  func stepWise(_ path: String, cancel: CancelFlag? = nil) throws -> SequenceTensor? {
    try trace?.output(of: path, in: 0..<position, cancel: cancel)
  }

  /// How many timesteps that are.
  func stepWiseTime(_ path: String) -> Int { trace?.time(path, after: position) ?? 0 }

  /// A part of it; nil where it does not reach.
  func stepWise(
    _ path: String, _ range: Range<Int>, cancel: CancelFlag? = nil
  ) throws -> SequenceTensor? {
    try trace?.window(path, range, after: position, cancel: cancel)
  }

  /// What the root put out in a step that was made.
  func result(ofStep step: Int) -> SequenceTensor? { try? trace?.result(ofStep: step) }

  /// What a layer put out in a step that was made; nil for one without output of its own.
  func output(of path: String, inStep step: Int) -> SequenceTensor? {
    guard let trace, (0..<trace.madeCount).contains(step) else { return nil }
    return try? trace.output(of: path, in: step..<step + 1)
  }
}
