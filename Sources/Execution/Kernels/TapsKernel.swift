import CKernels
import Programs
import Tensors

/// A convolution in single precision.
///
/// Matrix products on packed taps, or taps times channels where every channel is a group. The input
/// is read where it lies; only rows that touch padding, or invalid timesteps of a masked input, are
/// gathered.
final class TapsKernel: RowwiseKernel, FinishingProduct {
  private let layout: TapsLayout
  /// Tells the timesteps of the input that count as 0; nil where all count as they are.
  private let mask: TapsMask?
  private let input: Place
  /// Packed panels of every group, or the dense kernel where `isDepthwise`.
  private let weights: Place
  private var target: Place
  private var finish = ProductFinish.Places()
  private let isDepthwise: Bool
  private let inside: Range<Int>
  private let tapCount: Int
  private let gathering: TapsGather
  /// Set where no output sees padding and there is one spatial axis.
  private let plain: PlainTaps?
  /// Outputs that follow each other evenly.
  private let lineLength: Int
  private let groups: Int
  private let matrixCount: Int
  /// Whether the taps of an output follow each other in memory.
  private let isOneRun: Bool
  /// How all outputs read where there is one plain line, but for the address.
  private let plainRows: sw_rows
  private let outputs: Int64
  private let multiplier: Int64
  private let offsets: UnsafeMutablePointer<Int64>
  private let gatheredOffsets: UnsafeMutablePointer<Int64>

  init(
    _ layout: TapsLayout, _ input: BufferView, weights: BufferView, matrixCount: Int,
    isDepthwise: Bool, mask: TapsMask? = nil, scratch: BufferView, to target: BufferView
  ) {
    self.layout = layout
    self.mask = mask
    self.input = Place(input)
    self.weights = Place(weights)
    self.target = Place(target)
    self.isDepthwise = isDepthwise
    self.matrixCount = matrixCount
    inside = layout.inside
    tapCount = layout.tapCount
    plain = mask == nil ? PlainTaps(layout) : nil
    gathering = TapsGather(
      layout, input, isDepthwise: isDepthwise, mask: mask, scratch: scratch)
    groups = layout.dimensions.featureGroups
    let places = layout.tapOffsets
    let width = TapsGather.width(layout, isDepthwise: isDepthwise)
    isOneRun = places.enumerated().allSatisfy { $0.element == $0.offset * width }
    offsets = .allocate(capacity: max(tapCount, 1))
    gatheredOffsets = .allocate(capacity: max(tapCount, 1))
    for (index, place) in places.enumerated() {
      (offsets + index).initialize(to: Int64(place))
      (gatheredOffsets + index).initialize(to: Int64(index * width))
    }
    lineLength = plain?.count ?? layout.lineLength
    outputs = Int64(layout.outputs)
    multiplier = Int64(layout.outputs / max(groups, 1))
    let joined = isOneRun && !isDepthwise
    plainRows = sw_rows(
      base: nil, rowStride: Int64(plain?.rowStride ?? 0), segments: joined ? 1 : Int64(tapCount),
      segmentLength: Int64(joined ? width * tapCount : width), offsets: joined ? nil : offsets)
    super.init(
      WorkSplit(
        total: target.count / max(layout.outputs, 1),
        work: target.count * layout.tapCount * layout.channels, steps: [12, 6, 1]))
  }

  /// The same convolution of what a select reads instead of its result, where the mask tells which
  /// timesteps the select hides.
  func reading(
    _ operand: BufferView, _ mask: TapsMask, weights: BufferView, scratch: BufferView,
    to target: BufferView
  ) -> TapsKernel {
    var layout = layout
    layout.inputStrides = operand.strides
    return TapsKernel(
      layout, operand, weights: weights, matrixCount: matrixCount, isDepthwise: isDepthwise,
      mask: mask, scratch: scratch, to: target)
  }

  /// Floats of scratch that gathering takes.
  var gatherCount: Int { TapsGather.scratchCount(layout, isDepthwise: isDepthwise) }

  var finishedColumns: Int? {
    tapCount * layout.channels > Int(SW_PRODUCT_CHUNK) ? nil : layout.outputs
  }

  func finish(_ finish: ProductFinish, to target: BufferView) {
    self.finish = ProductFinish.Places(finish, columns: layout.outputs)
    self.target = Place(target)
  }

  deinit {
    offsets.deallocate()
    gatheredOffsets.deallocate()
  }

  override func run(_ frame: Frame) {
    guard frame.isPlain, let plain, plain.lines == 1, isDepthwise || groups == 1 else {
      super.run(frame)
      return
    }
    // What a step does.
    var rows = plainRows
    rows.base = UnsafePointer(input.floats(frame) + plain.start)
    let (count, y) = (Int64(plain.count), target.floats(frame))
    var finish = finish.at(row: 0, column: 0, frame)
    if isDepthwise {
      sw_depthwise(&rows, count, weights.floats(frame), multiplier, &finish, y, outputs)
    } else {
      var right = sw_panels(packed: weights.floats(frame), n: outputs, first: 0, count: outputs)
      sw_gemm(&rows, count, &right, &finish, y, outputs)
    }
  }

