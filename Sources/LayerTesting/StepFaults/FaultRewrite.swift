import Layers
import Programs
import Tensors

/// Builds the program of a step once more with a wrong copy of one layer beside it, and lets others see the
/// copy in the steps in which the fault happens.
struct FaultRewrite {
  let layer: FaultedLayer
  let builder = ProgramBuilder()
  private let source: LayerTrace
  private let number: Int
  /// The right values of the source's.
  private(set) var sound: [ValueID: Value] = [:]
  /// Those that are different in the wrong copy.
  var wrong: [ValueID: Value] = [:]
  /// What others see.
  private var seen: [ValueID: Value] = [:]
  /// Whether the fault happens in this step, and in the next; nil where it does in all.
  private var isActive: Value?
  private var isNextActive: Value?
  private var memories: [(spec: StateLeafSpec, start: LayerTrace.AddedState, next: Value?)] = []
  private let selects: MaskedSelects

  /// The program of the step as it is.
  var program: Program { source.program }
  private var fault: StepFault { layer.fault }

  init(_ layer: FaultedLayer, _ source: LayerTrace, number: Int) {
    (self.layer, self.source, self.number) = (layer, source, number)
    selects = MaskedSelects(source.program)
  }

  /// The trace with the fault in it.
  mutating func trace() throws -> LayerTrace {
    for input in program.inputs {
      sound[input.value] = builder.input(input.name, input.role, program[input.value])
    }
    addActivity()
    changeInputs()
    begin(program.inputs.map(\.value))
    for instruction in program.instructions { append(instruction) }
    let before = tapsBefore
    for output in program.outputs {
      let isBefore = output.role == .tap && before.contains(output.name)
      let value =
        output.role == .state
        ? newState(output) : isBefore ? soundValue(output.value) : leaving(output.value)
      builder.output(output.name, output.role, value)
    }
    var trace = source
    for memory in memories {
      guard let next = memory.next else { continue }
      builder.output(memory.spec.path, .state, next)
      trace.state.append(memory.spec)
      trace.addedState[memory.spec.path] = memory.start
    }
    trace.program = try builder.finish()
    return trace
  }

  /// What shows the layers that were done before this one began: a mask goes through several.
  private var tapsBefore: Set<String> {
    let layers = source.layers.prefix { $0.path != fault.layer }.filter { !fault.isInside($0.path) }
    return Set(
      layers.flatMap { layer in
        [ProgramSignature.tap(layer.path), ProgramSignature.tapInput(layer.path)].flatMap {
          [$0.values, $0.mask, $0.imaginary]
        }
      })
  }

  // MARK: - Instructions

  private mutating func append(_ instruction: Instruction) {
    let path = program.scopes[instruction.scope]
    let isInside = fault.isInside(path)
    let operands = instruction.operands
    builder.scoped(absolute: path) {
      let right = operands.map { isInside ? soundValue($0) : leaving($0) }
      let results = builder.append(instruction.op, right)
      for (id, value) in zip(instruction.results, results) { sound[id] = value }
      guard isInside else { return }
      let own = operands.map { wrong[$0] ?? soundValue($0) }
      if fault.kind == .maskMultiply, selects.isPlace(instruction) {
        wrong[instruction.results[0]] = own[1] * own[0].converted(to: own[1].dtype)
      } else if operands.contains(where: { wrong[$0] != nil }) {
        let others = builder.append(instruction.op, own)
        for (id, value) in zip(instruction.results, others) { wrong[id] = value }
      }
    }
    begin(instruction.results)
  }

  /// What is to be done once these values exist.
  private mutating func begin(_ ids: [ValueID]) {
    if let input = layer.input, input.ids.contains(where: ids.contains),
      input.ids.allSatisfy({ sound[$0] != nil })
    {
      changeSequence(input)
    }
    if layer.output.ids.contains(where: ids.contains),
      layer.output.ids.allSatisfy({ sound[$0] != nil })
    {
      builder.scoped(absolute: fault.layer) { show() }
    }
  }

  /// The right value.
  func soundValue(_ id: ValueID) -> Value {
    guard let value = sound[id] else {
      preconditionFailure("Value \(id.index) is used before it is defined.")
    }
    return value
  }

  /// What others see of a value.
  private mutating func leaving(_ id: ValueID) -> Value {
    if let known = seen[id] { return known }
    let isShown = layer.output.ids.contains(id) || !isInputOfLayer(id)
    guard let other = wrong[id], isShown else { return soundValue(id) }
    let value = chosen(other, soundValue(id))
    seen[id] = value
    return value
  }

  /// What goes in is wrong for the layer alone.
  private func isInputOfLayer(_ id: ValueID) -> Bool {
    layer.input?.ids.contains(id) == true || program.inputs.contains { $0.value == id }
  }

  // MARK: - Time

  /// The wrong value in the steps in which the fault happens, else the right one.
  func chosen(_ wrong: Value, _ right: Value) -> Value {
    guard let isActive else { return wrong }
    return isActive.broadcast(to: right.shape).select(wrong, right)
  }

  /// The wrong state where the next step is one in which the fault happens, else the right one.
  func handedOn(_ wrong: Value, _ right: Value) -> Value {
    guard let isNextActive else { return wrong }
    return isNextActive.broadcast(to: right.shape).select(wrong, right)
  }

  /// Finds out by a count of the timesteps that were fed whether the step is one in which it happens.
  private mutating func addActivity() {
    let (start, isOnce) =
      switch fault.span {
      case .from(let start): (start, false)
      case .at(let start): (start, true)
      }
    guard start > 0 || isOnce, let mask = program.input(named: ProgramSignature.input.mask) else {
      return
    }
    let shape = program[mask.value].shape
    guard shape[0] > 0 else { return }
    let type = ValueType(.int32, [shape[0]])
    let fed = memory("time", type, kind: .counter, start: .zeros)
    setMemory("time", fed.adding(Double(shape[1])))
    let first = fed.element(0, axis: 0)
    let wanted = builder.scalar(Double(start), .int32)
    let next = first.adding(Double(shape[1]))
    isActive = isOnce ? (wanted .< next).and(first .<= wanted) : wanted .< next
    isNextActive = isOnce ? (wanted .<= next).and(first .< wanted) : wanted .<= next
  }

  // MARK: - Memory

  private func memoryPath(_ name: String) -> String { "\(StepFault.memoryPrefix)\(number)/\(name)" }

  /// What a state leaf of the fault's own holds.
  mutating func memory(
    _ name: String, _ type: ValueType, kind: StateKind = .replaced, start: LayerTrace.AddedState
  ) -> Value {
    let path = memoryPath(name)
    let spec = StateLeafSpec(path: path, kind: kind, type: type)
    memories.append((spec, start, nil))
    return builder.input(path, .state(kind), type)
  }

  /// What it holds behind the step.
  mutating func setMemory(_ name: String, _ value: Value) {
    let path = memoryPath(name)
    guard let index = memories.firstIndex(where: { $0.spec.path == path }) else { return }
    memories[index].next = value
  }

  /// Lets others see other values of what the layer gives.
  mutating func show(_ id: ValueID, as value: Value) { seen[id] = chosen(value, soundValue(id)) }
}
