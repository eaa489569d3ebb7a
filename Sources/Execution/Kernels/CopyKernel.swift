import CKernels
import Tensors

/// Copies elements between views of equal shape and element size that do not overlap.
final class CopyKernel: RowwiseKernel {
  private let source: BufferAddress
  private let target: BufferAddress
  private let width: Int
  private let walk: StridedWalk
  /// Whether runs of the last axis follow each other without gaps.
  private let hasRuns: Bool
  /// The extents and, for target and source, the strides of the axes that remain.
  private let axes: UnsafeMutablePointer<Int64>
  private let rank: Int

  init(from source: BufferView, to target: BufferView) {
    self.source = BufferAddress(source)
    self.target = BufferAddress(target)
    width = source.dtype.byteCount
    walk = StridedWalk([target, source])
    hasRuns = walk.rowStrides == [1, 1] && walk.rowLength >= 16
    rank = walk.extents.count
    axes = .allocate(capacity: max(3 * rank, 1))
    for axis in 0..<rank {
      (axes + axis).initialize(to: Int64(walk.extents[axis]))
      (axes + rank + axis).initialize(to: Int64(walk.strides[0][axis]))
      (axes + 2 * rank + axis).initialize(to: Int64(walk.strides[1][axis]))
    }
    super.init(
      WorkSplit(total: walk.extents.first ?? 1, work: source.count * 2, steps: [16, 1]))
  }

  deinit { axes.deallocate() }

  /// Rows are entries of the first axis that remains when neighbouring axes are merged.
  override func run(rows: Range<Int>, part: Int, _ context: ExecutionContext) {
    var to = target.address(context)
    var from = source.address(context)
    guard rank > 0 else {
      to.copyMemory(from: from, byteCount: width)
      return
    }
    to += rows.lowerBound * Int(axes[rank]) * width
    from += rows.lowerBound * Int(axes[2 * rank]) * width
    if hasRuns, rank <= 2 {
      guard rank == 2 else {
        to.copyMemory(from: from, byteCount: rows.count * width)
        return
      }
      let (toStride, fromStride) = (Int(axes[rank]) * width, Int(axes[2 * rank]) * width)
      let byteCount = walk.rowLength * width
      for _ in rows {
        to.copyMemory(from: from, byteCount: byteCount)
        to += toStride
        from += fromStride
      }
      return
    }
    withUnsafeTemporaryAllocation(of: Int64.self, capacity: rank) { extents in
      guard let extentsAt = extents.baseAddress else { return }
      extentsAt.initialize(from: axes, count: rank)
      extentsAt[0] = Int64(rows.count)
      copy(to, axes + rank, from, axes + 2 * rank, extentsAt, rank: rank)
    }
  }

  /// Copies axis by axis what has more axes than the C function takes.
  private func copy(
    _ to: UnsafeMutableRawPointer, _ toStrides: UnsafePointer<Int64>,
    _ from: UnsafeMutableRawPointer, _ fromStrides: UnsafePointer<Int64>,
    _ extents: UnsafePointer<Int64>, rank: Int
  ) {
    guard rank > Int(SW_COPY_RANK) else {
      sw_copy_strided(to, toStrides, from, fromStrides, extents, Int32(rank), Int32(width))
      return
    }
    for index in 0..<Int(extents[0]) {
      copy(
        to + index * Int(toStrides[0]) * width, toStrides + 1,
        from + index * Int(fromStrides[0]) * width, fromStrides + 1, extents + 1, rank: rank - 1)
    }
  }
}

extension BufferView {
  /// Writes this view's elements densely, in row-major order.
  func copyElements(from source: UnsafeRawPointer, to target: UnsafeMutableRawPointer) {
    if isDense {
      target.copyMemory(from: source, byteCount: byteCount)
      return
    }
    let walk = StridedWalk([BufferView(buffer: 0, type), self])
    let width = dtype.byteCount
    for row in 0..<walk.rowCount {
      let (to, from) = (walk.offset(0, row: row), walk.offset(1, row: row))
      for index in 0..<walk.rowLength {
        (target + (to + index * walk.rowStrides[0]) * width).copyMemory(
          from: source + (from + index * walk.rowStrides[1]) * width, byteCount: width)
      }
    }
  }
}
