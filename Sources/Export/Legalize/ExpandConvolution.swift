import Programs
import Tensors

/// What kinds of convolution a target has.
struct ConvolutionSupport {
  /// The smallest number of spatial axes.
  var leastSpatialRank = 1
  /// Whether three spatial axes may be split into groups of channels.
  var groupsInThree = true
}

extension Rewrite {
  /// Convolutions without padding, stuffing or groups of rows, and none of one tap.
  ///
  /// Edges and the zeros between inputs become pads. One tap is a product of rows, in which no timestep
  /// meets another: kernels of runtimes fill up their taps with 0 times a neighbour, which may be NaN.
  static func expandConvolution(_ support: ConvolutionSupport) -> Rewrite {
    Rewrite(name: "convolution") { operation in
      guard case .contraction(.convolution(let dimensions)) = operation.op else { return nil }
      let type = operation.results[0]
      if type.shape.contains(0) { return [operation.builder.full(0, type)] }
      let convolution = PlainConvolution(dimensions, support)
      return [convolution.of(operation.operands[0], operation.operands[1], type.shape)]
    }
  }
}

/// A convolution after its edges were padded.
private struct PlainConvolution {
  let dimensions: ConvolutionDimensions
  let support: ConvolutionSupport

  init(_ dimensions: ConvolutionDimensions, _ support: ConvolutionSupport) {
    self.dimensions = dimensions
    self.support = support
  }

  func of(_ x: Value, _ kernel: Value, _ shape: Shape) -> Value {
    let d = dimensions
    let rank = d.strides.count
    let isPadded =
      (d.padLow + d.padHigh).contains { $0 != 0 } || d.inputDilation.contains { $0 != 1 }
    let input =
      isPadded
      ? x.padded(
        low: [0] + d.padLow + [0], high: [0] + d.padHigh + [0],
        interior: [0] + d.inputDilation.map { $0 - 1 } + [0])
      : x
    guard d.batchGroups > 1 else { return grouped(input, kernel, shape) }
    let rows = input.shape[0] / d.batchGroups
    let outputs = kernel.shape[rank + 1] / d.batchGroups
    let parts = (0..<d.batchGroups).map { group in
      let part = input.sliced(axis: 0, from: group * rows, to: (group + 1) * rows)
      let taps = kernel.sliced(axis: rank + 1, from: group * outputs, to: (group + 1) * outputs)
      return grouped(part, taps, Array(shape.dropLast()) + [outputs])
    }
    return Value.concatenate(parts, axis: rank + 1)
  }

  private func grouped(_ x: Value, _ kernel: Value, _ shape: Shape) -> Value {
    let rank = dimensions.strides.count
    if kernel.shape.prefix(rank).allSatisfy({ $0 == 1 }) { return oneTap(x, kernel, shape) }
    let groups = dimensions.featureGroups
    guard rank == 3, groups > 1, !support.groupsInThree else { return valid(x, kernel, groups) }
    let channels = kernel.shape[rank]
    let outputs = kernel.shape[rank + 1] / groups
    let parts = (0..<groups).map { group in
      valid(
        x.sliced(axis: rank + 1, from: group * channels, to: (group + 1) * channels),
        kernel.sliced(axis: rank + 1, from: group * outputs, to: (group + 1) * outputs), 1)
    }
    return Value.concatenate(parts, axis: rank + 1)
  }

  private func valid(_ x: Value, _ kernel: Value, _ groups: Int) -> Value {
    let rank = dimensions.strides.count
    // A dilation of one tap says nothing, and kernels of runtimes check it.
    let dilation = (0..<rank).map { kernel.shape[$0] == 1 ? 1 : dimensions.kernelDilation[$0] }
    guard rank < support.leastSpatialRank else {
      return x.convolved(
        kernel,
        ConvolutionDimensions(
          spatialRank: rank, strides: dimensions.strides, kernelDilation: dilation,
          featureGroups: groups))
    }
    let added = Array(repeating: 1, count: support.leastSpatialRank - rank)
    let y = x.reshaped([x.shape[0]] + added + x.shape.dropFirst()).convolved(
      kernel.reshaped(added + kernel.shape),
      ConvolutionDimensions(
        spatialRank: support.leastSpatialRank, strides: added + dimensions.strides,
        kernelDilation: added + dilation, featureGroups: groups))
    return y.reshaped([y.shape[0]] + y.shape.dropFirst(1 + added.count))
  }

  private func oneTap(_ x: Value, _ kernel: Value, _ shape: Shape) -> Value {
    let rank = dimensions.strides.count
    var rows = x
    for axis in 0..<rank {
      let stride = dimensions.strides[axis]
      rows = rows.sliced(
        axis: axis + 1, from: 0, to: (shape[axis + 1] - 1) * stride + 1, stride: stride)
    }
    let (channels, outputs) = (kernel.shape[rank], kernel.shape[rank + 1])
    let groups = dimensions.featureGroups
    guard groups > 1 else { return rows.matmul(kernel.reshaped([channels, outputs])) }
    let split = rows.reshaped(rows.shape.dropLast() + [groups, channels])
    let taps = kernel.reshaped([channels, groups, outputs / groups])
    let last = split.rank - 1
    let y = split.dot(
      taps,
      DotDimensions(
        leftBatch: [last - 1], rightBatch: [1], leftContracting: [last], rightContracting: [0]))
    return y.transposed(Array(1..<last) + [0, last]).reshaped(shape)
  }
}
