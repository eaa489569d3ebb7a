import CKernels
import Programs
import Tensors

/// Discrete Fourier transforms of dense rows in single precision.
final class FastFourierKernel: RowwiseKernel {
  private let op: FFTOp
  private let inputs: [Place]
  private let outputs: [Place]
  private let scratch: Place
  /// Elements of a row of the operands and of the results.
  private let sourceLength: Int
  private let targetLength: Int
  private let transform: FourierTransform

  init(
    _ transform: FourierTransform, _ op: FFTOp, _ inputs: [BufferView], scratch: BufferView,
    to outputs: [BufferView]
  ) {
    self.op = op
    self.transform = transform
    self.inputs = inputs.map { Place($0) }
    self.outputs = outputs.map { Place($0) }
    self.scratch = Place(scratch)
    let shape = inputs[0].shape
    sourceLength = shape[shape.count - 1]
    targetLength = outputs[0].shape[shape.count - 1]
    let rowCount = shape.dropLast().reduce(1, *)
    super.init(
      WorkSplit(total: rowCount, work: rowCount * max(sourceLength, targetLength) * 40))
  }

  /// Each part has a scratch of its own.
  override func run(rows: Range<Int>, part: Int, _ frame: Frame) {
    let re = UnsafePointer(inputs[0].floats(frame))
    let im = UnsafePointer(inputs[inputs.count - 1].floats(frame))
    let toRe = outputs[0].floats(frame)
    let toIm = outputs[outputs.count - 1].floats(frame)
    let work = scratch.floats(frame) + part * transform.scratchCount
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

  init(length: Int, isReal: Bool) {
    guard let plan = sw_fft_plan_make(Int64(length), isReal ? 1 : 0) else {
      preconditionFailure("A transform of length \(length) fits into memory.")
    }
    self.plan = plan
    scratchCount = (Int(sw_fft_scratch_count(plan)) + 15) / 16 * 16
  }

  deinit { sw_fft_plan_free(plan) }
}

extension Planner {
  /// Plans Fourier transforms.
  func transformed(
    _ op: FFTOp, _ operands: [BufferView], _ types: [ValueType]
  ) -> [BufferView] {
    let inputs = operands.map { dense($0) }
    let targets = types.map { result($0, of: inputs) }
    guard targets.allSatisfy({ $0.count > 0 }) else { return targets }
    let lastAxis = inputs[0].shape.count - 1
    let length: Int
    let isReal: Bool
    switch op {
    case .forward, .inverse: (length, isReal) = (inputs[0].shape[lastAxis], false)
    case .realForward: (length, isReal) = (inputs[0].shape[lastAxis], true)
    case .realInverse(let count): (length, isReal) = (count, true)
    }
    guard inputs[0].dtype == .float32, length > 0 else {
      add(FourierKernel(op, inputs, to: targets), reads: inputs, writes: targets)
      return targets
    }
    let transform = FourierTransform(length: length, isReal: isReal)
    let scratchCount = transform.scratchCount * WorkerPool.partLimit
    let scratch = result(ValueType(.float32, [scratchCount]), of: inputs)
    add(
      FastFourierKernel(transform, op, inputs, scratch: scratch, to: targets), reads: inputs,
      writes: targets, scratch: scratch)
    return targets
  }
}
