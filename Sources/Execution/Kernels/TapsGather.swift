import Programs

/// Copies the taps of outputs that see padding or invalid timesteps side by side, zeros included.
struct TapsGather {
  private let layout: TapsLayout
  /// Tells the timesteps of the input that count as 0; nil where all count as they are.
  private let mask: TapsMask?
  private let input: Place
  private let scratch: Place
  /// Channels of a tap.
  private let width: Int
  /// How many groups of channels are gathered one after the other.
  let groups: Int

  /// Outputs that are gathered at once.
  static let rows = 12

  init(
    _ layout: TapsLayout, _ input: BufferView, isDepthwise: Bool, mask: TapsMask?,
    scratch: BufferView
  ) {
    self.layout = layout
    self.mask = mask
    self.input = Place(input)
    self.scratch = Place(scratch)
    width = Self.width(layout, isDepthwise: isDepthwise)
    groups = isDepthwise ? 1 : layout.dimensions.featureGroups
  }

  /// Channels of a tap that one product takes: all of a depthwise convolution, else those of a group.
  static func width(_ layout: TapsLayout, isDepthwise: Bool) -> Int {
    isDepthwise ? layout.dimensions.featureGroups : layout.channels
  }

  /// Floats of scratch for all parts.
  static func scratchCount(_ layout: TapsLayout, isDepthwise: Bool) -> Int {
    rows * layout.tapCount * width(layout, isDepthwise: isDepthwise) * WorkerPool.partLimit
  }

  /// Floats of all taps of an output.
  var rowCount: Int { layout.tapCount * width }

  /// The taps of some outputs of a line, at most ``rows``, in the scratch of a part.
  func taps(
    line: Int, _ outputs: Range<Int>, group: Int, part: Int, _ frame: Frame
  ) -> UnsafePointer<Float> {
    let (row, place) = line.quotientAndRemainder(dividingBy: layout.lineCount)
    let target = scratch.floats(frame) + part * Self.rows * rowCount
    let x = input.floats(frame) + row * layout.inputStrides[0] + group * width
    var to = target
    for output in outputs {
      for tap in 0..<layout.tapCount {
        if let source = source(frame, row, place, output, tap) {
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
    _ frame: Frame, _ row: Int, _ line: Int, _ output: Int, _ tap: Int
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
      if axis == 0, let mask, !mask.isValid(row, element..<element + 1, frame) { return nil }
      offset += element * layout.inputStrides[axis + 1]
      tapRest = tapQuotient
    }
    return offset
  }
}
