import Programs
import Tensors

/// A concatenation that appends a block to a window of the state where it lies.
struct WindowAppend {
  var leaf: Int
  /// The axis of the entries.
  var axis: Int
  /// How many entries are appended.
  var entries: Int
}

extension Lowering {
  /// Finds the windows of a program that can move in memory: the leaf is extended by
  /// `concatenate([leaf, block])`, and its new value is the end of that.
  static func windowAppends(_ program: Program, _ layout: StateLayout) -> [ValueID: WindowAppend] {
    let producers = producers(program)
    let states = program.inputs.filter { if case .state = $0.role { true } else { false } }
    var appends: [ValueID: WindowAppend] = [:]
    for (index, input) in states.enumerated() {
      let leaf = layout.leaves[index]
      guard let window = leaf.window, case .window(let axis, let length) = leaf.kind,
        let output = program.outputs.first(where: { $0.role == .state && $0.name == leaf.name }),
        let slice = producers[output.value],
        case .movement(.slice(let start, _, let step)) = slice.op,
        let join = producers[slice.operands[0]], case .movement(.concatenate(axis)) = join.op,
        join.operands.count == 2, join.operands[0] == input.value, appends[join.results[0]] == nil
      else { continue }
      let entries = program[join.operands[1]].shape[axis]
      var expected: [Int] = Array(repeating: 0, count: leaf.type.rank)
      expected[axis] = entries
      guard start == expected, step.allSatisfy({ $0 == 1 }), program[output.value] == leaf.type,
        entries <= window.slack, length > 0
      else { continue }
      appends[join.results[0]] = WindowAppend(leaf: index, axis: axis, entries: entries)
    }
    return appends
  }

  /// What computes each value.
  static func producers(_ program: Program) -> [ValueID: Instruction] {
    var producers: [ValueID: Instruction] = [:]
    for instruction in program.instructions {
      for result in instruction.results { producers[result] = instruction }
    }
    return producers
  }

  /// The view of a state leaf before the run.
  func stateInput(_ index: Int, _ leaf: StateLayout.Leaf) -> BufferView {
    guard let window = leaf.window, case .window(let axis, _) = leaf.kind else {
      return BufferView(buffer: addBuffer(.oldState(index), leaf.type, name: leaf.name), leaf.type)
    }
    // The leaf's value is part of the window's memory, which has room for more entries.
    var memory = leaf.type
    memory.shape[axis] = window.capacity
    var view = BufferView(
      buffer: addBuffer(.window(index), memory, name: leaf.name), leaf.type)
    view.strides = memory.shape.rowMajorStrides
    return view
  }

  /// Lowers an append: the block is copied behind the newest entry, and the concatenation is the
  /// window's memory itself.
  func appended(_ append: WindowAppend, _ operands: [BufferView]) -> BufferView {
    let (window, block) = (operands[0], operands[1])
    let length = window.shape[append.axis]
    var extended = window
    extended.shape[append.axis] = length + append.entries
    copy(block, into: extended.sliced(axis: append.axis, from: length, to: length + append.entries))
    return extended
  }

  /// Decides what becomes of every state leaf, and copies new values to their place.
  func changeStates(
    _ program: Program, _ layout: StateLayout, _ inputs: [BufferView], _ views: [BufferView?],
    appends: [ValueID: WindowAppend], readable: Set<ValueID>
  ) {
    let outputs = Dictionary(
      program.outputs.filter { $0.role == .state }.map { ($0.name, $0.value) },
      uniquingKeysWith: { first, _ in first })
    let entries = Dictionary(
      appends.values.map { ($0.leaf, $0.entries) }, uniquingKeysWith: { first, _ in first })
    schedule.stateChanges = layout.leaves.enumerated().map { index, leaf in
      guard let output = outputs[leaf.name], let view = views[output.index], view != inputs[index]
      else { return .unchanged }
      if let entries = entries[index] { return .advance(entries: entries) }
      if leaf.window != nil {
        let isState = schedule.buffers[view.buffer].isStateOrInput
        let source = isState ? copied(view) : view
        schedule.commits.append(
          ScheduledTask(op: .copy, operands: [source], results: [inputs[index]], scope: 0))
        return .rewritten
      }
      if isOwn(view, of: Schedule.main), !readable.contains(output) {
        schedule.buffers[view.buffer].storage = .newState(index)
        schedule.names[view.buffer] = leaf.name
      } else {
        let next = BufferView(
          buffer: addBuffer(.newState(index), leaf.type, name: leaf.name), leaf.type)
        copy(view, into: next)
        nextState[output] = next
      }
      return .flip
    }
  }

  /// Whether a view is all of a buffer that a task of the block computes.
  func isOwn(_ view: BufferView, of block: Int) -> Bool {
    let buffer = schedule.buffers[view.buffer]
    return buffer.isArena && buffer.block == block && view.isWhole(of: buffer)
  }
}
