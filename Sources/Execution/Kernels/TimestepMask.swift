import CKernels
import Tensors

/// Which timesteps of a convolution's input count as 0: those of the first spatial axis that a mask
/// calls invalid.
struct TimestepMask {
  private let place: BufferAddress
  /// The distance between batch rows of the mask, in timesteps.
  private let rowStride: Int

  /// The mask of a select; nil if it is not one flag a timestep, or timesteps do not follow each other.
  init?(_ view: BufferView) {
    guard view.dtype == .bool, view.shape.count > 2, view.strides[1] == 1,
      zip(view.shape, view.strides).dropFirst(2).allSatisfy({ $0 == 1 || $1 == 0 })
    else { return nil }
    place = BufferAddress(view)
    rowStride = view.strides[0]
  }

  /// Whether all these timesteps of a batch row are valid.
  func isValid(_ row: Int, _ times: Range<Int>, _ context: ExecutionContext) -> Bool {
    let mask = place.address(context).assumingMemoryBound(to: UInt8.self) + row * rowStride
    return sw_all_true(mask + times.lowerBound, Int64(times.count)) != 0
  }

  /// Whether some outputs of a line see valid timesteps and padding only.
  func isValid(
    line: Int, _ share: Range<Int>, _ layout: ConvolutionLayout, _ context: ExecutionContext
  ) -> Bool {
    guard !share.isEmpty else { return true }
    let (row, place) = line.quotientAndRemainder(dividingBy: layout.lineCount)
    var outputs = share
    if layout.spatialRank > 1 {
      let time = place / (layout.lineCount / layout.targetShape[1])
      outputs = time..<time + 1
    }
    return (0..<layout.taps[0]).allSatisfy { tap in
      isValid(row, layout.times(outputs, tap: tap), context)
    }
  }
}
