import Programs
import Tensors

/// The cross-correlation of a dense input with a dense kernel, for every dtype.
///
/// Each result is `sum in order of fma(x, w)` from +0, taps in row-major order and channels within
/// a tap, zeros of padding included, in chunks of 4096 terms whose totals are then added in order.
final class GenericConvolutionKernel: Kernel {
  private let dimensions: ConvolutionDimensions
  private let dtype: DType
  private let input: BufferAddress
  private let weights: BufferAddress
  private let target: BufferAddress
  private let inputShape: Shape
  private let inputStrides: [Int]
  private let kernelShape: Shape
  private let targetShape: Shape
  private let tapCount: Int
  private let spatialCount: Int

  init(
    _ dimensions: ConvolutionDimensions, _ input: BufferView, _ weights: BufferView,
    to target: BufferView
  ) {
    self.dimensions = dimensions
    dtype = input.dtype
    self.input = BufferAddress(input)
    self.weights = BufferAddress(weights)
    self.target = BufferAddress(target)
    inputShape = input.shape
    inputStrides = input.shape.rowMajorStrides
    kernelShape = weights.shape
    targetShape = target.shape
    let spatial = dimensions.strides.count
    tapCount = weights.shape[..<spatial].reduce(1, *)
    spatialCount = target.shape[1...spatial].reduce(1, *)
  }

  override func run(_ context: ExecutionContext) {
    dtype.visit(
      Pass(
        kernel: self, x: input.address(context), w: weights.address(context),
        y: target.address(context)))
  }

  /// The offset in the input of what a tap sees from an output place; nil for padding.
  @inline(__always)
  private func source(_ place: Int, _ tap: Int) -> Int? {
    var (rest, tapRest, offset) = (place, tap, 0)
    var axis = dimensions.strides.count - 1
    while axis >= 0 {
      let (quotient, index) = rest.quotientAndRemainder(dividingBy: targetShape[axis + 1])
      let (tapQuotient, tapIndex) = tapRest.quotientAndRemainder(dividingBy: kernelShape[axis])
      let reach = index * dimensions.strides[axis] + tapIndex * dimensions.kernelDilation[axis]
      let stuffed = reach - dimensions.padLow[axis]
      let element = stuffed / dimensions.inputDilation[axis]
      guard stuffed >= 0, stuffed % dimensions.inputDilation[axis] == 0,
        element < inputShape[axis + 1]
      else { return nil }
      offset += element * inputStrides[axis + 1]
      (rest, tapRest) = (quotient, tapQuotient)
      axis -= 1
    }
    return offset
  }

  private struct Pass: ElementVisitor {
    let kernel: GenericConvolutionKernel
    let x: UnsafeMutableRawPointer
    let w: UnsafeMutableRawPointer
    let y: UnsafeMutableRawPointer

    func visit<E: Element>(_ element: E.Type) {
      let spatial = kernel.dimensions.strides.count
      let channels = kernel.kernelShape[spatial]
      let outputs = kernel.kernelShape[spatial + 1]
      guard outputs > 0 else { return }
      let batchSpan = outputs / kernel.dimensions.batchGroups
      let featureSpan = outputs / kernel.dimensions.featureGroups
      for row in 0..<kernel.targetShape[0] {
        for place in 0..<kernel.spatialCount {
          for output in 0..<outputs {
            let inputRow = output / batchSpan * kernel.targetShape[0] + row
            let base = inputRow * kernel.inputStrides[0] + output / featureSpan * channels
            let total = sum(E.self, base, place, channels, outputs, output)
            E.store(total, y, (row * kernel.spatialCount + place) * outputs + output)
          }
        }
      }
    }

    @inline(__always)
    private func sum<E: Element>(
      _ element: E.Type, _ base: Int, _ place: Int, _ channels: Int, _ outputs: Int, _ output: Int
    ) -> E.Number {
      var (total, part) = (E.Number.zero, E.Number.zero)
      var (term, isFirst) = (0, true)
      for tap in 0..<kernel.tapCount {
        let source = kernel.source(place, tap)
        for channel in 0..<channels {
          if term == Fold.chunk {
            total = isFirst ? part : total.plus(part)
            (part, term, isFirst) = (.zero, 0, false)
          }
          let value = source.map { E.load(x, base + $0 + channel) } ?? .zero
          let weight = E.load(w, (tap * channels + channel) * outputs + output)
          part = part.plus(value, times: weight)
          term += 1
        }
      }
      return isFirst ? part : total.plus(part)
    }
  }
}
