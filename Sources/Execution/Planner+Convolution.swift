import Programs
import Tensors

extension Planner {
  /// A convolution in single precision on the product kernels; nil for batch groups, which only
  /// gradients have.
  func convolved(
    _ dimensions: ConvolutionDimensions, _ left: BufferView, _ right: BufferView,
    _ type: ValueType
  ) -> BufferView? {
    let spatial = dimensions.strides.count
    let kernel = right.shape
    guard dimensions.batchGroups == 1, spatial > 0, kernel.elementCount > 0 else { return nil }
    let channelAxis = left.shape.count - 1
    let isReadable = left.strides[channelAxis] == 1 || left.shape[channelAxis] == 1
    let input = isReadable ? left : dense(left)
    let layout = TapsLayout(dimensions, input, kernel, type.shape)
    let isDepthwise = layout.channels == 1 && dimensions.featureGroups > 1
    let weights: BufferView
    var matrixCount = 0
    if isDepthwise {
      weights = dense(right)
    } else {
      let source = dense(right)
      let columns = layout.outputs / dimensions.featureGroups
      let key = PackingKey(
        buffer: source.buffer,
        starts: (0..<dimensions.featureGroups).map { source.offset + $0 * columns },
        terms: layout.tapCount * layout.channels, columns: columns, termStride: layout.outputs,
        columnStride: 1)
      weights = packed(key)
      matrixCount = key.matrixCount
    }
    let target = result(type, of: [input, weights])
    let needsScratch = layout.inside != 0..<layout.lineLength || layout.spatialRank > 1
    let count = needsScratch ? TapsGather.scratchCount(layout, isDepthwise: isDepthwise) : 0
    let scratch = result(ValueType(.float32, [count]), of: [input, weights])
    add(
      TapsKernel(
        layout, input, weights: weights, matrixCount: matrixCount, isDepthwise: isDepthwise,
        scratch: scratch, to: target),
      reads: [input, weights], writes: [target], scratch: scratch)
    return target
  }

  /// Lets convolutions of large values read what a select that hides invalid timesteps reads, and the
  /// mask, so that the select's result need not exist.
  ///
  /// The select itself is dropped when chains are finished, since nobody wants its result.
  func readThroughMasks(_ limits: PlanLimits) {
    let uses = useCounts()
    for block in blocks.indices {
      var selects: [Int: PointwiseChain.Step] = [:]
      var convolutions: [Int: [Int]] = [:]
      for (index, task) in blocks[block].tasks.enumerated() {
        if let kernel = task.kernel as? ChainKernel, let step = kernel.chain.maskingSelect,
          constantCell(step.operands[2]) == 0, step.result.byteCount >= limits.leastMaskedByteCount
        {
          selects[step.result.buffer] = step
        } else if task.kernel is TapsKernel, let input = task.readViews.first,
          let select = selects[input.buffer], select.result == input
        {
          convolutions[input.buffer, default: []].append(index)
        }
      }
      for (buffer, readers) in convolutions.sorted(by: { $0.key < $1.key }) {
        // One more use is the select's own.
        guard let select = selects[buffer], uses[buffer] == readers.count + 1,
          let mask = TapsMask(select.operands[0])
        else { continue }
        for index in readers { readThrough(select, mask, block, index) }
      }
    }
  }

  private func readThrough(
    _ select: PointwiseChain.Step, _ mask: TapsMask, _ block: Int, _ index: Int
  ) {
    let task = blocks[block].tasks[index]
    guard let kernel = task.kernel as? TapsKernel, let target = task.writeViews.first else {
      return
    }
    let (flags, operand, weights) = (select.operands[0], select.operands[1], task.readViews[1])
    let scratch = result(ValueType(.float32, [kernel.gatherCount]), of: [])
    buffers[scratch.buffer].block = buffers[target.buffer].block
    blocks[block].tasks[index] = PlannedTask(
      kernel: kernel.reading(operand, mask, weights: weights, scratch: scratch, to: target),
      reads: [operand, flags, weights], writes: [target], scratch: scratch, replaceable: [],
      scope: task.scope)
  }
}
