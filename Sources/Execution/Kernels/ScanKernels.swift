import Programs
import Tensors

/// The first index of the greatest or smallest along the middle axis of a dense `[outer, n, inner]`.
final class ArgReduceKernel: Kernel {
  private let isLeast: Bool
  private let dtype: DType
  private let source: BufferAddress
  private let target: BufferAddress
  private let extents: MiddleAxis

  init(_ kind: ReductionKind, from source: BufferView, to target: BufferView, axis: Int) {
    isLeast = kind == .min
    dtype = source.dtype
    self.source = BufferAddress(source)
    self.target = BufferAddress(target)
    extents = MiddleAxis(source.shape, axis)
  }

  override func run(_ context: ExecutionContext) {
    dtype.visit(Pass(kernel: self, x: source.address(context), y: target.address(context)))
  }

  private struct Pass: ElementVisitor {
    let kernel: ArgReduceKernel
    let x: UnsafeMutableRawPointer
    let y: UnsafeMutableRawPointer

    func visit<E: Element>(_ element: E.Type) {
      let extents = kernel.extents
      for line in 0..<extents.lineCount {
        let start = extents.start(line)
        var best = E.load(x, start)
        var place = 0
        for index in 1..<max(extents.count, 1) {
          let value = E.load(x, start + index * extents.inner)
          let wins = kernel.isLeast ? value < best : value > best
          if !best.isUnordered && (wins || value.isUnordered) { (best, place) = (value, index) }
        }
        Plain<Int32>.store(Int32(place), y, line)
      }
    }
  }
}

/// The running fold along the middle axis of a dense `[outer, n, inner]`.
final class CumulativeKernel: Kernel {
  private let kind: ReductionKind
  private let reverse: Bool
  private let dtype: DType
  private let source: BufferAddress
  private let target: BufferAddress
  private let extents: MiddleAxis

  init(
    _ kind: ReductionKind, reverse: Bool, from source: BufferView, to target: BufferView, axis: Int
  ) {
    self.kind = kind
    self.reverse = reverse
    dtype = source.dtype
    self.source = BufferAddress(source)
    self.target = BufferAddress(target)
    extents = MiddleAxis(source.shape, axis)
  }

  override func run(_ context: ExecutionContext) {
    dtype.visit(Pass(kernel: self, x: source.address(context), y: target.address(context)))
  }

  private struct Pass: ElementVisitor {
    let kernel: CumulativeKernel
    let x: UnsafeMutableRawPointer
    let y: UnsafeMutableRawPointer

    func visit<E: Element>(_ element: E.Type) {
      switch kernel.kind {
      case .sum: scan(E.self, .zero) { $0.plus($1) }
      case .prod: scan(E.self, .one) { $0.times($1) }
      case .max, .or: scan(E.self, E.Number.lowest) { $0.greater($1) }
      case .min, .and: scan(E.self, E.Number.highest) { $0.smaller($1) }
      }
    }

    @inline(__always)
    private func scan<E: Element>(
      _ element: E.Type, _ identity: E.Number, _ fold: (E.Number, E.Number) -> E.Number
    ) {
      let extents = kernel.extents
      for line in 0..<extents.lineCount {
        let start = extents.start(line)
        var total = identity
        for place in 0..<extents.count {
          let index = kernel.reverse ? extents.count - 1 - place : place
          total = fold(total, E.load(x, start + index * extents.inner))
          E.store(total, y, start + index * extents.inner)
        }
      }
    }
  }
}

/// Sorts the middle axis of a dense `[outer, n, inner]`, stably; NaN counts as the greatest.
final class SortKernel: Kernel {
  private let descending: Bool
  private let dtype: DType
  private let source: BufferAddress
  private let target: BufferAddress
  private let origins: BufferAddress
  private let scratch: BufferAddress
  private let extents: MiddleAxis

  /// `scratch` has room for an `i32` an element of the axis.
  init(
    descending: Bool, from source: BufferView, to target: BufferView, origins: BufferView,
    scratch: BufferAddress, axis: Int
  ) {
    self.descending = descending
    dtype = source.dtype
    self.source = BufferAddress(source)
    self.target = BufferAddress(target)
    self.origins = BufferAddress(origins)
    self.scratch = scratch
    extents = MiddleAxis(source.shape, axis)
  }

  override func run(_ context: ExecutionContext) {
    dtype.visit(
      Pass(
        kernel: self, x: source.address(context), y: target.address(context),
        origins: origins.address(context), scratch: scratch.address(context)))
  }

  private struct Pass: ElementVisitor {
    let kernel: SortKernel
    let x: UnsafeMutableRawPointer
    let y: UnsafeMutableRawPointer
    let origins: UnsafeMutableRawPointer
    let scratch: UnsafeMutableRawPointer

    func visit<E: Element>(_ element: E.Type) {
      let extents = kernel.extents
      let (n, inner) = (extents.count, extents.inner)
      for line in 0..<extents.lineCount {
        let start = extents.start(line)
        for index in 0..<n { Plain<Int32>.store(Int32(index), origins, start + index * inner) }
        var width = 1
        while width < n {
          for low in stride(from: 0, to: n, by: 2 * width) {
            merge(E.self, start, low, min(low + width, n), min(low + 2 * width, n))
          }
          for index in 0..<n {
            let origin = Plain<Int32>.load(scratch, index)
            Plain<Int32>.store(origin, origins, start + index * inner)
          }
          width *= 2
        }
        for index in 0..<n {
          let origin = Int(Plain<Int32>.load(origins, start + index * inner))
          E.store(E.load(x, start + origin * inner), y, start + index * inner)
        }
      }
    }

    /// Merges two ordered runs of origins into the scratch.
    @inline(__always)
    private func merge<E: Element>(
      _ element: E.Type, _ start: Int, _ low: Int, _ middle: Int, _ high: Int
    ) {
      let inner = kernel.extents.inner
      var (left, right) = (low, middle)
      for place in low..<high {
        let a = Plain<Int32>.load(origins, start + min(left, middle - 1) * inner)
        let b = Plain<Int32>.load(origins, start + min(right, high - 1) * inner)
        var takesRight = left >= middle
        if !takesRight && right < high {
          let x0 = E.load(x, start + Int(a) * inner)
          let x1 = E.load(x, start + Int(b) * inner)
          takesRight = kernel.descending ? x0.precedes(x1) : x1.precedes(x0)
        }
        Plain<Int32>.store(takesRight ? b : a, scratch, place)
        if takesRight { right += 1 } else { left += 1 }
      }
    }
  }
}

/// A dense shape seen as `[outer, n, inner]` around one axis.
struct MiddleAxis {
  let outer: Int
  let count: Int
  let inner: Int

  init(_ shape: Shape, _ axis: Int) {
    outer = shape[..<axis].reduce(1, *)
    count = shape[axis]
    inner = shape[(axis + 1)...].reduce(1, *)
  }

  /// The number of lines along the axis.
  var lineCount: Int { outer * inner }

  /// The position of a line's first element.
  @inline(__always)
  func start(_ line: Int) -> Int {
    let (row, column) = line.quotientAndRemainder(dividingBy: inner)
    return row * count * inner + column
  }
}
