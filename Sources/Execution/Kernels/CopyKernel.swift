import Tensors

/// Copies elements between views of equal shape and element size that do not overlap.
final class CopyKernel: Kernel {
  private let source: Place
  private let target: Place
  private let width: Int
  private let walk: StridedWalk
  private let isDense: Bool

  init(from source: BufferView, to target: BufferView) {
    self.source = Place(source)
    self.target = Place(target)
    width = source.dtype.byteCount
    walk = StridedWalk([target, source])
    isDense = walk.rowStrides == [1, 1]
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
    switch width {
    case 1: copy(from, to, as: UInt8.self)
    case 2: copy(from, to, as: UInt16.self)
    case 4: copy(from, to, as: UInt32.self)
    default: copy(from, to, as: UInt64.self)
    }
  }

  @inline(__always)
  private func copy<Word: BitwiseCopyable>(
    _ from: UnsafeMutableRawPointer, _ to: UnsafeMutableRawPointer, as type: Word.Type
  ) {
    let (toStride, fromStride) = (walk.rowStrides[0], walk.rowStrides[1])
    let source = UnsafePointer(from.assumingMemoryBound(to: Word.self))
    let target = to.assumingMemoryBound(to: Word.self)
    for row in 0..<walk.rowCount {
      let x = source + walk.offset(1, row: row)
      let y = target + walk.offset(0, row: row)
      for index in 0..<walk.rowLength { y[index * toStride] = x[index * fromStride] }
    }
  }
}

extension BufferView {
  /// Writes this view's elements densely, in row-major order.
  func copyElements(from source: UnsafeRawPointer, to target: UnsafeMutableRawPointer) {
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
