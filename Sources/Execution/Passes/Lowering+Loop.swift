import Programs
import Tensors

extension Lowering {
  /// Lowers a loop: its body becomes a block.
  ///
  /// Captured values are read where they lie, slices are views, and the results of each iteration are
  /// written where the stacked result has them.
  func looped(_ op: LoopOp, _ operands: [BufferView], _ types: [ValueType]) -> [BufferView] {
    let carriedEnd = op.capturedCount + op.carriedCount
    let initial = operands[op.capturedCount..<carriedEnd].map { dense($0) }
    guard op.tripCount > 0 else {
      return initial + types[op.carriedCount...].map { result($0, of: operands) }
    }
    let outer = block
    let owner = operands.allSatisfy(isFixed) ? Schedule.preparation : block
    schedule.blocks.append(Block())
    let body = schedule.blocks.count - 1
    block = body

    var inputs = Array(operands[..<op.capturedCount])
    for value in initial {
      inputs.append(BufferView(buffer: addBuffer(.slot, value.type), value.type))
    }
    var slices: [ScheduledLoop.Slice] = []
    for sequence in operands[carriedEnd...] {
      let first = sequence.removing(axis: op.axis)
      let stride = sequence.strides[op.axis] * sequence.dtype.byteCount
      var slice = first
      slice.buffer = addBuffer(.slot, first.type)
      slice.offset = 0
      slices.append(.init(slot: slice.buffer, first: first, byteStride: stride))
      inputs.append(slice)
    }
    // Copies made inside the body are gone after its iteration.
    let outerCopies = denseCopies
    let views = lower(op.body, inputs)
    denseCopies = outerCopies
    let outputs = op.body.outputs.map { output in
      guard let view = views[output.value.index] else {
        preconditionFailure("A result of a loop is never computed: verify the program.")
      }
      return view
    }
    let results = bindResults(op, outputs, types, inputs, initial, body: body, owner: owner)
    block = outer
    let loop = ScheduledLoop(
      tripCount: op.tripCount, reverse: op.reverse, slices: slices, stacks: results.stacks,
      carries: results.carries, body: body)
    addLoop(loop, owner: owner, operands: operands + initial)
    return results.carried + results.stacked
  }

  /// Where the results of a loop are.
  private struct LoopResults {
    var stacks: [ScheduledLoop.Stack] = []
    var carries: [ScheduledLoop.Carry] = []
    var stacked: [BufferView] = []
    var carried: [BufferView] = []
  }

  private func bindResults(
    _ op: LoopOp, _ outputs: [BufferView], _ types: [ValueType], _ inputs: [BufferView],
    _ initial: [BufferView], body: Int, owner: Int
  ) -> LoopResults {
    var results = LoopResults()
    // Stacked results first: a value that is carried too is then read from its stacked place.
    var written: [BufferView: BufferView] = [:]
    for (output, type) in zip(outputs, types).dropFirst(op.carriedCount) {
      let slot = boundSlot(output, body)
      let sequence = memory(ValueType(type.dtype, [op.tripCount] + output.shape), owner)
      let first = sequence.removing(axis: 0)
      results.stacks.append(.init(slot: slot, first: first, byteStride: first.byteCount))
      var order = Array(1..<type.rank)
      order.insert(0, at: op.axis)
      results.stacked.append(sequence.transposed(order))
      if slot == output.buffer { written[output] = sequence }
    }
    for (index, output) in outputs.prefix(op.carriedCount).enumerated() {
      let input = inputs[op.capturedCount + index]
      var carry = ScheduledLoop.Carry(
        input: input.buffer, output: output.buffer, initial: initial[index], memory: [])
      if output == input {
        // Never changes: the body may as well read the initial value.
        results.carried.append(initial[index])
      } else if let sequence = written[output] {
        let last = op.reverse ? 0 : op.tripCount - 1
        results.carried.append(
          sequence.sliced(axis: 0, from: last, to: last + 1).removing(axis: 0))
      } else {
        carry.output = boundSlot(output, body)
        carry.memory = [memory(output.type, owner), memory(output.type, owner)]
        results.carried.append(carry.memory[(op.tripCount - 1) & 1])
      }
      results.carries.append(carry)
    }
    return results
  }

  /// Memory of the block that runs the loop.
  private func memory(_ type: ValueType, _ owner: Int) -> BufferView {
    schedule.buffers.append(Buffer(.arena, type, block: owner))
    return BufferView(buffer: schedule.buffers.count - 1, type)
  }

  /// The slot through which the body writes an output: its own buffer if it has one to itself, else
  /// that of a copy.
  private func boundSlot(_ output: BufferView, _ body: Int) -> Int {
    if isOwn(output, of: body) {
      schedule.buffers[output.buffer].storage = .slot
      return output.buffer
    }
    let target = BufferView(buffer: addBuffer(.slot, output.type), output.type)
    copy(output, into: target)
    return target.buffer
  }

  private func addLoop(_ loop: ScheduledLoop, owner: Int, operands: [BufferView]) {
    // What the body touches of enclosing blocks counts as read by the loop.
    let inner = schedule.blocks[loop.body].tasks.flatMap { $0.reads + $0.results }
    var reads: [BufferView] = []
    for view in operands + inner where schedule.buffers[view.buffer].block != loop.body {
      let whole = BufferView(buffer: view.buffer, schedule.buffers[view.buffer].type)
      if !reads.contains(whole) { reads.append(whole) }
    }
    let stacked = loop.stacks.map(\.first.buffer)
    let results = (stacked + loop.carries.flatMap { $0.memory.map(\.buffer) }).map {
      BufferView(buffer: $0, schedule.buffers[$0].type)
    }
    let outer = block
    block = owner
    add(.loop(loop), reads, results)
    block = outer
  }
}
