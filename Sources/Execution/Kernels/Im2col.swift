import Programs

/// Copies the taps of outputs that see padding or invalid timesteps side by side, zeros included
/// (im2col).
struct Im2col {
  private let layout: ConvolutionLayout
  /// Which timesteps of the input count as 0; nil where all count as they are.
  private let mask: TimestepMask?
  private let input: BufferAddress
  private let scratch: BufferAddress
  /// Channels of a tap that one product takes.
  private let width: Int
  /// How many groups of channels are gathered one after the other.
  let groups: Int

  /// Outputs that are gathered at once.
  static let rows = 12

  init(
    _ layout: ConvolutionLayout, _ input: BufferView, mask: TimestepMask?, scratch: BufferAddress
  ) {
    self.layout = layout
    self.mask = mask
    self.input = BufferAddress(input)
    self.scratch = scratch
    width = layout.tapWidth
    groups = layout.isDepthwise ? 1 : layout.dimensions.featureGroups
  }

  /// Floats of scratch for all parts.
  static func scratchCount(_ layout: ConvolutionLayout) -> Int {
    rows * layout.tapCount * layout.tapWidth * WorkerPool.partLimit
  }

  /// Floats of all taps of an output.
  var rowCount: Int { layout.tapCount * width }

  /// The taps of some outputs of a line, at most ``rows``, in the scratch of a part.
  func taps(
    line: Int, _ outputs: Range<Int>, group: Int, part: Int, _ context: ExecutionContext
  ) -> UnsafePointer<Float> {
    let (row, place) = line.quotientAndRemainder(dividingBy: layout.lineCount)
    let target = scratch.floats(context) + part * Self.rows * rowCount
    let x = input.floats(context) + row * layout.inputStrides[0] + group * width
    var to = target
    for output in outputs {
      for tap in 0..<layout.tapCount {
        if let source = source(context, row, place, output, tap) {
          to.update(from: x + source, count: width)
        } else {
          to.update(repeating: 0, count: width)
        }
        to += width
      }
    }
    return UnsafePointer(target)
  }

  /// The offset in a batch row of what a tap of an output sees; nil for what counts as 0.
  private func source(
    _ context: ExecutionContext, _ row: Int, _ line: Int, _ output: Int, _ tap: Int
  ) -> Int? {
    var (lineRest, tapRest, offset) = (line, tap, 0)
    for axis in (0..<layout.spatialRank).reversed() {
      let (tapQuotient, tapIndex) = tapRest.quotientAndRemainder(dividingBy: layout.taps[axis])
      var index = output
      if axis < layout.spatialRank - 1 {
        let (quotient, part) = lineRest.quotientAndRemainder(
          dividingBy: layout.targetShape[axis + 1])
        (lineRest, index) = (quotient, part)
      }
      guard let element = layout.source(axis: axis, output: index, tap: tapIndex) else {
        return nil
      }
      if axis == 0, let mask, !mask.isValid(row, element..<element + 1, context) { return nil }
      offset += element * layout.inputStrides[axis + 1]
      tapRest = tapQuotient
    }
    return offset
  }
}
