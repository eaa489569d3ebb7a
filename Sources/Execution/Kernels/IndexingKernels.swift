import Programs
import Tensors

/// The extents of a gather or scatter: data `[batch, head, axis, tail]`, indices `[batch, rest]`.
struct GatherExtents {
  let batch: Int
  let head: Int
  let axis: Int
  let tail: Int
  let rest: Int

  init(_ data: Shape, _ indices: Shape, axis: Int, batchAxes: Int) {
    batch = data[..<batchAxes].reduce(1, *)
    head = data[batchAxes..<axis].reduce(1, *)
    self.axis = data[axis]
    tail = data[(axis + 1)...].reduce(1, *)
    rest = indices[batchAxes...].reduce(1, *)
  }
}

/// Reads runs of dense data at computed places of one axis.
final class GatherKernel: Kernel {
  private let rule: OutOfRangeRule
  private let dtype: DType
  private let data: Place
  private let indices: Place
  private let target: Place
  private let extents: GatherExtents

  init(
    _ extents: GatherExtents, _ rule: OutOfRangeRule, _ data: BufferView, _ indices: BufferView,
    to target: BufferView
  ) {
    self.extents = extents
    self.rule = rule
    dtype = data.dtype
    self.data = Place(data)
    self.indices = Place(indices)
    self.target = Place(target)
  }

  override func run(_ frame: Frame) {
    let places = UnsafePointer(indices.address(frame).assumingMemoryBound(to: Int32.self))
    let from = data.address(frame)
    var to = target.address(frame)
    let bytes = extents.tail * dtype.byteCount
    for batch in 0..<extents.batch {
      for head in 0..<extents.head {
        let line = (batch * extents.head + head) * extents.axis
        for rest in 0..<extents.rest {
          var index = Int(places[batch * extents.rest + rest])
          if rule == .clamp { index = min(max(index, 0), extents.axis - 1) }
          if index >= 0 && index < extents.axis {
            to.copyMemory(from: from + (line + index) * bytes, byteCount: bytes)
          } else {
            dtype.visit(FillPass(to: to, count: extents.tail, isNaN: rule == .nan, dtype: dtype))
          }
          to += bytes
        }
      }
    }
  }
}

/// Writes zeros, or NaN where the dtype has it.
private struct FillPass: ElementVisitor {
  let to: UnsafeMutableRawPointer
  let count: Int
  let isNaN: Bool
  let dtype: DType

  func visit<E: Element>(_ element: E.Type) {
    let filler = isNaN && dtype.isFloating ? E.Number(converting: Double.nan) : .zero
    for index in 0..<count { E.store(filler, to, index) }
  }
}

/// Adds updates to dense data at computed places of one axis, in row-major order of updates.
final class ScatterAddKernel: Kernel {
  private let dtype: DType
  private let base: Place
  private let indices: Place
  private let updates: Place
  private let target: Place
  private let extents: GatherExtents
  private let count: Int

  init(
    _ extents: GatherExtents, _ base: BufferView, _ indices: BufferView, _ updates: BufferView,
    to target: BufferView
  ) {
    self.extents = extents
    dtype = base.dtype
    count = base.count
    self.base = Place(base)
    self.indices = Place(indices)
    self.updates = Place(updates)
    self.target = Place(target)
  }

  override func run(_ frame: Frame) {
    let to = target.address(frame)
    let from = base.address(frame)
    if to != from { to.copyMemory(from: from, byteCount: count * dtype.byteCount) }
    dtype.visit(
      Pass(
        extents: extents, sums: to, updates: updates.address(frame),
        indices: UnsafePointer(indices.address(frame).assumingMemoryBound(to: Int32.self))))
  }

  private struct Pass: ElementVisitor {
    let extents: GatherExtents
    let sums: UnsafeMutableRawPointer
    let updates: UnsafeMutableRawPointer
    let indices: UnsafePointer<Int32>

    func visit<E: Element>(_ element: E.Type) {
      var update = 0
      for batch in 0..<extents.batch {
        for head in 0..<extents.head {
          let line = (batch * extents.head + head) * extents.axis
          for rest in 0..<extents.rest {
            let index = Int(indices[batch * extents.rest + rest])
            if index >= 0 && index < extents.axis {
              let start = (line + index) * extents.tail
              for tail in 0..<extents.tail {
                let sum = E.load(sums, start + tail).plus(E.load(updates, update + tail))
                E.store(sum, sums, start + tail)
              }
            }
            update += extents.tail
          }
        }
      }
    }
  }
}

/// Copies a part of dense data from a computed start of one axis.
final class DynamicSliceKernel: Kernel {
  private let data: Place
  private let start: Place
  private let target: Place
  private let extents: MiddleAxis
  private let size: Int
  private let width: Int

  init(_ data: BufferView, start: BufferView, to target: BufferView, axis: Int) {
    self.data = Place(data)
    self.start = Place(start)
    self.target = Place(target)
    extents = MiddleAxis(data.shape, axis)
    size = target.shape[axis]
    width = data.dtype.byteCount
  }

  override func run(_ frame: Frame) {
    let wanted = Int(start.address(frame).load(as: Int32.self))
    let first = max(0, min(wanted, extents.count - size))
    let run = extents.inner * width
    let from = data.address(frame) + first * run
    let to = target.address(frame)
    for row in 0..<extents.outer {
      (to + row * size * run).copyMemory(
        from: from + row * extents.count * run, byteCount: size * run)
    }
  }
}

/// Writes a dense part over dense data from a computed start of one axis.
final class DynamicUpdateKernel: Kernel {
  private let data: Place
  private let update: Place
  private let start: Place
  private let target: Place
  private let extents: MiddleAxis
  private let size: Int
  private let width: Int

  init(
    _ data: BufferView, update: BufferView, start: BufferView, to target: BufferView, axis: Int
  ) {
    self.data = Place(data)
    self.update = Place(update)
    self.start = Place(start)
    self.target = Place(target)
    extents = MiddleAxis(data.shape, axis)
    size = update.shape[axis]
    width = data.dtype.byteCount
  }

  override func run(_ frame: Frame) {
    let wanted = Int(start.address(frame).load(as: Int32.self))
    let first = max(0, min(wanted, extents.count - size))
    let run = extents.inner * width
    let from = data.address(frame)
    let to = target.address(frame)
    let part = update.address(frame)
    if to != from {
      to.copyMemory(from: from, byteCount: extents.outer * extents.count * run)
    }
    for row in 0..<extents.outer {
      (to + (row * extents.count + first) * run).copyMemory(
        from: part + row * size * run, byteCount: size * run)
    }
  }
}
