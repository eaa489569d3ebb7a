import Programs
import Tensors

/// The batched product of two views over paired axes, for every dtype.
///
/// Each result is `sum in order of fma(a, b)`: from +0, by ascending place in the contracting axes,
/// in chunks of 4096 terms whose totals are then added in order. 16-bit floats are rounded once.
final class GenericDotKernel: Kernel {
  private let dtype: DType
  private let left: BufferAddress
  private let right: BufferAddress
  private let target: BufferAddress
  private let batches: [(left: Int, right: Int)]
  private let rows: [Int]
  private let columns: [Int]
  private let terms: [(left: Int, right: Int)]

  init(
    _ dimensions: DotDimensions, _ left: BufferView, _ right: BufferView, to target: BufferView
  ) {
    dtype = left.dtype
    self.left = BufferAddress(left)
    self.right = BufferAddress(right)
    self.target = BufferAddress(target)
    batches = Array(
      zip(
        left.offsets(axes: dimensions.leftBatch), right.offsets(axes: dimensions.rightBatch)
      ).map { (left: $0, right: $1) })
    terms = Array(
      zip(
        left.offsets(axes: dimensions.leftContracting),
        right.offsets(axes: dimensions.rightContracting)
      ).map { (left: $0, right: $1) })
    rows = left.offsets(axes: left.axes(except: dimensions.leftBatch + dimensions.leftContracting))
    columns = right.offsets(
      axes: right.axes(except: dimensions.rightBatch + dimensions.rightContracting))
  }

  override func run(_ context: ExecutionContext) {
    dtype.visit(
      Pass(
        kernel: self, a: left.address(context), b: right.address(context),
        y: target.address(context)))
  }

  private struct Pass: ElementVisitor {
    let kernel: GenericDotKernel
    let a: UnsafeMutableRawPointer
    let b: UnsafeMutableRawPointer
    let y: UnsafeMutableRawPointer

    func visit<E: Element>(_ element: E.Type) {
      var place = 0
      for batch in kernel.batches {
        for row in kernel.rows {
          for column in kernel.columns {
            E.store(sum(E.self, batch.left + row, batch.right + column), y, place)
            place += 1
          }
        }
      }
    }

    @inline(__always)
    private func sum<E: Element>(_ element: E.Type, _ i: Int, _ j: Int) -> E.Number {
      let count = kernel.terms.count
      var total = E.Number.zero
      for first in stride(from: 0, to: count, by: Fold.chunk) {
        var part = E.Number.zero
        for index in first..<min(first + Fold.chunk, count) {
          let term = kernel.terms[index]
          part = part.plus(E.load(a, i + term.left), times: E.load(b, j + term.right))
        }
        total = first == 0 ? part : total.plus(part)
      }
      return total
    }
  }
}

extension BufferView {
  /// The offsets met in a row-major walk over some axes, in elements from the view's first.
  func offsets(axes: [Int]) -> [Int] {
    var offsets = [0]
    for axis in axes {
      offsets = offsets.flatMap { base in (0..<shape[axis]).map { base + $0 * strides[axis] } }
    }
    return offsets
  }
}
