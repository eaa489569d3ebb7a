import Programs
import Tensors

/// Makes the kernels of a schedule, once, when all passes have run; they never change afterwards.
struct KernelBuilder {
  private let schedule: Schedule

  init(_ schedule: Schedule) { self.schedule = schedule }

  /// The kernels of a block.
  func kernels(of block: Int) -> KernelList { kernels(of: schedule.blocks[block].tasks) }

  /// The kernels of tasks.
  func kernels(of tasks: [ScheduledTask]) -> KernelList { KernelList(tasks.map(kernel)) }

  /// The kernel of a task: the one mapping from operations to kernels.
  func kernel(of task: ScheduledTask) -> Kernel {
    let (operands, results) = (task.operands, task.results)
    switch task.op {
    case .contraction(let product):
      return product.isPacked
        ? PackedContractionKernel(product, operands[0], operands[1], to: results)
        : ContractionKernel(product, operands[0], operands[1], to: results[0])
    case .convolution(let convolution):
      return ConvolutionKernel(
        convolution, operands[0], weights: operands[1], scratch: scratch(task), to: results)
    case .elementwise(let fused):
      return ElementwiseKernel(
        fused, operands, constants: operands.map(schedule.constantCell), to: results)
    case .rowwise(.softmax(let length)):
      return RowKernel(softmaxOf: operands[0], length: length, to: results[0])
    case .rowwise(.rmsNorm(let norm)):
      return RowKernel(norm, isCentered: false, operands, to: results[0])
    case .rowwise(.layerNorm(let norm)):
      return RowKernel(norm, isCentered: true, operands, to: results[0])
    case .rowwise(.fourier(let op)):
      return FourierKernel(op, operands, scratch: scratch(task), to: results)
    case .attention(let attributes):
      guard let layout = AttentionLayout(attributes, operands) else {
        preconditionFailure("Attention is scheduled only where its kernel serves it.")
      }
      return AttentionKernel(layout, operands, scratch: scratch(task), to: results)
    case .lstmCell: return LSTMKernel(operands, to: results)
    case .copy: return CopyKernel(from: operands[0], to: results[0])
    case .pack(let layout): return PackKernel(layout, from: operands[0], to: results[0])
    case .loop(let loop): return LoopKernel(loop, body: kernels(of: loop.body))
    case .rowTiles(let tiles): return rowTiles(tiles)
    case .generic(let op): return generic(op, task)
    }
  }

  private func rowTiles(_ tiles: RowTiles) -> Kernel {
    let members = tiles.tasks.map { task in
      RowTileKernel.Member(
        kernel: kernel(of: task), factor: (task.rows?.count ?? 0) / tiles.rowCount)
    }
    return RowTileKernel(members, tiles, slotCount: schedule.buffers.count)
  }

  private func scratch(_ task: ScheduledTask) -> BufferAddress {
    BufferAddress(startOf: task.scratch[0])
  }

  private func generic(_ op: Op, _ task: ScheduledTask) -> Kernel {
    let (operands, results) = (task.operands, task.results)
    switch op {
    case .iota(_, let axis): return IotaKernel(to: results[0], axis: axis)
    case .random(let op):
      return RandomKernel(
        op, seed: operands[0], rowKeys: operands[1], positions: operands[2], to: results[0])
    case .unary(let op): return GenericElementwiseKernel(.unary(op), operands, to: results[0])
    case .binary(let op): return GenericElementwiseKernel(.binary(op), operands, to: results[0])
    case .compare(let op): return GenericElementwiseKernel(.compare(op), operands, to: results[0])
    case .select: return GenericElementwiseKernel(.select, operands, to: results[0])
    case .convert: return GenericElementwiseKernel(.convert, operands, to: results[0])
    case .reduction(let op): return reduction(op, task)
    case .contraction(.dot(let dimensions)):
      return GenericDotKernel(dimensions, operands[0], operands[1], to: results[0])
    case .contraction(.convolution(let dimensions)):
      return GenericConvolutionKernel(dimensions, operands[0], operands[1], to: results[0])
    case .indexing(let op): return indexing(op, operands, results[0])
    case .fft(let op): return GenericFourierKernel(op, operands, to: results)
    case .constant, .bitcast, .movement, .loop, .composite, .stopGradient:
      preconditionFailure("\(op.name) becomes views, or tasks of its parts.")
    }
  }

  private func reduction(_ op: ReductionOp, _ task: ScheduledTask) -> Kernel {
    let (source, results) = (task.operands[0], task.results)
    switch op {
    case .reduce(let kind, let axes):
      return ReduceKernel(kind, axes: axes, from: source, to: results[0])
    case .argReduce(let kind, let axis):
      return ArgReduceKernel(kind, from: source, to: results[0], axis: axis)
    case .cumulative(let kind, let axis, let reverse):
      return CumulativeKernel(kind, reverse: reverse, from: source, to: results[0], axis: axis)
    case .reduceWindow(let kind, let window):
      return ReduceWindowKernel(kind, window, from: source, to: results[0])
    case .sort(let axis, let descending):
      return SortKernel(
        descending: descending, from: source, to: results[0], origins: results[1],
        scratch: scratch(task), axis: axis)
    }
  }

  private func indexing(
    _ op: IndexingOp, _ operands: [BufferView], _ target: BufferView
  ) -> Kernel {
    switch op {
    case .gather(let axis, let batchAxes, let rule):
      let extents = GatherExtents(
        operands[0].shape, operands[1].shape, axis: axis, batchAxes: batchAxes)
      return GatherKernel(extents, rule, operands[0], operands[1], to: target)
    case .scatterAdd(let axis, let batchAxes):
      let extents = GatherExtents(
        operands[0].shape, operands[1].shape, axis: axis, batchAxes: batchAxes)
      return ScatterAddKernel(extents, operands[0], operands[1], operands[2], to: target)
    case .dynamicSlice(let axis, _):
      return DynamicSliceKernel(operands[0], start: operands[1], to: target, axis: axis)
    case .dynamicUpdate(let axis):
      return DynamicUpdateKernel(
        operands[0], update: operands[1], start: operands[2], to: target, axis: axis)
    }
  }
}
