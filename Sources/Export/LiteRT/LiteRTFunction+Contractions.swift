import Programs
import Tensors

extension LiteRTFunction {
  /// A product of matrices, of a constant one by the operator that packs it once.
  func dot(_ a: ValueID, _ b: ValueID, _ type: ValueType) throws(ExportError) -> Int {
    if let matrix = constant(b), matrix.rank == 2 {
      let weights = try addWeights(matrix.transposed([1, 0]), channels: 0)
      return try add(.fullyConnected, [try tensor(a), weights, -1], type)
    }
    return try add(.batchMatMul, [try tensor(a), try tensor(b)], type)
  }

  /// A convolution without padding.
  func convolution(
    _ dimensions: ConvolutionDimensions, _ x: ValueID, _ kernel: ValueID, _ type: ValueType
  ) throws(ExportError) -> Int {
    let shape = self[kernel].shape
    let outputs = shape[shape.count - 1]
    let bias = try addConstant(Tensor(zeros: [outputs]))
    var strides = dimensions.strides
    let dilation = dimensions.kernelDilation
    guard strides.count == 2 else {
      let op = LiteRTOperator.convolution3D(strides: strides, dilation: dilation)
      let weights =
        if let taps = constant(kernel) {
          try addWeights(taps, channels: 4)
        } else { try tensor(kernel) }
      return try add(op, [try tensor(x), weights, bias], type)
    }
    let source = self[x].shape
    let isDepthwise = shape[2] == 1 && dimensions.featureGroups == source[3]
    // The depthwise kernel requires equal strides; along an axis of one place any will do.
    if source[1] == 1 { strides[0] = strides[1] }
    if isDepthwise, strides[0] == strides[1], let taps = constant(kernel) {
      let op = LiteRTOperator.depthwise(
        strides: strides, dilation: dilation, multiplier: outputs / source[3])
      let weights = try addWeights(
        taps.reshaped([1, shape[0], shape[1], outputs]), channels: 3)
      return try add(op, [try tensor(x), weights, bias], type)
    }
    let order = [3, 0, 1, 2]
    let weights: Int
    if let taps = constant(kernel) {
      weights = try addWeights(taps.transposed(order), channels: 0)
    } else {
      let type = ValueType(.float32, order.map { shape[$0] })
      weights = try add(.transpose, [try tensor(kernel), numbers(order)], type)
    }
    let op = LiteRTOperator.convolution2D(
      strides: dimensions.strides, dilation: dilation)
    return try add(op, [try tensor(x), weights, bias], type)
  }
}
