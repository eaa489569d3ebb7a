import Programs
public import Tensors

/// Makes the three programs of a layer.
///
/// - Throws: every function throws ``LayerError`` for a mistake that a layer found, `ShapeError`
///   for operations that do not fit, or `MemoryError` for a program that there is no room for.
public struct LayerTracer: Sendable {
  /// The root layer.
  public let layer: any SequenceLayer
  let memory: MemoryBudget
  private let isCancelled: @Sendable () -> Bool

  /// Makes a tracer.
  ///
  /// `memory` is what each program may take, constants included. `isCancelled` is asked at every layer;
  /// when it says so, the trace ends with ``LayerError`` `.cancelled`.
  public init(
    _ layer: any SequenceLayer, memory: MemoryBudget = .standard,
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) {
    self.layer = layer
    self.memory = memory
    self.isCancelled = isCancelled
  }

  /// The program of the whole sequence.
  public func layer(_ request: TraceRequest) throws -> LayerTrace {
    try tracing(.layer, request) { context, x in
      let y = try context.layer(layer, x, at: rootScope)
      return try finish(context, request, input: x, output: y, state: [])
    }
  }

  /// The program of one step of `request.time` timesteps.
  public func step(_ request: TraceRequest) throws -> LayerTrace {
    let template = try tracing(.initialState, request) { context, _ in
      var template = LayerState()
      try context.initialState(
        layer, for: request.input, into: &template, at: rootScope, latency: 0)
      return template[child: ""]
    }
    return try tracing(.step, request) { context, x in
      var leaves: [StateLeafSpec] = []
      var state = template.mapLeaves { path, leaf in
        leaves.append(StateLeafSpec(path: path, kind: leaf.kind, type: leaf.value.type))
        return context.builder.input(path, .state(leaf.kind), leaf.value.type)
      }
      var root = LayerState()
      root[child: ""] = state
      let y = try context.step(layer, x, &root, at: rootScope, latency: 0)
      state = root[child: ""]
      for (path, leaf) in state.allLeaves() { context.builder.output(path, .state, leaf.value) }
      return try finish(context, request, input: x, output: y, state: leaves)
    }
  }

  /// The program of the state before the first step; its outputs are the state leaves.
  public func initialState(_ request: TraceRequest) throws -> LayerTrace {
    try tracing(.initialState, request) { context, x in
      var root = LayerState()
      try context.initialState(layer, for: request.input, into: &root, at: rootScope, latency: 0)
      var leaves: [StateLeafSpec] = []
      for (path, leaf) in root[child: ""].allLeaves() {
        leaves.append(StateLeafSpec(path: path, kind: leaf.kind, type: leaf.value.type))
        context.builder.output(path, .state, leaf.value)
      }
      return try finish(context, request, input: x, output: nil, state: leaves)
    }
  }

  private var rootScope: ChildScope { ChildScope("") }

  /// Where there is no room for a program, that is why its layers gave up or made something else.
  private func tracing<Result>(
    _ mode: LayerContext.Mode, _ request: TraceRequest,
    _ body: (LayerContext, SequenceValue) throws -> Result
  ) throws -> Result {
    let (context, x) = makeContext(mode, request)
    do {
      let result = try body(context, x)
      try context.checkLimits()
      return result
    } catch {
      throw context.builder.memoryError ?? error
    }
  }

  private func makeContext(
    _ mode: LayerContext.Mode, _ request: TraceRequest
  ) -> (LayerContext, SequenceValue) {
    let builder = ProgramBuilder(memory: memory)
    let shape = [request.batch, request.time]
    // The initial state does not see the input; its trace has no such inputs.
    let x =
      mode == .initialState
      ? SequenceValue(
        builder.poison(ValueType(.float32, shape)), mask: builder.poison(ValueType(.bool, shape)))
      : Self.sequenceInput(
        builder, ProgramSignature.input, shape + request.input.shape, request.input.dtype, .input)
    var constants: [String: ConstantValue] = [:]
    for (name, spec) in request.constants.sorted(by: { $0.key < $1.key }) {
      let names = ProgramSignature.constant(name)
      switch spec.form {
      case .array:
        if spec.dtype == .complex64 {
          builder.report(
            op: "constant \(name)", found: "a complex array",
            expected: "real numbers; complex ones are given as a sequence")
        }
        let type = ValueType(spec.dtype == .complex64 ? .float32 : spec.dtype, spec.shape)
        constants[name] = .array(
          builder.input(names.values, .constant(streamed: false), type))
      case .sequence(let streamed):
        constants[name] = .sequence(
          Self.sequenceInput(
            builder, names, spec.shape, spec.dtype, .constant(streamed: streamed)))
      case .table: break
      }
    }
    let context = LayerContext(
      builder: builder, mode: mode, batch: request.batch, constants: constants,
      constantSpecs: request.constants.merging(layer.sharedTables) { given, _ in given },
      options: request.options, cacheCapacity: request.cacheCapacity, isCancelled: isCancelled)
    return (context, x)
  }

