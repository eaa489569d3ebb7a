import Programs
import Tensors

extension ScheduleVerifier {
  /// Checks that operands and results fit what their operation computes.
  mutating func verifyOperands(_ task: ScheduledTask) {
    let (operands, results) = (task.operands, task.results)
    switch task.op {
    case .contraction(let product): verify(product, task)
    case .convolution(let convolution): verify(convolution, task)
    case .elementwise(let fused): verify(fused, task)
    case .rowwise(let function):
      guard !operands.isEmpty, !results.isEmpty else { return fault("expected operands") }
      expect((operands + results).allSatisfy(\.isDense), "dense rows")
      expect(function.rowCount(operands[0]) > 0, "rows")
    case .attention(let attributes):
      expect(AttentionLayout(attributes, operands) != nil, "operands that the kernel serves")
      expect(!results.isEmpty && task.scratch.count == 1, "a result and scratch")
    case .lstmCell:
      expect((4...5).contains(operands.count) && results.count == 2, "4 or 5 operands, 2 results")
      expect((operands + results).allSatisfy(\.isDense), "dense operands")
    case .copy:
      expect(operands.count == 1 && results.count == 1, "one operand and one result")
      expect(
        operands.map(\.shape) == results.map(\.shape)
          && operands.map(\.dtype.byteCount) == results.map(\.dtype.byteCount),
        "a result like the operand")
    case .pack(let layout):
      expect(results.map(\.count) == [layout.count], "\(layout.count) packed numbers")
    case .loop(let loop):
      expect(schedule.blocks.indices.contains(loop.body), "a body")
      expect(loop.carries.allSatisfy { [0, 2].contains($0.memory.count) }, "two memories or none")
    case .rowTiles(let tiles):
      expect(tiles.tasks.count > 1 && tiles.rowsPerTile > 0, "several tasks, rows in a tile")
    case .generic(let op): expect(results.count == op.resultCount, "\(op.resultCount) results")
    }
  }

  private mutating func expect(_ holds: Bool, _ what: String) {
    if !holds { fault("expected \(what)") }
  }

  private mutating func verify(_ product: Contraction, _ task: ScheduledTask) {
    guard task.operands.count == 2, !task.results.isEmpty else {
      return fault("expected two operands and a result")
    }
    let (a, c) = (task.operands[0], task.results[0])
    for entry in product.batch where product.k > 0 {
      let last = (product.m - 1) * product.aRow + (product.k - 1) * product.aTerm
      expect(fits(a, entry.a), "a to hold the first row of \(entry)")
      expect(fits(a, entry.a + last), "a to hold the last row of \(entry)")
      let end = entry.c + (product.m - 1) * product.cRow + product.n - 1
      expect(fits(c, end), "c to hold the last row of \(entry)")
    }
    verify(product.epilogue, task, rows: product.m, columns: product.n)
    if product.epilogue != Epilogue() { expect(product.hasRows, "rows in order for an epilogue") }
  }

  /// Whether an element so far from a view's first is in its buffer.
  private func fits(_ view: BufferView, _ element: Int) -> Bool {
    let buffer = schedule.buffers[view.buffer]
    if case .slot = buffer.storage { return true }
    let place = view.offset + element
    return place >= 0 && (place + 1) * view.dtype.byteCount <= buffer.byteCount
  }

  private mutating func verify(_ convolution: Convolution, _ task: ScheduledTask) {
    guard task.operands.count == 2, !task.results.isEmpty, task.scratch.count == 1,
      convolution.kernelShape.count > 2
    else { return fault("expected input, weights, a result and scratch") }
    let input = task.operands[0]
    expect(input.shape.count == convolution.kernelShape.count, "an input of the kernel's rank")
    expect(input.hasUnitRows, "channels that follow each other")
    if let mask = convolution.mask {
      expect(mask.shape == input.shape, "a mask of the input's shape")
      expect(TimestepMask(mask) != nil, "a mask of whole timesteps")
    }
    verify(
      convolution.epilogue, task, rows: convolution.rowCount, columns: convolution.outputs)
  }

  private mutating func verify(
    _ epilogue: Epilogue, _ task: ScheduledTask, rows: Int, columns: Int
  ) {
    expect(
      epilogue.bias.map { $0.period == columns } ?? true, "a bias of \(columns) columns")
    for view in [epilogue.residual].compactMap(\.self) {
      expect(view.isDense && view.count == rows * columns, "a residual like the result")
    }
    expect(epilogue.mask.map { $0.dtype == .bool } ?? true, "flags for a mask")
    let count = epilogue.keepsUnmasked ? 2 : 1
    expect(task.results.count == count, "\(count) results")
    if epilogue != Epilogue() {
      for view in task.results {
        expect(view.isDense && view.count == rows * columns, "dense results of all rows")
      }
    }
  }

  private mutating func verify(_ fused: FusedElementwise, _ task: ScheduledTask) {
    guard task.operands.allSatisfy({ $0.shape == fused.shape }) else {
      return fault("expected operands over \(fused.shape)")
    }
    expect(
      task.results.count == fused.results.count
        && task.results.allSatisfy { $0.isDense && $0.count == fused.shape.elementCount },
      "a dense result for each of \(fused.results)")
    expect(fused.isFeasible(task.operands), "at most \(FusedElementwise.registerCount) values")
    expect(
      fused.results == fused.results.sorted()
        && fused.results.allSatisfy(fused.steps.indices.contains), "results that are steps")
    for (index, step) in fused.steps.enumerated() {
      let isDefined = step.operands.allSatisfy { operand in
        switch operand {
        case .input(let input): task.operands.indices.contains(input)
        case .step(let earlier): (0..<index).contains(earlier)
        }
      }
      guard isDefined, step.operands.count == step.function.operandCount else {
        fault("expected t\(index) to read inputs and earlier steps")
        return
      }
      let dtypes = step.operands.map { fused.dtype($0, task.operands) }
      expect(step.function.hasCode(dtypes, step.dtype), "a function of \(dtypes) in t\(index)")
    }
  }
}
