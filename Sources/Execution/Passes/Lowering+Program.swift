import Programs
import Tensors

extension Lowering {
  /// What the first pass needs, does and guarantees.
  static let description = PassDescription(
    name: "lower",
    needs: "a verified program",
    does: """
      makes tasks on buffers: views for movements, products for dots and convolutions, appends \
      to windows of the state in place; what depends on constants and parameters only goes to \
      the preparation
      """,
    guarantees: """
      every value is computed once, by one task, and what can be read after a run is live-out
      """)

  /// Lowers a whole program; `check` is called for every instruction and may throw to end it.
  static func schedule<Failure: Error>(
    _ program: Program, _ layout: StateLayout, _ kind: PlanKind, _ check: () throws(Failure) -> Void
  ) throws(Failure) -> Schedule {
    let lowering = Lowering()
    if !program.scopes.isEmpty { lowering.schedule.scopes = program.scopes }
    var inputs: [BufferView] = []
    var states: [BufferView] = []
    var parameterCount = 0
    for (index, input) in program.inputs.enumerated() {
      let type = program[input.value]
      switch input.role {
      case .parameter:
        let buffer = lowering.addBuffer(.parameter(parameterCount), type, name: input.name)
        parameterCount += 1
        inputs.append(BufferView(buffer: buffer, type))
      case .state:
        let leaf = states.count
        states.append(lowering.stateInput(leaf, layout.leaves[leaf]))
        inputs.append(states[leaf])
      case .input, .constant, .variable, .seed, .operand:
        let buffer = lowering.addBuffer(.input(index), type, name: input.name)
        inputs.append(BufferView(buffer: buffer, type))
      }
    }
    let appends = windowAppends(program, layout)
    let views = try lowering.lower(program, inputs, appends: appends, check)
    let values = readableValues(program, kind)
    lowering.changeStates(program, layout, states, views, appends: appends, readable: values)
    lowering.keepLiveOuts(program, views, values)
    return lowering.schedule
  }

  /// The values that can be read after a run: all outputs, and what the kind of plan keeps.
  private static func readableValues(_ program: Program, _ kind: PlanKind) -> Set<ValueID> {
    var values = Set(program.outputs.filter { $0.role != .state }.map(\.value))
    switch kind {
    case .fast: break
    case .observed(let more): values.formUnion(more)
    case .debug:
      values.formUnion(program.inputs.map(\.value))
      values.formUnion(program.instructions.flatMap(\.results))
    }
    return values
  }

  /// Makes sure that readable values survive the run, and notes where they are.
  private func keepLiveOuts(
    _ program: Program, _ views: [BufferView?], _ readable: Set<ValueID>
  ) {
    schedule.blocks[Schedule.main].liveOut.formUnion(schedule.commits.flatMap(\.readBuffers))
    let outputs = Set(program.outputs.filter { $0.role != .state }.map(\.value))
    for value in readable.sorted(by: { $0.index < $1.index }) {
      guard var view = views[value.index] else { continue }
      // The memory of state and inputs may change before the output is read.
      if outputs.contains(value), schedule.buffers[view.buffer].isStateOrInput {
        view = copied(view)
      }
      keep(view, value)
    }
    for output in program.outputs where output.role == .state {
      guard schedule.values[output.value.index] == nil,
        let view = nextState[output.value] ?? views[output.value.index]
      else { continue }
      keep(view, output.value)
    }
  }

  private func keep(_ view: BufferView, _ value: ValueID) {
    schedule.blocks[schedule.buffers[view.buffer].block].liveOut.insert(view.buffer)
    schedule.values[value.index] = view
  }
}
