import CKernels

/// A function of every row of a dense value, in single precision.
final class RowKernel: RowwiseKernel {
  enum Function {
    case softmax
    case rmsNorm(epsilon: Float)
    case layerNorm(epsilon: Float)
  }

  private let function: Function
  private let source: Place
  private let scale: Place?
  private let bias: Place?
  private let target: Place
  private let length: Int

  init(
    _ function: Function, _ source: BufferView, scale: BufferView? = nil,
    bias: BufferView? = nil, to target: BufferView, length: Int
  ) {
    self.function = function
    self.source = Place(source)
    self.scale = scale.map { Place($0) }
    self.bias = bias.map { Place($0) }
    self.target = Place(target)
    self.length = length
    let rowCount = source.count / length
    super.init(WorkSplit(total: rowCount, work: rowCount * length * 8))
  }

  override func run(rows: Range<Int>, part: Int, _ frame: Frame) {
    let (x, y) = (source.floats(frame), target.floats(frame))
    let factor = scale?.floats(frame)
    let offset = bias?.floats(frame)
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
