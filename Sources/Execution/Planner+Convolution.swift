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
    let count = needsScratch ? TapsKernel.scratchCount(layout, isDepthwise: isDepthwise) : 0
    let scratch = result(
      ValueType(.float32, [count * WorkerPool.partLimit]), of: [input, weights])
    add(
      TapsKernel(
        layout, input, weights: weights, matrixCount: matrixCount, isDepthwise: isDepthwise,
        scratch: scratch, to: target),
      reads: [input, weights], writes: [target], scratch: scratch)
    return target
  }
}
