import Programs
import Tensors

extension Lowering {
  /// A convolution in single precision on the product kernels; nil for batch groups, which only
  /// gradients have.
  func convolved(
    _ dimensions: ConvolutionDimensions, _ left: BufferView, _ right: BufferView,
    _ type: ValueType
  ) -> BufferView? {
    let spatial = dimensions.strides.count
    guard dimensions.batchGroups == 1, spatial > 0, right.count > 0 else { return nil }
    let channelAxis = left.shape.count - 1
    let isReadable = left.strides[channelAxis] == 1 || left.shape[channelAxis] == 1
    let input = isReadable ? left : dense(left)
    let convolution = Convolution(
      dimensions: dimensions, kernelShape: right.shape, resultShape: type.shape)
    let source = dense(right)
    let weights =
      convolution.isDepthwise
      ? source : packed(source.buffer, convolution.panels(from: source.offset))
    let target = result(type, of: [input, weights])
    let layout = ConvolutionLayout(convolution, input)
    let gathers = layout.inside != 0..<layout.lineLength || layout.spatialRank > 1
    let count = gathers ? Im2col.scratchCount(layout) : 0
    let scratch = result(ValueType(.float32, [count]), of: [input, weights])
    add(.convolution(convolution), [input, weights], [target], scratch: [scratch])
    return target
  }
}
