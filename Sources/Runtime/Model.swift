public import Execution
public import Layers
package import Programs
public import Tensors

/// A layer with parameters, ready to run whole, block by block, or for gradients.
///
/// Not `Sendable`: one thread at a time. Streams of one model share its plans and parameters but
/// never each other's state.
public final class Model {
  /// The root layer.
  public let layer: any SequenceLayer
  /// The block size of the layer, which it computes from all its parts.
  package let blockSize: Int
  /// The channels of the input.
  public let input: ChannelSpec
  /// The channels of the output.
  public let output: ChannelSpec
  /// The arrays that the layers own, in declaration order.
  public let parameterSpecs: [ParameterSpec]
  /// The seed of random draws in training; initial parameters were drawn from it.
  public var seed: UInt64
  /// Whether layers behave as in training.
  public var training = false

  /// Changes the programs of steps before they are planned: how mistakes are seeded on purpose.
  package var stepRewrite: ((Program) -> Program)? {
    didSet { cache = PlanCache() }
  }

  /// Changes the programs of whole sequences before they are planned.
  package var layerRewrite: ((Program) -> Program)? {
    didSet { cache = PlanCache() }
  }

  /// Changes the traces of steps before they are planned, and may add leaves to their state.
  ///
  /// It sees what all layers give, whether or not that is requested.
  package var stepTraceRewrite: ((LayerTrace) throws -> LayerTrace)? {
    didSet { cache = PlanCache() }
  }

  /// The threads that share large pieces of work, nil for the caller's alone.
  ///
  /// At first what `WORKBENCH_THREADS` says. No bit of a result depends on it.
  public var pool: WorkerPool? = ExecutionEnvironment.pool {
    didSet { cache = PlanCache() }
  }

  /// How much attention with an unlimited past may keep in streams that begin from now on.
  public var caches = CacheCapacity()

  /// What parameters, plans and states of this model may take.
  public let memory: MemoryBudget

  /// The time that tracing layers and planning their programs took so far.
  package private(set) var preparation = PreparationTime()

  package let store: ParameterStore
  /// The place of every parameter among the specs.
  private let places: [String: Int]
  private var variables: [String: Tensor] = [:]
  private var cache = PlanCache()

  /// Makes a model with parameters drawn from a seed.
  ///
  /// `constants` is what is known of the constants that the layers need; `time` is a number of
  /// timesteps that the layers can take, needed only by layers that fix it. A parameter is not drawn
  /// where `parameters` has one of its path, shape and dtype. `memory` is what each array, plan and state
  /// of the model may take.
  ///
  /// - Throws: ``LayerError`` or `ShapeError` when the layers do not fit the input or each other;
  ///   ``MemoryError`` when there is no memory for the parameters; ``RuntimeError`` `.cancelled`.
  public init(
    _ layer: any SequenceLayer, input: ChannelSpec, constants: ConstantSpecs = [:],
    parameters: [String: Tensor] = [:], seed: UInt64 = 0, time: Int? = nil,
    memory: MemoryBudget = .standard, cancel: CancelFlag? = nil
  ) throws {
    try layer.checkLayerCount()
    self.layer = layer
    self.memory = memory
    blockSize = layer.blockSize
    self.input = input
    self.seed = seed
    let batch = constants.values.compactMap(\.shape.first).max() ?? 1
    let request = TraceRequest(
      batch: batch, time: time ?? layer.blockSize, input: input, constants: constants)
    let trace = try Self.tracing(layer, memory, cancel) { try $0.layer(request) }
    parameterSpecs = trace.parameters
    output = trace.outputSpec
    try memory.require(trace.parameters.byteCount, for: "all parameters")
    store = ParameterStore()
    places = Dictionary(
      trace.parameters.enumerated().map { ($1.path, $0) }, uniquingKeysWith: { first, _ in first })
    try initializeParameters(seed: seed, besides: parameters, cancel: cancel)
  }

