import CKernels
import Tensors

/// Copies elements between views of equal shape and element size that do not overlap.
final class CopyKernel: Kernel {
  private let source: Place
  private let target: Place
  private let width: Int
  private let walk: StridedWalk
  private let isDense: Bool
  private let extents: [Int64]
  private let toStrides: [Int64]
  private let fromStrides: [Int64]

  init(from source: BufferView, to target: BufferView) {
    self.source = Place(source)
    self.target = Place(target)
    width = source.dtype.byteCount
    walk = StridedWalk([target, source])
    isDense = walk.rowStrides == [1, 1] && walk.rowLength >= 16
    extents = walk.extents.map { Int64($0) }
    toStrides = walk.strides[0].map { Int64($0) }
    fromStrides = walk.strides[1].map { Int64($0) }
    precondition(extents.count <= Int(SW_COPY_RANK), "A copy has no more than 8 axes.")
  }

  override func run(_ frame: Frame) {
    let from = source.address(frame)
    let to = target.address(frame)
    if isDense {
      for row in 0..<walk.rowCount {
        (to + walk.offset(0, row: row) * width).copyMemory(
          from: from + walk.offset(1, row: row) * width, byteCount: walk.rowLength * width)
      }
      return
    }
    toStrides.withUnsafeBufferPointer { toStrides in
      fromStrides.withUnsafeBufferPointer { fromStrides in
        extents.withUnsafeBufferPointer { extents in
          sw_copy_strided(
            to, toStrides.baseAddress, from, fromStrides.baseAddress, extents.baseAddress,
            Int32(extents.count), Int32(width))
        }
      }
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
