import CKernels
import Programs
import Tensors

/// Discrete Fourier transforms of dense rows in single precision.
final class FourierKernel: RowwiseKernel {
  private let op: FFTOp
  private let inputs: [BufferAddress]
  private let outputs: [BufferAddress]
  private let scratch: BufferAddress
  /// Elements of a row of the operands and of the results.
  private let sourceLength: Int
  private let targetLength: Int
  private let transform: FourierTransform

  init(
    _ op: FFTOp, _ inputs: [BufferView], scratch: BufferAddress, to outputs: [BufferView]
  ) {
    self.op = op
    transform = FourierTransform(op, inputs[0].shape)
    self.inputs = inputs.map { BufferAddress($0) }
    self.outputs = outputs.map { BufferAddress($0) }
    self.scratch = scratch
    let shape = inputs[0].shape
    sourceLength = shape[shape.count - 1]
    targetLength = outputs[0].shape[shape.count - 1]
    let rowCount = shape.dropLast().reduce(1, *)
    super.init(
      WorkSplit(total: rowCount, work: rowCount * max(sourceLength, targetLength) * 40))
  }

  /// Each part has a scratch of its own.
  override func run(rows: Range<Int>, part: Int, _ context: ExecutionContext) {
    let re = UnsafePointer(inputs[0].floats(context))
    let im = UnsafePointer(inputs[inputs.count - 1].floats(context))
    let toRe = outputs[0].floats(context)
    let toIm = outputs[outputs.count - 1].floats(context)
    let work = scratch.floats(context) + part * transform.scratchCount
    for row in rows {
      let (from, to) = (row * sourceLength, row * targetLength)
      switch op {
      case .forward, .inverse:
        sw_fft(
          transform.plan, op == .inverse ? 1 : 0, re + from, im + from, toRe + to, toIm + to, work)
      case .realForward: sw_rfft(transform.plan, re + from, toRe + to, toIm + to, work)
      case .realInverse: sw_irfft(transform.plan, re + from, im + from, toRe + to, work)
      }
    }
  }
}

/// The factors and twiddles of one length.
final class FourierTransform {
  let plan: OpaquePointer
  /// Floats of scratch that one transform needs, rounded up to whole cache lines.
  let scratchCount: Int

  /// The transform of rows of an operand of this shape.
  init(_ op: FFTOp, _ shape: Shape) {
    let length = op.length(of: shape)
    guard let plan = sw_fft_plan_make(Int64(length), op.isReal ? 1 : 0) else {
      preconditionFailure("A transform of length \(length) fits into memory.")
    }
    self.plan = plan
    scratchCount = (Int(sw_fft_scratch_count(plan)) + 15) / 16 * 16
  }

  deinit { sw_fft_plan_free(plan) }
}

extension FFTOp {
  /// The length of the transform, of an operand of this shape.
  func length(of shape: Shape) -> Int {
    switch self {
    case .forward, .inverse, .realForward: shape.last ?? 0
    case .realInverse(let count): count
    }
  }

  /// Whether one side is real.
  var isReal: Bool {
    switch self {
    case .forward, .inverse: false
    case .realForward, .realInverse: true
    }
  }
}
