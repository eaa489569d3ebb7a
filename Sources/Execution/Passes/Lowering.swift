import Programs
import Tensors

/// Makes a schedule of a program: the first pass.
///
/// Every value becomes a ``BufferView``; movement ops only make new views; all other ops become tasks
/// that write fresh buffers. Which buffers share memory is decided by the last pass, from what the tasks
/// read and write.
final class Lowering {
  var schedule = Schedule()
  /// The block that tasks are being added to.
  var block = Schedule.main
  private var scope = 0
  /// How many bodies of loops and composites enclose what is being lowered.
  private var depth = 0
  /// Copies made because a task needs its operand dense.
  var denseCopies: [BufferView: BufferView] = [:]
  /// Where state lies that had to be copied to its place.
  var nextState: [ValueID: BufferView] = [:]
  /// Packed right operands of products that never change.
  var packings: [Packing: BufferView] = [:]

  /// What was packed, and how.
  struct Packing: Hashable {
    var buffer: Int
    var layout: PanelLayout
  }

  func addBuffer(_ storage: Buffer.Storage, _ type: ValueType, name: String? = nil) -> Int {
    schedule.buffers.append(Buffer(storage, type, block: block))
    if let name { schedule.names[schedule.buffers.count - 1] = name }
    return schedule.buffers.count - 1
  }

  func isFixed(_ view: BufferView) -> Bool { schedule.isFixed(view.buffer) }

  /// A fresh dense buffer for a result computed from these operands: in the preparation if they are the
  /// same in every run.
  func result(_ type: ValueType, of operands: [BufferView]) -> BufferView {
    let owner = operands.allSatisfy(isFixed) ? Schedule.preparation : block
    schedule.buffers.append(Buffer(.arena, type, block: owner))
    return BufferView(buffer: schedule.buffers.count - 1, type)
  }

  /// Adds a task, in the block of its first result.
  func add(
    _ op: ScheduledOp, _ operands: [BufferView], _ results: [BufferView],
    scratch: [BufferView] = []
  ) {
    let owner = results.first.map { schedule.buffers[$0.buffer].block } ?? block
    schedule.blocks[owner].tasks.append(
      ScheduledTask(
        op: op, operands: operands, results: results, scratch: scratch.map(\.buffer), scope: scope))
  }

  /// Adds a copy into a view that is part of a fresh buffer.
  func copy(_ source: BufferView, into target: BufferView) {
    guard source.count > 0 else { return }
    add(.copy, [source], [target])
  }

  /// A fresh dense copy of a view.
  func copied(_ view: BufferView) -> BufferView {
    let target = result(view.type, of: [view])
    copy(view, into: target)
    return target
  }

  /// The view itself if dense, else a dense copy, which later readers share.
  func dense(_ view: BufferView) -> BufferView {
    if view.isDense { return view }
    if let known = denseCopies[view] { return known }
    let made = copied(view)
    denseCopies[view] = made
    return made
  }

  /// Lowers a program's instructions for these inputs and returns the views of all its values.
  func lower(_ program: Program, _ inputs: [BufferView]) -> [BufferView?] {
    depth += 1
    defer { depth -= 1 }
    return lower(program, inputs, appends: [:]) { () throws(Never) in }
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
      // What is in a body belongs to the layer that has the body.
      if depth == 0 { scope = instruction.scope }
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
      return [BufferView(buffer: addBuffer(.constant(tensor), types[0]), types[0])]
    case .iota:
      let target = result(types[0], of: [])
      add(.generic(instruction.op), [], [target])
      return [target]
    case .convert(let dtype):
      if dtype == operands[0].dtype { return operands }
      return [elementwise(instruction.op, .convert, operands, types[0])]
    case .bitcast(let dtype): return [operands[0].bitcast(to: dtype)]
    case .stopGradient: return operands
    case .random:
      let dense = operands.map { self.dense($0) }
      let target = result(types[0], of: dense)
      add(.generic(instruction.op), dense, [target])
      return [target]
    case .unary(let op): return [elementwise(instruction.op, .unary(op), operands, types[0])]
    case .binary(let op): return [elementwise(instruction.op, .binary(op), operands, types[0])]
    case .compare(let op): return [elementwise(instruction.op, .compare(op), operands, types[0])]
    case .select: return [elementwise(instruction.op, .select, operands, types[0])]
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
