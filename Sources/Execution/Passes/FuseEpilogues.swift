import CKernels
import Programs
import Tensors

/// Fuses an elementwise task into the epilogue of the product or convolution whose only reader it is.
///
/// The product then runs where the elementwise task ran.
struct FuseEpilogues: SchedulePass {
  let description = PassDescription(
    name: "fuse-epilogues",
    needs: "elementwise tasks without unused results, with activations matched",
    does: """
      a product adds the bias, applies the activation, adds the residual and zeros the masked \
      rows that the elementwise task behind it would
      """,
    guarantees: "an epilogue's operands fit the rows and columns of its product")
  let isOptimization = true

  func run(_ schedule: inout Schedule, _ options: PlanOptions) {
    let uses = schedule.useCounts
    for block in schedule.blocks.indices {
      var tasks: [ScheduledTask?] = schedule.blocks[block].tasks
      // By the buffer of its result, where each product is that only one other task touches.
      var products: [Int: Int] = [:]
      for (index, task) in schedule.blocks[block].tasks.enumerated() {
        if task.epilogueColumns != nil, let result = task.results.first,
          schedule.buffers[result.buffer].isArena, uses[result.buffer] == 2
        {
          products[result.buffer] = index
        }
        guard let place = task.operands.lazy.compactMap({ products[$0.buffer] }).first,
          let product = tasks[place],
          !isOverwritten(product.readBuffers, by: tasks[place + 1..<index]),
          let fused = schedule.fused(product, with: task)
        else { continue }
        tasks[place] = nil
        tasks[index] = fused
      }
      schedule.blocks[block].tasks = tasks.compactMap(\.self)
    }
  }

  private func isOverwritten(_ buffers: [Int], by tasks: ArraySlice<ScheduledTask?>) -> Bool {
    tasks.contains { $0?.writes(anyOf: buffers) ?? false }
  }
}

extension ScheduledTask {
  /// How many columns an epilogue of the task would see; nil for tasks that take none.
  ///
  /// Sums of more terms than a chunk are stored and added up before they are whole.
  fileprivate var epilogueColumns: Int? {
    switch op {
    case .contraction(let product):
      product.hasRows && product.aTerm == 1 && product.k <= Int(SW_PRODUCT_CHUNK)
        ? product.n : nil
    case .convolution(let convolution):
      convolution.k <= Int(SW_PRODUCT_CHUNK) ? convolution.outputs : nil
    case .elementwise, .rowwise, .attention, .lstmCell, .copy, .pack, .loop, .rowTiles, .generic:
      nil
    }
  }
}

extension Schedule {
  /// A product that also does what the elementwise task behind it does; nil where it cannot.
  fileprivate func fused(_ product: ScheduledTask, with task: ScheduledTask) -> ScheduledTask? {
    guard let columns = product.epilogueColumns, let sums = product.results.first,
      case .elementwise(let fused) = task.op, !task.writes(anyOf: product.readBuffers),
      let match = EpilogueMatch(fused, task, sums: sums, columns: columns, isZero: isZero)
    else { return nil }
    var result = product
    switch product.op {
    case .contraction(var contraction):
      contraction.epilogue = match.epilogue
      result.op = .contraction(contraction)
    case .convolution(var convolution):
      convolution.epilogue = match.epilogue
      result.op = .convolution(convolution)
    case .elementwise, .rowwise, .attention, .lstmCell, .copy, .pack, .loop, .rowTiles, .generic:
      return nil
    }
    result.results = match.results
    return result
  }
}

/// The epilogue that does what the steps of an elementwise task do to the sums of a product.
private struct EpilogueMatch {
  private(set) var epilogue = Epilogue()
  /// Where the results go: that of all rows, then the masked one if there are two.
  private(set) var results: [BufferView] = []
  private let inputs: [BufferView]
  private let columns: Int

  /// Nil for steps that no epilogue does, in their order: bias, activation, residual, mask.
  init?(
    _ fused: FusedElementwise, _ task: ScheduledTask, sums: BufferView, columns: Int,
    isZero: (BufferView) -> Bool
  ) {
    inputs = task.operands
    self.columns = columns
    let own = inputs.indices.filter { inputs[$0].buffer == sums.buffer }
    guard own.count == 1, task.results.allSatisfy({ $0.dtype == .float32 }),
      isDense(own[0]), inputs[own[0]].offset == 0, inputs[own[0]].count == sums.count,
      sums.isDense, sums.offset == 0
    else { return nil }
    var value = FusedElementwise.Operand.input(own[0])
    var unmasked: Int?
    for (index, step) in fused.steps.enumerated() {
      // The mask comes last.
      guard unmasked == nil else { return nil }
      switch step.function {
      case .activation(let activation):
        guard epilogue.residual == nil, epilogue.activation == nil, step.operands == [value] else {
          return nil
        }
        epilogue.activation = activation
      case .binary(.add):
        guard let addend = addend(step, to: value) else { return nil }
        if epilogue.activation == nil, epilogue.bias == nil, epilogue.residual == nil,
          isBias(addend)
        {
          epilogue.bias = inputs[addend]
        } else if isDense(addend), epilogue.residual == nil {
          epilogue.residual = inputs[addend]
        } else {
          return nil
        }
      case .select:
        guard case .input(let mask) = step.operands[0], isRowMask(mask), step.operands[1] == value,
          case .input(let zero) = step.operands[2], isZero(inputs[zero])
        else { return nil }
        epilogue.mask = inputs[mask]
        unmasked = index - 1
      case .unary, .binary, .compare, .convert: return nil
      }
      value = .step(index)
    }
    guard placeResults(fused, task, last: fused.steps.count - 1, unmasked: unmasked) else {
      return nil
    }
  }

  /// Whether the results are the last step, or also what it masks.
  private mutating func placeResults(
    _ fused: FusedElementwise, _ task: ScheduledTask, last: Int, unmasked: Int?
  ) -> Bool {
    if fused.results == [last] {
      results = task.results
      return true
    }
    guard let unmasked, Set(fused.results) == [unmasked, last], fused.results.count == 2,
      let whole = fused.results.firstIndex(of: unmasked)
    else { return false }
    epilogue.keepsUnmasked = true
    results = [task.results[whole], task.results[1 - whole]]
    return true
  }

  /// The input that a sum adds to a value.
  private func addend(
    _ step: FusedElementwise.Step, to value: FusedElementwise.Operand
  ) -> Int? {
    let others = step.operands.filter { $0 != value }
    guard others.count == 1, case .input(let addend) = others[0] else { return nil }
    return addend
  }

  /// Whether an input is single numbers in the order of the iteration space.
  private func isDense(_ input: Int) -> Bool {
    inputs[input].dtype == .float32 && inputs[input].isDense
  }

  /// Whether an input is one single number a column, the same for all rows.
  private func isBias(_ input: Int) -> Bool {
    inputs[input].dtype == .float32 && inputs[input].period == columns
  }

  /// Whether an input is one flag a row, the same for all columns.
  private func isRowMask(_ input: Int) -> Bool {
    guard inputs[input].dtype == .bool else { return false }
    var rows = inputs[input]
    var width = 1
    while width < columns, let extent = rows.shape.last, extent == 1 || rows.strides.last == 0 {
      width *= extent
      rows = rows.removing(axis: rows.shape.count - 1)
    }
    return width == columns && rows.isDense
  }
}