  /// Draws all parameters anew, but for those of `parameters` that fit.
  ///
  /// - Throws: ``RuntimeError`` `.cancelled`, when some are new and some are not; ``MemoryError`` where
  ///   drawing takes too much.
  public func initializeParameters(
    seed: UInt64, besides parameters: [String: Tensor] = [:], cancel: CancelFlag? = nil
  ) throws {
    let sampler = ParameterSampler(seed: seed)
    for spec in parameterSpecs {
      if let known = parameters[spec.path], known.shape == spec.shape, known.dtype == spec.dtype {
        self[parameter: spec.path] = known
        continue
      }
      try memory.require(spec.drawingByteCount, for: "drawing \(spec.path)")
      let isCancelled = { cancel?.isRaised ?? false }
      // What is derived from another parameter is derived from that as it is drawn.
      let drawn = sampler.values(of: spec, isCancelled: isCancelled) { path in
        places[path].flatMap { place in
          sampler.values(of: parameterSpecs[place], isCancelled: isCancelled) { _ in nil }
        }
      }
      guard let drawn, !isCancelled() else { throw Self.cancelled }
      self[parameter: spec.path] = drawn
    }
  }

  /// A parameter or variable by path, such as `encoder/layers_3/kernel`.
  ///
  /// - Precondition: a new value has the declared dtype and shape.
  public subscript(parameter path: String) -> Tensor? {
    get { store[path] ?? variables[path] }
    set {
      guard let spec = places[path].map({ parameterSpecs[$0] }), let newValue else { return }
      precondition(
        newValue.dtype == spec.dtype && newValue.shape == spec.shape,
        "Parameter \(path) is \(spec.dtype.name)\(spec.shape.shapeText).")
      switch spec.collection {
      case .parameters: store[path] = newValue
      case .statistics: variables[path] = newValue
      }
    }
  }

  /// The number of trained numbers.
  public var parameterCount: Int {
    parameterSpecs.filter { $0.collection == .parameters }.reduce(0) { $0 + $1.shape.elementCount }
  }

  // MARK: - Running

  /// The whole sequence at once.
  ///
  /// - Parameters:
  ///   - x: The sequence.
  ///   - constants: What layers are conditioned on.
  ///   - options: What is shown besides the output, and what may stop the run.
  ///   - progress: Told now and then how many instructions are done, of how many; it should be quick.
  /// - Returns: the output, and what was requested besides.
  /// - Throws: ``RuntimeError`` `.invalidInput` when the channels are not the model's, `.cancelled`;
  ///   ``LayerError`` when a layer cannot take this length or these constants; ``MemoryError`` when
  ///   there is no memory for its values.
  public func layer(
    _ x: SequenceTensor, constants: Constants = [:], options: RunOptions = RunOptions(),
    progress: ((Int, Int) -> Void)? = nil
  ) throws -> RunOutput {
    try check(x)
    let plan = try plan(.layer, x.batch, x.time, constants.specs, options)
    bind(plan, x, constants, batch: x.batch)
    try plan.executor.execute(cancel: options.cancel, progress: progress).requireFinished()
    return plan.collect()
  }

  /// Starts a stream of steps for a number of rows.
  ///
  /// - Throws: ``LayerError`` `.notSteppable` with the layer and the reason.
  public func makeStream(
    batch: Int = 1, constants: Constants = [:], cancel: CancelFlag? = nil
  ) throws -> Stream {
    try Stream(self, batch: batch, constants: constants, cancel: cancel)
  }

  /// What a run throws that was interrupted.
  package static var cancelled: RuntimeError {
    RuntimeError(.cancelled, found: "an interruption", expected: "to run to the end")
  }

  func check(_ x: SequenceTensor) throws(RuntimeError) {
    guard x.channelSpec == input else {
      throw RuntimeError(
        .invalidInput, found: "an input of \(x.channelSpec) a timestep",
        expected: "\(input), which the model was made for")
    }
  }

  /// The trace of a mode, for inspection, exporters and benchmarks.
  package func trace(
    _ mode: LayerContext.Mode, _ request: TraceRequest, cancel: CancelFlag? = nil
  ) throws -> LayerTrace {
    try Self.tracing(layer, memory, cancel) { tracer in
      switch mode {
      case .layer: try tracer.layer(request)
      case .step: try tracer.step(request)
      case .initialState: try tracer.initialState(request)
      }
    }
  }

