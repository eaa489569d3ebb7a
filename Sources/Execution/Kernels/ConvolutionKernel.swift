import CKernels
import Programs
import Tensors

/// A convolution in single precision, as implicit matrix products.
///
/// Products on packed taps, or taps times channels where every channel is a group. The input is read where
/// it lies; only rows that touch padding, or invalid timesteps of a masked input, are gathered.
final class ConvolutionKernel: RowwiseKernel {
  private let layout: ConvolutionLayout
  /// Which timesteps of the input count as 0; nil where all count as they are.
  private let mask: TimestepMask?
  private let input: BufferAddress
  /// Packed panels of every group, or the dense kernel of a depthwise convolution.
  private let weights: BufferAddress
  private let target: BufferAddress
  private let epilogue: EpilogueAddresses
  private let isDepthwise: Bool
  private let inside: Range<Int>
  private let tapCount: Int
  private let gathering: Im2col
  /// Set where no output sees padding and there is one spatial axis.
  private let plain: EvenRows?
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
    _ convolution: Convolution, _ input: BufferView, weights: BufferView, scratch: BufferAddress,
    to results: [BufferView]
  ) {
    let layout = ConvolutionLayout(convolution, input)
    self.layout = layout
    let mask = convolution.mask.flatMap { TimestepMask($0) }
    self.mask = mask
    self.input = BufferAddress(input)
    self.weights = BufferAddress(weights)
    target = BufferAddress(results[0])
    epilogue = EpilogueAddresses(
      convolution.epilogue, columns: layout.outputs, results: results)
    isDepthwise = layout.isDepthwise
    matrixCount = isDepthwise ? 0 : convolution.panels(from: 0).matrixCount
    inside = layout.inside
    tapCount = layout.tapCount
    plain = mask == nil ? EvenRows(layout) : nil
    gathering = Im2col(layout, input, mask: mask, scratch: scratch)
    groups = layout.dimensions.featureGroups
    let places = layout.tapOffsets
    let width = layout.tapWidth
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
        total: convolution.rowCount, work: convolution.rowCount * layout.outputs * convolution.k,
        steps: [12, 6, 1]))
  }

  deinit {
    offsets.deallocate()
    gatheredOffsets.deallocate()
  }

  override func run(_ context: ExecutionContext) {
    guard context.isPlain, let plain, plain.lines == 1, isDepthwise || groups == 1 else {
      super.run(context)
      return
    }
    // What a step does.
    var rows = plainRows
    rows.base = UnsafePointer(input.floats(context) + plain.start)
    let (count, y) = (Int64(plain.count), target.floats(context))
    var end = epilogue.at(row: 0, column: 0, context)
    if isDepthwise {
      sw_depthwise(&rows, count, weights.floats(context), multiplier, &end, y, outputs)
    } else {
      var right = sw_panels(packed: weights.floats(context), n: outputs, first: 0, count: outputs)
      sw_gemm(&rows, count, &right, &end, y, outputs)
    }
  }

  /// Rows are outputs, those of one line after those of another.
  override func run(rows: Range<Int>, part: Int, _ context: ExecutionContext) {
    var start = rows.lowerBound
    while start < rows.upperBound {
      let line = start / lineLength
      let first = line * lineLength
      let end = min(first + lineLength, rows.upperBound)
      run(line: line, start - first..<end - first, part, context)
      start = end
    }
  }

  /// Some outputs of one line.
  private func run(line: Int, _ share: Range<Int>, _ part: Int, _ context: ExecutionContext) {
    guard let mask, !mask.isValid(line: line, share, layout, context) else {
      runValid(line: line, share, part, context)
      return
    }
    for first in stride(from: share.lowerBound, to: share.upperBound, by: Im2col.rows) {
      let some = first..<min(first + Im2col.rows, share.upperBound)
      if mask.isValid(line: line, some, layout, context) {
        runValid(line: line, some, part, context)
      } else {
        gather(line: line, some, part, context)
      }
    }
  }

  /// Some outputs of one line that see no invalid timestep.
  private func runValid(line: Int, _ share: Range<Int>, _ part: Int, _ context: ExecutionContext) {
    if let plain {
      let x = line * plain.lineStride + share.lowerBound * plain.rowStride
      multiply(
        context, input.floats(context) + plain.start + x, stride: plain.rowStride, offsets: offsets,
        isOneRun: isOneRun, firstOutput: line * plain.count + share.lowerBound,
        count: share.count)
      return
    }
    let middle =
      layout.isInside(line: line % layout.lineCount)
      ? inside.clamped(to: share) : share.lowerBound..<share.lowerBound
    if !middle.isEmpty { interior(line: line, middle, context) }
    let (start, end) =
      middle.isEmpty
      ? (share.lowerBound, share.lowerBound) : (middle.lowerBound, middle.upperBound)
    gather(line: line, share.lowerBound..<start, part, context)
    gather(line: line, end..<share.upperBound, part, context)
  }

  /// Outputs whose taps are all in the input.
  private func interior(line: Int, _ outputs: Range<Int>, _ context: ExecutionContext) {
    let last = layout.spatialRank - 1
    var start = layout.start(ofLine: line)
    let step = layout.dimensions.strides[last]
    let first = outputs.lowerBound * step - layout.dimensions.padLow[last]
    start += first * layout.inputStrides[last + 1]
    multiply(
      context, input.floats(context) + start, stride: step * layout.inputStrides[last + 1],
      offsets: offsets, isOneRun: isOneRun,
      firstOutput: line * layout.lineLength + outputs.lowerBound, count: outputs.count)
  }

  /// Outputs that see padding or invalid timesteps.
  private func gather(line: Int, _ outputs: Range<Int>, _ part: Int, _ context: ExecutionContext) {
    for first in stride(from: outputs.lowerBound, to: outputs.upperBound, by: Im2col.rows) {
      let some = first..<min(first + Im2col.rows, outputs.upperBound)
      for group in 0..<gathering.groups {
        let rows = gathering.taps(line: line, some, group: group, part: part, context)
        multiplyGroup(
          context, rows, stride: gathering.rowCount, offsets: gatheredOffsets, isOneRun: true,
          group: group, firstOutput: line * layout.lineLength + first, count: some.count)
      }
    }
  }

  private func multiply(
    _ context: ExecutionContext, _ x: UnsafePointer<Float>, stride: Int,
    offsets: UnsafePointer<Int64>,
    isOneRun: Bool, firstOutput: Int, count: Int
  ) {
    let width = layout.channels
    for group in 0..<(isDepthwise ? 1 : groups) {
      multiplyGroup(
        context, x + group * width, stride: stride, offsets: offsets, isOneRun: isOneRun,
        group: group, firstOutput: firstOutput, count: count)
    }
  }

  private func multiplyGroup(
    _ context: ExecutionContext, _ x: UnsafePointer<Float>, stride: Int,
    offsets: UnsafePointer<Int64>,
    isOneRun: Bool, group: Int, firstOutput: Int, count: Int
  ) {
    let outputs = layout.outputs
    let columns = outputs / groups
    let y = target.floats(context) + firstOutput * outputs
    var end = epilogue.at(row: firstOutput, column: group * columns, context)
    if isDepthwise {
      var rows = sw_rows(
        base: x, rowStride: Int64(stride), segments: Int64(tapCount),
        segmentLength: Int64(groups), offsets: offsets)
      sw_depthwise(
        &rows, Int64(count), weights.floats(context), Int64(columns), &end, y, Int64(outputs))
      return
    }
    let channels = Int64(layout.channels)
    var rows = sw_rows(
      base: x, rowStride: Int64(stride), segments: isOneRun ? 1 : Int64(tapCount),
      segmentLength: isOneRun ? channels * Int64(tapCount) : channels,
      offsets: isOneRun ? nil : offsets)
    var right = sw_panels(
      packed: weights.floats(context) + group * matrixCount, n: Int64(columns), first: 0,
      count: Int64(columns))
    sw_gemm(&rows, Int64(count), &right, &end, y + group * columns, Int64(outputs))
  }
}
