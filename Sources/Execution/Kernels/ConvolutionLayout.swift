import Programs
import Tensors

/// Where the taps of a convolution lie in an input whose channels follow each other.
struct ConvolutionLayout {
  let dimensions: ConvolutionDimensions
  let inputShape: Shape
  let inputStrides: [Int]
  let taps: Shape
  /// Input channels of a group and all outputs.
  let channels: Int
  let outputs: Int
  let targetShape: Shape
  let isDepthwise: Bool

  init(_ convolution: Convolution, _ input: BufferView) {
    dimensions = convolution.dimensions
    inputShape = input.shape
    inputStrides = input.strides
    taps = Array(convolution.kernelShape.dropLast(2))
    channels = convolution.channels
    outputs = convolution.outputs
    targetShape = convolution.resultShape
    isDepthwise = convolution.isDepthwise
  }

  var spatialRank: Int { taps.count }
  var tapCount: Int { taps.reduce(1, *) }
  /// Channels of a tap that one product takes: all of a depthwise convolution, else those of a group.
  var tapWidth: Int { isDepthwise ? dimensions.featureGroups : channels }
  /// Outputs of one row of the last spatial axis, and the number of such rows in a batch row.
  var lineLength: Int { targetShape[spatialRank] }
  var lineCount: Int { targetShape[1..<spatialRank].reduce(1, *) }

  /// The offset of every tap from the first, in elements.
  var tapOffsets: [Int] {
    var offsets = [0]
    for axis in 0..<spatialRank {
      let step = dimensions.kernelDilation[axis] * inputStrides[axis + 1]
      offsets = offsets.flatMap { base in (0..<taps[axis]).map { base + $0 * step } }
    }
    return offsets
  }

  /// The outputs of a line whose taps all lie in the input along the last axis.
  var inside: Range<Int> {
    let axis = spatialRank - 1
    guard dimensions.inputDilation.allSatisfy({ $0 == 1 }), inputShape[axis + 1] > 0 else {
      return 0..<0
    }
    let (step, low) = (dimensions.strides[axis], dimensions.padLow[axis])
    let reach = (taps[axis] - 1) * dimensions.kernelDilation[axis]
    let first = low > 0 ? (low + step - 1) / step : 0
    let room = inputShape[axis + 1] - 1 + low - reach
    let end = room < 0 ? 0 : min(room / step + 1, lineLength)
    return first < end ? first..<end : 0..<0
  }

  /// Whether every output sees one input alone, its own.
  var isPointwise: Bool {
    spatialRank == 1 && tapCount == 1 && inside == 0..<lineLength && dimensions.padLow[0] == 0
      && dimensions.strides[0] == 1 && inputShape[1] == targetShape[1]
  }

  /// The place along one axis that a tap of an output sees; nil for padding.
  @inline(__always)
  func source(axis: Int, output: Int, tap: Int) -> Int? {
    let reach = output * dimensions.strides[axis] + tap * dimensions.kernelDilation[axis]
    let stuffed = reach - dimensions.padLow[axis]
    guard stuffed >= 0 else { return nil }
    let dilation = dimensions.inputDilation[axis]
    let element = dilation == 1 ? stuffed : stuffed / dilation
    guard element < inputShape[axis + 1], element * dilation == stuffed else { return nil }
    return element
  }

  /// Whether no tap of a line of a batch row lies in padding along the outer spatial axes.
  func isInside(line: Int) -> Bool {
    var rest = line
    for axis in (0..<(spatialRank - 1)).reversed() {
      let (quotient, output) = rest.quotientAndRemainder(dividingBy: targetShape[axis + 1])
      for tap in 0..<taps[axis] where source(axis: axis, output: output, tap: tap) == nil {
        return false
      }
      rest = quotient
    }
    return true
  }

  /// Where the input row lies that the first outer taps of a line see, all of them inside.
  func start(ofLine line: Int) -> Int {
    let (row, place) = line.quotientAndRemainder(dividingBy: lineCount)
    var start = row * inputStrides[0]
    var rest = place
    for axis in (0..<(spatialRank - 1)).reversed() {
      let (quotient, output) = rest.quotientAndRemainder(dividingBy: targetShape[axis + 1])
      start += (source(axis: axis, output: output, tap: 0) ?? 0) * inputStrides[axis + 1]
      rest = quotient
    }
    return start
  }

  /// The inputs along the first spatial axis between the first and the last that a tap sees of some
  /// outputs, padding left out.
  func times(_ outputs: Range<Int>, tap: Int) -> Range<Int> {
    let reach = tap * dimensions.kernelDilation[0] - dimensions.padLow[0]
    let dilation = dimensions.inputDilation[0]
    let first = max(outputs.lowerBound * dimensions.strides[0] + reach, 0)
    let last = (outputs.upperBound - 1) * dimensions.strides[0] + reach
    guard last >= first else { return 0..<0 }
    let low = (first + dilation - 1) / dilation
    let high = min(last / dilation + 1, inputShape[1])
    return low < high ? low..<high : 0..<0
  }
}