  override var keepsToRows: Bool { layout.isPointwise }

  /// Rows are outputs, those of one line after those of another.
  override func run(rows: Range<Int>, part: Int, _ frame: Frame) {
    var start = rows.lowerBound
    while start < rows.upperBound {
      let line = start / lineLength
      let first = line * lineLength
      let end = min(first + lineLength, rows.upperBound)
      run(line: line, start - first..<end - first, part, frame)
      start = end
    }
  }

  /// Some outputs of one line.
  private func run(line: Int, _ share: Range<Int>, _ part: Int, _ frame: Frame) {
    guard let mask, !mask.isValid(line: line, share, layout, frame) else {
      runValid(line: line, share, part, frame)
      return
    }
    for first in stride(from: share.lowerBound, to: share.upperBound, by: TapsGather.rows) {
      let some = first..<min(first + TapsGather.rows, share.upperBound)
      if mask.isValid(line: line, some, layout, frame) {
        runValid(line: line, some, part, frame)
      } else {
        gather(line: line, some, part, frame)
      }
    }
  }

  /// Some outputs of one line that see no invalid timestep.
  private func runValid(line: Int, _ share: Range<Int>, _ part: Int, _ frame: Frame) {
    if let plain {
      let x = line * plain.lineStride + share.lowerBound * plain.rowStride
      multiply(
        frame, input.floats(frame) + plain.start + x, stride: plain.rowStride, offsets: offsets,
        isOneRun: isOneRun, firstOutput: line * plain.count + share.lowerBound,
        count: share.count)
      return
    }
    let middle =
      layout.isInside(line: line % layout.lineCount)
      ? inside.clamped(to: share) : share.lowerBound..<share.lowerBound
    if !middle.isEmpty { interior(line: line, middle, frame) }
    let (start, end) =
      middle.isEmpty
      ? (share.lowerBound, share.lowerBound) : (middle.lowerBound, middle.upperBound)
    gather(line: line, share.lowerBound..<start, part, frame)
    gather(line: line, end..<share.upperBound, part, frame)
  }

  /// Outputs whose taps are all in the input.
  private func interior(line: Int, _ outputs: Range<Int>, _ frame: Frame) {
    let last = layout.spatialRank - 1
    var start = layout.start(ofLine: line)
    let step = layout.dimensions.strides[last]
    let first = outputs.lowerBound * step - layout.dimensions.padLow[last]
    start += first * layout.inputStrides[last + 1]
    multiply(
      frame, input.floats(frame) + start, stride: step * layout.inputStrides[last + 1],
      offsets: offsets, isOneRun: isOneRun,
      firstOutput: line * layout.lineLength + outputs.lowerBound, count: outputs.count)
  }

  /// Outputs that see padding or invalid timesteps.
  private func gather(line: Int, _ outputs: Range<Int>, _ part: Int, _ frame: Frame) {
    for first in stride(from: outputs.lowerBound, to: outputs.upperBound, by: TapsGather.rows) {
      let some = first..<min(first + TapsGather.rows, outputs.upperBound)
      for group in 0..<gathering.groups {
        let rows = gathering.taps(line: line, some, group: group, part: part, frame)
        multiplyGroup(
          frame, rows, stride: gathering.rowCount, offsets: gatheredOffsets, isOneRun: true,
          group: group, firstOutput: line * layout.lineLength + first, count: some.count)
      }
    }
  }

  private func multiply(
    _ frame: Frame, _ x: UnsafePointer<Float>, stride: Int, offsets: UnsafePointer<Int64>,
    isOneRun: Bool, firstOutput: Int, count: Int
  ) {
    let width = layout.channels
    for group in 0..<(isDepthwise ? 1 : groups) {
      multiplyGroup(
        frame, x + group * width, stride: stride, offsets: offsets, isOneRun: isOneRun,
        group: group, firstOutput: firstOutput, count: count)
    }
  }

  private func multiplyGroup(
    _ frame: Frame, _ x: UnsafePointer<Float>, stride: Int, offsets: UnsafePointer<Int64>,
    isOneRun: Bool, group: Int, firstOutput: Int, count: Int
  ) {
    let outputs = layout.outputs
    let columns = outputs / groups
    let y = target.floats(frame) + firstOutput * outputs
    var finish = finish.at(row: firstOutput, column: group * columns, frame)
    if isDepthwise {
      var rows = sw_rows(
        base: x, rowStride: Int64(stride), segments: Int64(tapCount),
        segmentLength: Int64(groups), offsets: offsets)
      sw_depthwise(
        &rows, Int64(count), weights.floats(frame), Int64(columns), &finish, y, Int64(outputs))
      return
    }
    let channels = Int64(layout.channels)
    var rows = sw_rows(
      base: x, rowStride: Int64(stride), segments: isOneRun ? 1 : Int64(tapCount),
      segmentLength: isOneRun ? channels * Int64(tapCount) : channels,
      offsets: isOneRun ? nil : offsets)
    var right = sw_panels(
      packed: weights.floats(frame) + group * matrixCount, n: Int64(columns), first: 0,
      count: Int64(columns))
    sw_gemm(&rows, Int64(count), &right, &finish, y + group * columns, Int64(outputs))
  }
}
