import Programs
import Tensors

/// Turns a program into tasks on buffers.
///
/// Every value becomes a ``BufferView``; movement ops only make new views; all other ops become
/// kernels that write fresh buffers. Which buffers share memory is decided afterwards, from what the
/// tasks read and write (``ArenaLayout``), so nothing here depends on the kind of the plan.
final class Planner {
  /// What needs to run once, because it depends on constants and parameters only.
  static let preparation = 0
  /// The program itself.
  static let main = 1

  var buffers: [Buffer] = []
  var blocks: [Block] = [Block(), Block()]
  /// The block that tasks are being added to.
  var block = Planner.main
  var scope = 0
  /// Copies made because a kernel needs its operand dense.
  var denseCopies: [BufferView: BufferView] = [:]
  /// Where state lies that had to be copied to its place.
  var nextState: [ValueID: BufferView] = [:]
  /// Packed right operands of products that never change.
  var packings: [PackingKey: BufferView] = [:]

  func addBuffer(_ home: Buffer.Home, byteCount: Int) -> Int {
    buffers.append(Buffer(home: home, byteCount: byteCount, block: block))
    return buffers.count - 1
  }

  /// Whether a buffer's contents are the same in every run.
  func isFixed(_ buffer: Int) -> Bool {
    switch buffers[buffer].home {
    case .constant, .parameter, .packed, .kept: true
    case .arena: buffers[buffer].block == Planner.preparation
    case .input, .oldState, .newState, .window, .turn: false
    }
  }

  /// The block in which a task with these operands belongs.
  private func blockFor(_ operands: [BufferView]) -> Int {
    operands.allSatisfy { isFixed($0.buffer) } ? Planner.preparation : block
  }

  /// A fresh dense buffer for a result computed from these operands.
  func result(_ type: ValueType, of operands: [BufferView]) -> BufferView {
    let byteCount = type.shape.byteCount(of: type.dtype)
    buffers.append(Buffer(home: .arena, byteCount: byteCount, block: blockFor(operands)))
    return BufferView(buffer: buffers.count - 1, type)
  }

  /// Adds a task.
  ///
  /// Its first result may take over the memory of an operand of `replaceable`.
  func add(
    _ kernel: Kernel, reads: [BufferView], writes: [BufferView], scratch: BufferView? = nil,
    replaceable: [BufferView] = []
  ) {
    let place = writes.first.map { buffers[$0.buffer].block } ?? block
    blocks[place].tasks.append(
      PlannedTask(
        kernel: kernel, reads: reads, writes: writes, scratch: scratch, replaceable: replaceable,
        scope: scope))
  }

  /// Adds a copy into a view that is part of a fresh buffer.
  func copy(_ source: BufferView, into target: BufferView) {
    guard source.count > 0 else { return }
    add(CopyKernel(from: source, to: target), reads: [source], writes: [target])
  }

  /// A fresh dense copy of a view.
  func copied(_ view: BufferView) -> BufferView {
    let target = result(view.type, of: [view])
    copy(view, into: target)
    return target
  }

  /// The view itself if dense, else a dense copy, which later askers share.
  func dense(_ view: BufferView) -> BufferView {
    if view.isDense { return view }
    if let known = denseCopies[view] { return known }
    let made = copied(view)
    denseCopies[view] = made
    return made
  }

  /// Plans a program's instructions for these inputs and returns the views of all its values.
  func lower(_ program: Program, _ inputs: [BufferView]) -> [BufferView?] {
    lower(program, inputs, appends: [:]) { () throws(Never) in }
  }

  /// The same; `check` is called for every instruction and may throw to end it.
  ///
  /// `appends` are concatenations that extend a window of the state where it lies.
  func lower<Failure: Error>(
    _ program: Program, _ inputs: [BufferView], appends: [ValueID: WindowAppend],
    _ check: () throws(Failure) -> Void
  ) throws(Failure) -> [BufferView?] {
    var views: [BufferView?] = Array(repeating: nil, count: program.types.count)
    for (input, view) in zip(program.inputs, inputs) { views[input.value.index] = view }
    for instruction in program.instructions {
      try check()
      let operands = instruction.operands.map { id in
        guard let view = views[id.index] else {
          preconditionFailure("Value \(id.index) is used before it is defined: verify the program.")
        }
        return view
      }
      scope = instruction.scope
      let results: [BufferView]
      if let first = instruction.results.first, let append = appends[first] {
        results = [appended(append, operands)]
      } else {
        results = lower(instruction, operands, program)
      }
      for (id, view) in zip(instruction.results, results) { views[id.index] = view }
    }
    return views
  }

  private func lower(
    _ instruction: Instruction, _ operands: [BufferView], _ program: Program
  ) -> [BufferView] {
    let types = instruction.results.map { program[$0] }
    switch instruction.op {
    case .constant(let tensor):
      let buffer = addBuffer(.constant(tensor), byteCount: tensor.byteCount)
      return [BufferView(buffer: buffer, types[0])]
    case .iota(let type, let axis):
      let target = result(type, of: [])
      add(IotaKernel(to: target, axis: axis), reads: [], writes: [target])
      return [target]
    case .convert(let dtype):
      if dtype == operands[0].dtype { return operands }
      return [pointwise(.convert, operands, types[0])]
    case .bitcast(let dtype): return [operands[0].bitcast(to: dtype)]
    case .stopGradient: return operands
    case .random(let op):
      let dense = operands.map { self.dense($0) }
      let target = result(types[0], of: dense)
      add(
        RandomKernel(op, seed: dense[0], rowKeys: dense[1], positions: dense[2], to: target),
        reads: dense, writes: [target])
      return [target]
    case .unary(let op): return [pointwise(.unary(op), operands, types[0])]
    case .binary(let op): return [pointwise(.binary(op), operands, types[0])]
    case .compare(let op): return [pointwise(.compare(op), operands, types[0])]
    case .select: return [pointwise(.select, operands, types[0])]
    case .movement(let op):
      return [moved(op, operands, types[0])]
    case .reduction(let op): return reduced(op, operands[0], types)
    case .contraction(let op): return [contracted(op, operands[0], operands[1], types[0])]
    case .indexing(let op):
      if let view = windows(op, instruction, operands, program) { return [view] }
      return [indexed(op, operands.map { self.dense($0) }, types[0])]
    case .fft(let op): return transformed(op, operands, types)
    case .loop(let op): return looped(op, operands, types)
    case .composite(let op):
      if let results = composite(op, operands, types) { return results }
      let views = lower(op.body, operands)
      return op.body.outputs.map { output in
        guard let view = views[output.value.index] else {
          preconditionFailure("A result of \(op.name) is never computed: verify the program.")
        }
        return view
      }
    }
  }
}
