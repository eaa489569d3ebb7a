import Tensors

extension ContractionOp {
  func resultType(_ operands: [ValueType]) throws(ShapeError) -> ValueType {
    try expectCount(operands, 2)
    try expect(
      operands[0].dtype == operands[1].dtype, found: "\(operands[0]) and \(operands[1])",
      expected: "equal dtypes")
    try expect(
      operands[0].dtype.isFloating || operands[0].dtype.isInteger, found: "\(operands[0])",
      expected: "a real dtype")
    switch self {
    case .dot(let dimensions):
      return ValueType(
        operands[0].dtype, try dimensions.resultShape(operands[0].shape, operands[1].shape))
    case .convolution(let dimensions):
      return ValueType(
        operands[0].dtype, try dimensions.resultShape(operands[0].shape, operands[1].shape))
    }
  }
}

extension DotDimensions {
  func resultShape(_ left: Shape, _ right: Shape) throws(ShapeError) -> Shape {
    try expect(
      leftBatch.count == rightBatch.count && leftContracting.count == rightContracting.count,
      found: "\(leftBatch)+\(leftContracting) with \(rightBatch)+\(rightContracting)",
      expected: "as many axes on either side")
    try expectAxes((leftBatch + leftContracting).sorted(), rank: left.count)
    try expectAxes((rightBatch + rightContracting).sorted(), rank: right.count)
    for (a, b) in zip(leftBatch + leftContracting, rightBatch + rightContracting) {
      try expect(
        left[a] == right[b], found: "\(left.shapeText) · \(right.shapeText)",
        expected: "left axis \(a) as long as right axis \(b)")
    }
    let leftFree = left.indices.filter { !leftBatch.contains($0) && !leftContracting.contains($0) }
    let rightFree = right.indices.filter {
      !rightBatch.contains($0) && !rightContracting.contains($0)
    }
    return leftBatch.map { left[$0] } + leftFree.map { left[$0] } + rightFree.map { right[$0] }
  }
}

extension ConvolutionDimensions {
  func resultShape(_ input: Shape, _ kernel: Shape) throws(ShapeError) -> Shape {
    let spatial = strides.count
    try expect(
      input.count == spatial + 2 && kernel.count == spatial + 2,
      found: "\(input.shapeText) and kernel \(kernel.shapeText)",
      expected: "\(spatial + 2) axes each")
    let lists = [strides, padLow, padHigh, inputDilation, kernelDilation]
    try expect(
      lists.allSatisfy { $0.count == spatial }, found: "\(lists.map(\.count)) numbers",
      expected: "\(spatial) numbers in every list")
    try expectSmall(strides + padLow + padHigh, bits: 40)
    try expectSmall(inputDilation + kernelDilation, bits: 22)
    let inputChannels = input[spatial + 1]
    let outputChannels = kernel[spatial + 1]
    try expect(
      featureGroups >= 1 && inputChannels % featureGroups == 0
        && inputChannels / featureGroups == kernel[spatial]
        && outputChannels % featureGroups == 0,
      found:
        "\(inputChannels) input channels, \(featureGroups) groups, kernel \(kernel.shapeText)",
      expected: "kernel input channels = input channels / groups, outputs divisible by groups")
    try expect(
      batchGroups >= 1 && input[0] % batchGroups == 0 && outputChannels % batchGroups == 0,
      found: "batch \(input[0]), \(outputChannels) outputs in \(batchGroups) batch groups",
      expected: "both divisible by the batch groups")
    var shape: Shape = [input[0] / batchGroups]
    for axis in 0..<spatial {
      try expect(
        strides[axis] >= 1 && inputDilation[axis] >= 1 && kernelDilation[axis] >= 1,
        found: "stride \(strides[axis]), dilations \(inputDilation[axis]), \(kernelDilation[axis])",
        expected: "numbers of 1 or more")
      shape.append(outputExtent(axis, input: input[axis + 1], taps: kernel[axis]))
    }
    return shape + [outputChannels]
  }

  /// The number of outputs along a spatial axis.
  package func outputExtent(_ axis: Int, input: Int, taps: Int) -> Int {
    let stuffed = input == 0 ? 0 : (input - 1) * inputDilation[axis] + 1
    let reach = (taps - 1) * kernelDilation[axis]
    let room = stuffed + padLow[axis] + padHigh[axis] - reach
    return taps == 0 || room <= 0 ? 0 : (room + strides[axis] - 1) / strides[axis]
  }
}
