import Programs
import Tensors

extension Planner {
  /// Plans a loop.
  ///
  /// The body is planned once; captured values are read where they lie, slices are
  /// views, and each turn's results are written where the stacked result has them.
  func looped(_ op: LoopOp, _ operands: [BufferView], _ types: [ValueType]) -> [BufferView] {
    let carriedEnd = op.capturedCount + op.carriedCount
    let initial = operands[op.capturedCount..<carriedEnd].map { dense($0) }
    guard op.tripCount > 0 else {
      return initial + types[op.carriedCount...].map { result($0, of: operands) }
    }
    let outer = block
    let home = operands.allSatisfy { isFixed($0.buffer) } ? Planner.preparation : block
    blocks.append(Block())
    let bodyBlock = blocks.count - 1
    block = bodyBlock

    var inputs = Array(operands[..<op.capturedCount])
    for value in initial {
      inputs.append(BufferView(buffer: addBuffer(.turn, byteCount: 0), value.type))
    }
    var cuts: [LoopKernel.Cut] = []
    for sequence in operands[carriedEnd...] {
      var slice = sequence.removing(axis: op.axis)
      let stride = sequence.strides[op.axis] * sequence.dtype.byteCount
      slice.buffer = addBuffer(.turn, byteCount: 0)
      slice.offset = 0
      cuts.append(.init(slot: slice.buffer, sequence: Place(sequence), byteStride: stride))
      inputs.append(slice)
    }
    // Copies made inside the body are gone after its turn.
    let outerCopies = denseCopies
    let views = lower(op.body, inputs)
    denseCopies = outerCopies
    let outputs = op.body.outputs.map { output in
      guard let view = views[output.value.index] else {
        preconditionFailure("A result of a loop is never computed: verify the program.")
      }
      return view
    }

    // Stacked results first: a value that is carried too is then read from its stacked place.
    var stacks: [LoopKernel.Stack] = []
    var stacked: [BufferView] = []
    var written: [BufferView: BufferView] = [:]
    for (output, type) in zip(outputs, types).dropFirst(op.carriedCount) {
      let slot = bound(output, bodyBlock)
      let rest = output.type
      block = home
      let sequence = BufferView(
        buffer: addBuffer(.arena, byteCount: type.shape.byteCount(of: type.dtype)),
        ValueType(type.dtype, [op.tripCount] + rest.shape))
      block = bodyBlock
      let bytes = rest.shape.byteCount(of: type.dtype)
      stacks.append(.init(slot: slot, sequence: Place(sequence), byteStride: bytes))
      var order = Array(1..<type.rank)
      order.insert(0, at: op.axis)
      stacked.append(sequence.transposed(order))
      if slot == output.buffer { written[output] = sequence }
    }

    var carries: [LoopKernel.Carry] = []
    var carried: [BufferView] = []
    for (index, output) in outputs.prefix(op.carriedCount).enumerated() {
      let input = inputs[op.capturedCount + index]
      if output == input {
        // Never changes: the body may as well read the initial value.
        carries.append(
          .init(
            input: input.buffer, output: input.buffer, initial: Place(initial[index]), homes: nil))
        carried.append(initial[index])
        continue
      }
      if let sequence = written[output] {
        carries.append(
          .init(
            input: input.buffer, output: output.buffer, initial: Place(initial[index]), homes: nil))
        let last = op.reverse ? 0 : op.tripCount - 1
        carried.append(
          sequence.sliced(axis: 0, from: last, to: last + 1).removing(axis: 0))
        continue
      }
      let slot = bound(output, bodyBlock)
      block = home
      let homes = (0..<2).map { _ in
        BufferView(
          buffer: addBuffer(.arena, byteCount: output.byteCount), output.type)
      }
      block = bodyBlock
      carries.append(
        .init(
          input: input.buffer, output: slot, initial: Place(initial[index]),
          homes: (Place(homes[0]), Place(homes[1]))))
      carried.append(homes[(op.tripCount - 1) & 1])
    }
    block = outer

    let kernel = LoopKernel(
      tripCount: op.tripCount, reverse: op.reverse, cuts: cuts, stacks: stacks, carries: carries)
    addLoop(
      kernel, body: bodyBlock, home: home, reads: operands + initial,
      writes: stacks.map(\.sequence.buffer)
        + carries.flatMap { $0.homes.map { [$0.0.buffer, $0.1.buffer] } ?? [] })
    return carried + stacked
  }

  /// The slot through which the body writes an output: its own buffer if it has one to itself, else
  /// that of a copy.
  private func bound(_ output: BufferView, _ body: Int) -> Int {
    if isOwn(output, of: body) {
      buffers[output.buffer].home = .turn
      return output.buffer
    }
    let byteCount = output.byteCount
    let target = BufferView(buffer: addBuffer(.turn, byteCount: byteCount), output.type)
    copy(output, into: target)
    return target.buffer
  }

  /// Whether a view is all of a buffer that a task of the block computes.
  func isOwn(_ view: BufferView, of block: Int) -> Bool {
    guard case .arena = buffers[view.buffer].home, buffers[view.buffer].block == block else {
      return false
    }
    return view.offset == 0 && view.isDense && view.byteCount == buffers[view.buffer].byteCount
  }

  private func addLoop(
    _ kernel: LoopKernel, body: Int, home: Int, reads: [BufferView], writes: [Int]
  ) {
    // What the body touches of enclosing blocks counts as touched by the loop.
    let inner = blocks[body].tasks.flatMap { $0.reads + $0.writes }
    let outside = inner.filter { buffers[$0].block != body }
    blocks[home].tasks.append(
      PlannedTask(
        kernel: kernel, reads: Array(Set(reads.map(\.buffer) + outside)), writes: writes,
        body: body, scope: scope))
  }

  /// Gives every loop the kernels of its body, once these are final.
  func finishLoops() {
    // Inner bodies stand behind those that hold them.
    for block in blocks.reversed() {
      for task in block.tasks {
        guard let body = task.body, let loop = task.kernel as? LoopKernel else { continue }
        loop.body = KernelList(blocks[body].tasks.map(\.kernel))
      }
    }
  }
}