  /// The trace of a step as it runs, with what is rewritten in it.
  package func rewrittenStep(
    _ request: TraceRequest, cancel: CancelFlag? = nil
  ) throws -> LayerTrace {
    guard let stepTraceRewrite else { return try trace(.step, request, cancel: cancel) }
    var shown = request
    shown.options.taps = true
    var result = try stepTraceRewrite(trace(.step, shown, cancel: cancel))
    if !request.options.taps { result.program.outputs.removeAll { $0.role == .tap } }
    return result
  }

  /// What a tracer that can be stopped makes of the layer.
  private static func tracing(
    _ layer: any SequenceLayer, _ memory: MemoryBudget, _ cancel: CancelFlag?,
    _ body: (LayerTracer) throws -> LayerTrace
  ) throws -> LayerTrace {
    do {
      return try body(LayerTracer(layer, memory: memory) { cancel?.isRaised ?? false })
    } catch let error as LayerError where error.code == .cancelled {
      throw cancelled
    }
  }

  func plan(
    _ mode: LayerContext.Mode, _ batch: Int, _ time: Int, _ constants: ConstantSpecs,
    _ options: RunOptions, cacheCapacity: Int = TraceRequest.firstCacheCapacity
  ) throws -> TracePlan {
    guard batch >= 0, time >= 0 else {
      throw RuntimeError(
        .invalidInput, found: "\(batch) rows × \(time) timesteps", expected: "0 or more of either")
    }
    try memory.require(
      ([batch, time] + input.shape).byteCount(of: input.dtype),
      for: "an input of \(batch) rows × \(time) timesteps")
    let request = TraceRequest(
      batch: batch, time: time, input: input, constants: constants,
      options: TraceOptions(
        training: training, taps: options.taps, emits: options.emits,
        poisonsInvalid: options.poisonsInvalid), cacheCapacity: cacheCapacity)
    let kind: PlanCache.Mode
    switch mode {
    case .layer: kind = .layer
    case .step: kind = .step
    case .initialState: kind = .initialState
    }
    return try cache.plan(.init(mode: kind, request: request)) {
      var trace = try preparation.timingTrace {
        mode == .step
          ? try rewrittenStep(request, cancel: options.cancel)
          : try self.trace(mode, request, cancel: options.cancel)
      }
      let rewrite =
        switch mode {
        case .layer: layerRewrite
        case .step: stepRewrite
        case .initialState: nil as ((Program) -> Program)?
        }
      if let rewrite { trace.program = rewrite(trace.program) }
      return try preparation.timingPlan {
        try TracePlan(
          trace, program: trace.program, parameters: store, pool: pool, memory: memory,
          cancel: options.cancel)
      }
    }
  }

  /// The program of gradients of the outputs with respect to input, constants and parameters: of the
  /// whole sequence at once, or in steps.
  func gradientPlan(
    _ request: TraceRequest, stepTime: Int?, cancel: CancelFlag?
  ) throws -> TracePlan {
    try cache.plan(.init(mode: .gradients(stepTime: stepTime), request: request)) {
      var trace = try Self.tracing(layer, memory, cancel) { tracer in
        guard let stepTime else { return try tracer.layer(request) }
        return try tracer.steps(request, stepTime: stepTime, rewrite: stepRewrite)
      }
      if stepTime == nil, let layerRewrite { trace.program = layerRewrite(trace.program) }
      let program = try trace.program.withGradients()
      return try TracePlan(
        trace, program: program, parameters: store, pool: pool, memory: memory, cancel: cancel)
    }
  }

  func bind(_ plan: TracePlan, _ x: SequenceTensor, _ constants: Constants, batch: Int) {
    plan.set(ProgramSignature.input, x)
    bind(plan, constants, batch: batch)
  }

  func bind(_ plan: TracePlan, _ constants: Constants, batch: Int) {
    plan.set(constants)
    for (path, value) in variables { plan.set(path, value) }
    let low = UInt32(truncatingIfNeeded: seed)
    plan.set(ProgramSignature.seed, Tensor([low, UInt32(truncatingIfNeeded: seed >> 32)]))
    plan.set(ProgramSignature.rowKeys, Tensor((0..<batch).map { UInt32($0) }))
  }
}