  private static func sequenceInput(
    _ builder: ProgramBuilder, _ names: ProgramSignature.SequenceNames, _ shape: Shape,
    _ dtype: DType, _ role: InputRole
  ) -> SequenceValue {
    let isComplex = dtype == .complex64
    let type = ValueType(isComplex ? .float32 : dtype, shape)
    let values = builder.input(names.values, role, type)
    let imaginary = isComplex ? builder.input(names.imaginary, role, type) : nil
    let mask = builder.input(names.mask, role, ValueType(.bool, Array(shape.prefix(2))))
    return SequenceValue(values, imaginary: imaginary, mask: mask)
  }

  private func finish(
    _ context: LayerContext, _ request: TraceRequest, input: SequenceValue,
    output: SequenceValue?, state: [StateLeafSpec]
  ) throws -> LayerTrace {
    let builder = context.builder
    if let output { Self.show(output, ProgramSignature.output, .output, in: builder) }
    for emit in context.emits {
      Self.show(emit.sequence, ProgramSignature.emit(emit.path), .emit, in: builder)
    }
    for update in context.variableUpdates { builder.output(update.path, .variable, update.value) }
    let origins = Self.inputOrigins(of: context.records, root: input)
    if request.options.taps {
      for (record, origin) in zip(context.records, origins) {
        Self.show(record.output, ProgramSignature.tap(record.path), .tap, in: builder)
        if case .made = origin {
          Self.show(record.input, ProgramSignature.tapInput(record.path), .tap, in: builder)
        }
      }
    }
    let spec = try layer.outputSpec(for: request.input, constants: request.constants)
    try Self.check(context.cacheFills)
    return LayerTrace(
      program: try builder.finish(), parameters: context.parameters, state: state,
      outputSpec: spec, emits: context.emits.map(\.path),
      emitters: Dictionary(
        context.emits.map { ($0.path, $0.layer) }, uniquingKeysWith: { first, _ in first }),
      layers: zip(context.records, origins).map { record, origin in
        .init(
          path: record.path, typeName: record.typeName, outputLatency: record.outputLatency,
          precedingLatency: record.precedingLatency, alignedTime: record.alignedTime,
          input: origin)
      },
      cacheGrowth: request.time == 0
        ? [:]
        : Dictionary(
          context.cacheFills.map { ($0.path, Rational($0.time, request.time)) },
          uniquingKeysWith: max),
      hasExactCaches: context.cacheFills.contains(where: \.isExact)
    )
  }

  /// The capacity of a trace says how full a cache without room to spare is, so all of these grow alike.
  private static func check(_ fills: [CacheFill]) throws(LayerError) {
    let most = fills.map(\.time).max() ?? 0
    guard let slower = fills.first(where: { $0.isExact && $0.time < most }) else { return }
    throw LayerError(
      .notAvailable, layer: slower.path,
      found: "a cache that grows by \(slower.time) entries a step beside one that grows by \(most)",
      expected: "caches of one pace")
  }

  /// Where the input of every record comes from: found by the values themselves, so it holds for
  /// combinators of other packages.
  private static func inputOrigins(
    of records: [LayerRecord], root: SequenceValue
  ) -> [LayerTrace.InputOrigin] {
    var known: [[ValueID]: LayerTrace.InputOrigin] = [root.ids: .root]
    for record in records where known[record.output.ids] == nil {
      known[record.output.ids] = .output(of: record.path)
    }
    return records.map { known[$0.input.ids] ?? .made(time: $0.input.time) }
  }

  private static func show(
    _ sequence: SequenceValue, _ names: ProgramSignature.SequenceNames, _ role: OutputRole,
    in builder: ProgramBuilder
  ) {
    builder.output(names.values, role, sequence.values)
    if let imaginary = sequence.imaginary { builder.output(names.imaginary, role, imaginary) }
    builder.output(names.mask, role, sequence.mask)
  }
}

extension SequenceValue {
  /// The values that it consists of.
  var ids: [ValueID] { [values.id, mask.id] + (imaginary.map { [$0.id] } ?? []) }
}
