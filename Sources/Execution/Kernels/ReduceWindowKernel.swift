import Programs
import Tensors

/// Folds windows of a dense operand, taps in row-major order; padding is left out.
final class ReduceWindowKernel: Kernel {
  private let kind: ReductionKind
  private let dtype: DType
  private let source: BufferAddress
  private let target: BufferAddress
  private let window: WindowDimensions
  private let shape: Shape
  private let strides: [Int]
  private let targetShape: Shape
  private let tapCount: Int

  init(
    _ kind: ReductionKind, _ window: WindowDimensions, from source: BufferView,
    to target: BufferView
  ) {
    self.kind = kind
    dtype = source.dtype
    self.source = BufferAddress(source)
    self.target = BufferAddress(target)
    self.window = window
    shape = source.shape
    strides = source.shape.rowMajorStrides
    targetShape = target.shape
    tapCount = window.size.elementCount
  }

  override func run(_ context: ExecutionContext) {
    dtype.visit(Pass(kernel: self, x: source.address(context), y: target.address(context)))
  }

  /// The position in the operand of a tap of a result's window; nil for padding.
  @inline(__always)
  private func position(_ result: Int, _ tap: Int) -> Int? {
    var (rest, tapRest, position) = (result, tap, 0)
    var axis = shape.count - 1
    while axis >= 0 {
      let (quotient, place) = rest.quotientAndRemainder(dividingBy: targetShape[axis])
      let (tapQuotient, tapPlace) = tapRest.quotientAndRemainder(dividingBy: window.size[axis])
      let index =
        place * window.stride[axis] + tapPlace * window.dilation[axis] - window.padLow[axis]
      guard index >= 0 && index < shape[axis] else { return nil }
      position += index * strides[axis]
      (rest, tapRest) = (quotient, tapQuotient)
      axis -= 1
    }
    return position
  }

  private struct Pass: ElementVisitor {
    let kernel: ReduceWindowKernel
    let x: UnsafeMutableRawPointer
    let y: UnsafeMutableRawPointer

    func visit<E: Element>(_ element: E.Type) {
      let isBool = kernel.dtype == .bool
      switch kernel.kind {
      case .sum: fold(E.self, .zero) { $0.plus($1) }
      case .prod: fold(E.self, .one) { $0.times($1) }
      case .max: fold(E.self, isBool ? .zero : .lowest) { $0.greater($1) }
      case .min: fold(E.self, isBool ? .one : .highest) { $0.smaller($1) }
      case .and: fold(E.self, .one) { $0.smaller($1) }
      case .or: fold(E.self, .zero) { $0.greater($1) }
      }
    }

    @inline(__always)
    private func fold<E: Element>(
      _ element: E.Type, _ identity: E.Number, _ fold: (E.Number, E.Number) -> E.Number
    ) {
      for result in 0..<kernel.targetShape.elementCount {
        var total = identity
        for tap in 0..<kernel.tapCount {
          guard let position = kernel.position(result, tap) else { continue }
          total = fold(total, E.load(x, position))
        }
        E.store(total, y, result)
      }
    }
  }
}
