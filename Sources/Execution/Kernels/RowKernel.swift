import CKernels

/// Softmax or a normalisation of every row of a dense value, in single precision.
final class RowKernel: RowwiseKernel {
  enum Function {
    case softmax
    case rmsNorm(epsilon: Float)
    case layerNorm(epsilon: Float)
  }

  private let function: Function
  private let source: BufferAddress
  private let scale: BufferAddress?
  private let bias: BufferAddress?
  private let target: BufferAddress
  private let length: Int

  init(softmaxOf source: BufferView, length: Int, to target: BufferView) {
    function = .softmax
    (scale, bias) = (nil, nil)
    self.source = BufferAddress(source)
    self.target = BufferAddress(target)
    self.length = length
    super.init(Self.split(source, length))
  }

  /// `operands` are x, then scale and bias as far as the normalisation uses them.
  init(
    _ norm: RowFunction.Normalization, isCentered: Bool, _ operands: [BufferView],
    to target: BufferView
  ) {
    function = isCentered ? .layerNorm(epsilon: norm.epsilon) : .rmsNorm(epsilon: norm.epsilon)
    scale = norm.usesScale ? BufferAddress(operands[1]) : nil
    bias = norm.usesBias ? operands.last.map { BufferAddress($0) } : nil
    source = BufferAddress(operands[0])
    self.target = BufferAddress(target)
    length = norm.length
    super.init(Self.split(operands[0], norm.length))
  }

  private static func split(_ source: BufferView, _ length: Int) -> WorkSplit {
    let rowCount = source.count / length
    return WorkSplit(total: rowCount, work: rowCount * length * 8)
  }

  override func run(rows: Range<Int>, part: Int, _ context: ExecutionContext) {
    let (x, y) = (source.floats(context), target.floats(context))
    let factor = scale?.floats(context)
    let offset = bias?.floats(context)
    for row in rows {
      let (from, to) = (x + row * length, y + row * length)
      switch function {
      case .softmax: sw_softmax(from, Int64(length), to)
      case .rmsNorm(let epsilon): sw_rms_norm(from, Int64(length), epsilon, factor, to)
      case .layerNorm(let epsilon):
        sw_layer_norm(from, Int64(length), epsilon, factor, offset, to)
      }
    }
  }
}
