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
  private let data: BufferAddress
  private let indices: BufferAddress
  private let target: BufferAddress
  private let extents: GatherExtents

  init(
    _ extents: GatherExtents, _ rule: OutOfRangeRule, _ data: BufferView, _ indices: BufferView,
    to target: BufferView
  ) {
    self.extents = extents
    self.rule = rule
    dtype = data.dtype
    self.data = BufferAddress(data)
    self.indices = BufferAddress(indices)
    self.target = BufferAddress(target)
  }

  override func run(_ context: ExecutionContext) {
    let places = UnsafePointer(indices.address(context).assumingMemoryBound(to: Int32.self))
    let from = data.address(context)
    var to = target.address(context)
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
  private let base: BufferAddress
  private let indices: BufferAddress
  private let updates: BufferAddress
  private let target: BufferAddress
  private let extents: GatherExtents
  private let count: Int

  init(
    _ extents: GatherExtents, _ base: BufferView, _ indices: BufferView, _ updates: BufferView,
    to target: BufferView
  ) {
    self.extents = extents
    dtype = base.dtype
    count = base.count
    self.base = BufferAddress(base)
    self.indices = BufferAddress(indices)
    self.updates = BufferAddress(updates)
    self.target = BufferAddress(target)
  }

  override func run(_ context: ExecutionContext) {
    let to = target.address(context)
    let from = base.address(context)
    if to != from { to.copyMemory(from: from, byteCount: count * dtype.byteCount) }
    dtype.visit(
      Pass(
        extents: extents, sums: to, updates: updates.address(context),
        indices: UnsafePointer(indices.address(context).assumingMemoryBound(to: Int32.self))))
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
  private let data: BufferAddress
  private let start: BufferAddress
  private let target: BufferAddress
  private let extents: MiddleAxis
  private let size: Int
  private let width: Int

  init(_ data: BufferView, start: BufferView, to target: BufferView, axis: Int) {
    self.data = BufferAddress(data)
    self.start = BufferAddress(start)
    self.target = BufferAddress(target)
    extents = MiddleAxis(data.shape, axis)
    size = target.shape[axis]
    width = data.dtype.byteCount
  }

  override func run(_ context: ExecutionContext) {
    let wanted = Int(start.address(context).load(as: Int32.self))
    let first = max(0, min(wanted, extents.count - size))
    let run = extents.inner * width
    let from = data.address(context) + first * run
    let to = target.address(context)
    for row in 0..<extents.outer {
      (to + row * size * run).copyMemory(
        from: from + row * extents.count * run, byteCount: size * run)
    }
  }
}

/// Writes a dense part over dense data from a computed start of one axis.
final class DynamicUpdateKernel: Kernel {
  private let data: BufferAddress
  private let update: BufferAddress
  private let start: BufferAddress
  private let target: BufferAddress
  private let extents: MiddleAxis
  private let size: Int
  private let width: Int

  init(
    _ data: BufferView, update: BufferView, start: BufferView, to target: BufferView, axis: Int
  ) {
    self.data = BufferAddress(data)
    self.update = BufferAddress(update)
    self.start = BufferAddress(start)
    self.target = BufferAddress(target)
    extents = MiddleAxis(data.shape, axis)
    size = update.shape[axis]
    width = data.dtype.byteCount
  }

  override func run(_ context: ExecutionContext) {
    let wanted = Int(start.address(context).load(as: Int32.self))
    let first = max(0, min(wanted, extents.count - size))
    let run = extents.inner * width
    let from = data.address(context)
    let to = target.address(context)
    let part = update.address(context)
    if to != from {
      to.copyMemory(from: from, byteCount: extents.outer * extents.count * run)
    }
    for row in 0..<extents.outer {
      (to + (row * extents.count + first) * run).copyMemory(
        from: part + row * size * run, byteCount: size * run)
    }
  }
}
