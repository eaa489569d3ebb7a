import CKernels
import Programs
import Tensors

/// Folds the middle axis of a dense `[outer, n, inner]`.
///
/// Where `inner` is 1, sums and products run on 16 lanes: term i goes to lane i mod 16, then lanes
/// are folded as a tree (j with j + 8, j + 4, j + 2, j + 1). Otherwise terms are folded in order.
/// Either way more than 4096 terms are folded in chunks of 4096 first.
final class ReduceKernel: Kernel {
  private let kind: ReductionKind
  private let dtype: DType
  private let source: BufferAddress
  private let target: BufferAddress
  private let outer: Int
  private let count: Int
  private let inner: Int

  /// Folds neighbouring axes.
  init(_ kind: ReductionKind, axes: [Int], from source: BufferView, to target: BufferView) {
    self.kind = kind
    dtype = source.dtype
    self.source = BufferAddress(source)
    self.target = BufferAddress(target)
    let first = axes.first ?? source.shape.count
    let last = first + axes.count
    outer = source.shape[..<first].reduce(1, *)
    count = source.shape[first..<last].reduce(1, *)
    inner = source.shape[last...].reduce(1, *)
  }

  override func run(_ context: ExecutionContext) {
    if dtype == .float32, let number {
      sw_reduce(
        number, source.floats(context), Int64(outer), Int64(count), Int64(inner),
        target.floats(context))
      return
    }
    dtype.visit(Pass(kernel: self, x: source.address(context), y: target.address(context)))
  }

  /// The fold's name among the vector kernels.
  private var number: Int32? {
    switch kind {
    case .sum: Int32(SW_REDUCE_SUM)
    case .prod: Int32(SW_REDUCE_PROD)
    case .max: Int32(SW_REDUCE_MAX)
    case .min: Int32(SW_REDUCE_MIN)
    case .and, .or: nil
    }
  }

  private struct Pass: ElementVisitor {
    let kernel: ReduceKernel
    let x: UnsafeMutableRawPointer
    let y: UnsafeMutableRawPointer

    func visit<E: Element>(_ element: E.Type) {
      let (n, inner) = (kernel.count, kernel.inner)
      for index in 0..<(kernel.outer * inner) {
        let (row, column) = index.quotientAndRemainder(dividingBy: inner)
        let start = row * n * inner + column
        E.store(total(E.self, start), y, index)
      }
    }

    @inline(__always)
    private func total<E: Element>(_ element: E.Type, _ start: Int) -> E.Number {
      switch kernel.kind {
      case .sum where kernel.inner == 1:
        Fold.onLanes(E.self, x, start, kernel.count, .zero) { $0.plus($1) }
      case .sum:
        Fold.inOrder(E.self, x, start, kernel.count, kernel.inner, .zero) { $0.plus($1) }
      case .prod where kernel.inner == 1:
        Fold.onLanes(E.self, x, start, kernel.count, .one) { $0.times($1) }
      case .prod:
        Fold.inOrder(E.self, x, start, kernel.count, kernel.inner, .one) { $0.times($1) }
      case .max:
        Fold.inOrder(E.self, x, start, kernel.count, kernel.inner, lowest()) { $0.greater($1) }
      case .min:
        Fold.inOrder(E.self, x, start, kernel.count, kernel.inner, highest()) { $0.smaller($1) }
      case .and:
        Fold.inOrder(E.self, x, start, kernel.count, kernel.inner, .one) { $0.smaller($1) }
      case .or:
        Fold.inOrder(E.self, x, start, kernel.count, kernel.inner, .zero) { $0.greater($1) }
      }
    }

    private func lowest<Number: Arithmetic>() -> Number {
      kernel.dtype == .bool ? .zero : .lowest
    }

    private func highest<Number: Arithmetic>() -> Number {
      kernel.dtype == .bool ? .one : .highest
    }
  }
}

/// The defined orders of folds.
enum Fold {
  /// How many terms are folded before their total joins the others.
  static let chunk = 4096

  /// Folds terms by ascending index.
  @inline(__always)
  static func inOrder<E: Element>(
    _ element: E.Type, _ x: UnsafeMutableRawPointer, _ start: Int, _ count: Int, _ stride: Int,
    _ identity: E.Number, _ fold: (E.Number, E.Number) -> E.Number
  ) -> E.Number {
    var total = identity
    for first in Swift.stride(from: 0, to: count, by: chunk) {
      var part = identity
      for index in first..<min(first + chunk, count) {
        part = fold(part, E.load(x, start + index * stride))
      }
      total = first == 0 ? part : fold(total, part)
    }
    return total
  }

  /// Folds terms on 16 lanes.
  @inline(__always)
  static func onLanes<E: Element>(
    _ element: E.Type, _ x: UnsafeMutableRawPointer, _ start: Int, _ count: Int,
    _ identity: E.Number, _ fold: (E.Number, E.Number) -> E.Number
  ) -> E.Number {
    var total = identity
    for first in Swift.stride(from: 0, to: count, by: chunk) {
      let part = withUnsafeTemporaryAllocation(of: E.Number.self, capacity: 16) { lanes in
        lanes.initialize(repeating: identity)
        for index in 0..<min(chunk, count - first) {
          lanes[index & 15] = fold(lanes[index & 15], E.load(x, start + first + index))
        }
        var width = 8
        while width > 0 {
          for lane in 0..<width { lanes[lane] = fold(lanes[lane], lanes[lane + width]) }
          width /= 2
        }
        return lanes[0]
      }
      total = first == 0 ? part : fold(total, part)
    }
    return total
  }
}
