import Programs
import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Discrete Fourier transforms of dense rows, by direct sums in double precision, rounded once.
final class GenericFourierKernel: Kernel {
  private let op: FFTOp
  private let dtype: DType
  private let inputs: [BufferAddress]
  private let outputs: [BufferAddress]
  private let rowCount: Int
  /// Elements of a row of the operands and of the results.
  private let sourceLength: Int
  private let targetLength: Int
  /// The length of the transform.
  private let length: Int
  private let cosines: [Double]
  private let sines: [Double]

  init(_ op: FFTOp, _ inputs: [BufferView], to outputs: [BufferView]) {
    self.op = op
    dtype = inputs[0].dtype
    self.inputs = inputs.map { BufferAddress($0) }
    self.outputs = outputs.map { BufferAddress($0) }
    let rank = inputs[0].shape.count
    sourceLength = inputs[0].shape[rank - 1]
    targetLength = outputs[0].shape[rank - 1]
    rowCount = inputs[0].shape[..<(rank - 1)].reduce(1, *)
    switch op {
    case .forward, .inverse, .realForward: length = sourceLength
    case .realInverse(let count): length = count
    }
    let sign: Double = op == .forward || op == .realForward ? -1 : 1
    let step = sign * 2 * Double.pi / Double(length)
    cosines = (0..<length).map { cos(step * Double($0)) }
    sines = (0..<length).map { sin(step * Double($0)) }
  }

  override func run(_ context: ExecutionContext) {
    dtype.visit(Pass(kernel: self, context: context))
  }

  private struct Pass: RealVisitor {
    let kernel: GenericFourierKernel
    let context: ExecutionContext

    func visit<E: Element>(_ element: E.Type) where E.Number: Real {
      for row in 0..<kernel.rowCount {
        for bin in 0..<kernel.targetLength { transform(E.self, row, bin) }
      }
    }

    @inline(__always)
    private func transform<E: Element>(
      _ element: E.Type, _ row: Int, _ bin: Int
    ) where E.Number: Real {
      let start = row * kernel.sourceLength
      let re = kernel.inputs[0].address(context)
      let im = kernel.inputs.count > 1 ? kernel.inputs[1].address(context) : nil
      var (sumRe, sumIm) = (0.0, 0.0)
      var angle = 0
      for n in 0..<kernel.length {
        // A spectrum of real values mirrors its first half; bins 0 and n / 2 count as real.
        let isMirrored = n >= kernel.sourceLength
        let source = isMirrored ? kernel.length - n : n
        let isReal = kernel.outputs.count == 1 && (n == 0 || 2 * n == kernel.length)
        let x = Double(E.load(re, start + source))
        var y = isReal ? 0 : im.map { Double(E.load($0, start + source)) } ?? 0
        if isMirrored { y = -y }
        let (c, s) = (kernel.cosines[angle], kernel.sines[angle])
        sumRe += x * c - y * s
        sumIm += x * s + y * c
        angle += bin
        if angle >= kernel.length { angle -= kernel.length }
      }
      if kernel.op != .forward && kernel.op != .realForward {
        sumRe /= Double(kernel.length)
        sumIm /= Double(kernel.length)
      }
      let place = row * kernel.targetLength + bin
      E.store(E.Number(sumRe), kernel.outputs[0].address(context), place)
      if kernel.outputs.count > 1 {
        E.store(E.Number(sumIm), kernel.outputs[1].address(context), place)
      }
    }
  }
}
