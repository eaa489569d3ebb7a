package import Programs
import Tensors

extension LayerTracer {
  /// The program of a whole sequence run in equal steps: the initial state, then a loop whose body is
  /// one step of `stepTime` timesteps.
  ///
  /// Its outputs are those of all steps, warm-up included. Being one program it can be
  /// differentiated: that gives gradients along the path of steps.
  ///
  /// The program of a step can be rewritten before it is repeated; with `showsState` the state behind the last
  /// step is shown too.
  ///
  /// - Precondition: input and streamed constants are as long as a whole number of steps.
  package func steps(
    _ request: TraceRequest, stepTime: Int, rewrite: ((Program) -> Program)? = nil,
    showsState: Bool = false
  ) throws -> LayerTrace {
    let count = request.time / stepTime
    var request = request
    var step = try step(request.cut(to: stepTime))
    guard !step.hasExactCaches || count == 1 else {
      throw LayerError(
        .notSteppable, layer: layer.typeName, found: "caches of another length in every step",
        expected: "steps of one program", suggestion: "run them one by one, by a stream")
    }
    if let growth = step.cacheGrowth.values.max() {
      request.cacheCapacity = max(1, (Rational(request.time) * growth).ceiling)
      step = try self.step(request.cut(to: stepTime))
    }
    let start = try initialState(request)
    if let rewrite { step.program = rewrite(step.program) }
    let builder = ProgramBuilder(memory: memory)
    var inputs: [String: Value] = [:]
    for input in step.program.inputs where !input.role.isState {
      var type = step.program[input.value]
      if input.role.isCutIntoBlocks { type.shape[1] *= count }
      inputs[input.name] = builder.input(input.name, input.role, type)
    }
    for input in start.program.inputs where inputs[input.name] == nil {
      inputs[input.name] = builder.input(input.name, input.role, start.program[input.value])
    }
    func value(_ input: Program.Input) -> Value {
      guard let value = inputs[input.name] else {
        preconditionFailure("Every input but the state was declared.")
      }
      return value
    }
    let state = builder.inline(start.program, start.program.inputs.map(value))
    let (last, outputs) = Self.loop(step, count, builder, state: state, value)
    for (output, value) in zip(step.program.outputs.filter { $0.role == .output }, outputs) {
      builder.output(output.name, .output, value)
    }
    if showsState {
      for (leaf, value) in zip(step.state, last) { builder.output(leaf.path, .state, value) }
    }
    return LayerTrace(
      program: try builder.finish(), parameters: step.parameters, state: step.state,
      outputSpec: step.outputSpec, emits: [], layers: step.layers)
  }

  /// The state behind the last step, and the outputs of all, in the order of the step's outputs.
  private static func loop(
    _ step: LayerTrace, _ count: Int, _ builder: ProgramBuilder, state: [Value],
    _ value: (Program.Input) -> Value
  ) -> (state: [Value], outputs: [Value]) {
    let inputs = step.program.inputs
    let captured = inputs.filter { !$0.role.isState && !$0.role.isCutIntoBlocks }
    let sliced = inputs.filter(\.role.isCutIntoBlocks)
    let shownPlaces = step.program.outputs.indices.filter {
      step.program.outputs[$0].role == .output
    }
    // Leaves come in one order in the initial state, in the step's inputs and in its outputs.
    let statePlaces = step.program.outputs.indices.filter {
      step.program.outputs[$0].role == .state
    }
    let result = builder.loop(
      tripCount: count, axis: 1, captured: captured.map(value), carried: state,
      sliced: sliced.map { value($0).cutIntoBlocks(count, of: step.program[$0.value].shape[1]) }
    ) { given, carried, slices in
      var byName: [String: Value] = [:]
      for (input, value) in zip(captured, given) { byName[input.name] = value }
      for (leaf, value) in zip(step.state, carried) { byName[leaf.path] = value }
      for (input, value) in zip(sliced, slices) { byName[input.name] = value }
      let operands = inputs.map { input in
        guard let value = byName[input.name] else {
          preconditionFailure("A loop of steps gives every input of a step.")
        }
        return value
      }
      guard let inner = operands.first?.builder else { return ([], []) }
      let results = inner.inline(step.program, operands)
      return (statePlaces.map { results[$0] }, shownPlaces.map { results[$0] })
    }
    return (result.carried, result.stacked.map(\.joiningBlocks))
  }
}

extension TraceRequest {
  /// The request of one of many steps.
  fileprivate func cut(to stepTime: Int) -> TraceRequest {
    var result = self
    result.time = stepTime
    result.constants = constants.mapValues { spec in
      guard case .sequence(streamed: true) = spec.form else { return spec }
      var part = spec
      part.shape[1] = stepTime
      return part
    }
    return result
  }
}

extension InputRole {
  /// Whether each step gets its own part.
  fileprivate var isCutIntoBlocks: Bool {
    switch self {
    case .input, .constant(streamed: true): true
    case .constant, .parameter, .variable, .state, .seed, .operand: false
    }
  }

  fileprivate var isState: Bool {
    switch self {
    case .state: true
    case .input, .constant, .parameter, .variable, .seed, .operand: false
    }
  }
}
