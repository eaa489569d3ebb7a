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

/// What becomes of a state leaf when a run has ended.
enum StateChange: Hashable {
  /// Nothing.
  case unchanged
  /// The next value becomes the current one.
  case flip
  /// Entries that were appended to a window become visible.
  case advance(entries: Int)
  /// The window's entries were written anew by the plan's last tasks.
  case rewritten
}

extension Planner {
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
      let bytes = leaf.type.shape.byteCount(of: leaf.type.dtype)
      return BufferView(buffer: addBuffer(.oldState(index), byteCount: bytes), leaf.type)
    }
    let buffer = addBuffer(.window(index), byteCount: window.byteCount)
    return windowView(buffer, leaf.type, axis, window)
  }

  private func windowView(
    _ buffer: Int, _ type: ValueType, _ axis: Int, _ window: WindowMemory
  ) -> BufferView {
    var memory = type.shape
    memory[axis] = window.capacity
    var view = BufferView(buffer: buffer, type)
    view.strides = memory.rowMajorStrides
    return view
  }

  /// Plans an append: the block is copied behind the newest entry, and the concatenation is the
  /// window's memory itself.
  func appended(_ append: WindowAppend, _ operands: [BufferView]) -> BufferView {
    let (window, block) = (operands[0], operands[1])
    let length = window.shape[append.axis]
    var extended = window
    extended.shape[append.axis] = length + append.entries
    copy(block, into: extended.sliced(axis: append.axis, from: length, to: length + append.entries))
    return extended
  }

  /// Plans what becomes of every state leaf.
  ///
  /// - Returns: the changes, and the kernels that write windows anew once everything else is done.
  func stateChanges(
    _ program: Program, _ layout: StateLayout, _ inputs: [BufferView], _ views: [BufferView?],
    appends: [ValueID: WindowAppend], shown: Set<ValueID>
  ) -> (changes: [StateChange], rewrites: [(kernel: Kernel, source: Int)]) {
    var changes: [StateChange] = []
    var rewrites: [(kernel: Kernel, source: Int)] = []
    for (index, leaf) in layout.leaves.enumerated() {
      let output = program.outputs.first { $0.role == .state && $0.name == leaf.name }
      guard let output, let view = views[output.value.index], view != inputs[index] else {
        changes.append(.unchanged)
        continue
      }
      if let append = appends.values.first(where: { $0.leaf == index }) {
        changes.append(.advance(entries: append.entries))
        continue
      }
      if leaf.window != nil {
        let source = isStateMemory(view.buffer) ? copied(view) : view
        rewrites.append((CopyKernel(from: source, to: inputs[index]), source.buffer))
        changes.append(.rewritten)
        continue
      }
      if isOwn(view, of: Planner.main), !shown.contains(output.value) {
        buffers[view.buffer].home = .newState(index)
      } else {
        let bytes = leaf.type.shape.byteCount(of: leaf.type.dtype)
        let next = BufferView(buffer: addBuffer(.newState(index), byteCount: bytes), leaf.type)
        copy(view, into: next)
        nextState[output.value] = next
      }
      changes.append(.flip)
    }
    return (changes, rewrites)
  }

  /// Whether a buffer is memory of the state or of the caller, which outlives no run.
  func isStateMemory(_ buffer: Int) -> Bool {
    switch buffers[buffer].home {
    case .oldState, .newState, .window, .input: true
    case .arena, .kept, .constant, .parameter, .packed, .turn: false
    }
  }
}
