import Programs
import Tensors

/// A function of every row of a dense value, in single precision.
enum RowFunction: Hashable {
  /// `e^(x - max) / Σ e^(x - max)` of rows of so many numbers.
  case softmax(length: Int)
  /// Operands x and perhaps a scale.
  case rmsNorm(Normalization)
  /// Operands x and perhaps a scale and a bias, in this order.
  case layerNorm(Normalization)
  /// A discrete Fourier transform: operands and results as `FFTOp` says.
  case fourier(FFTOp)

  /// What a normalisation has built in.
  struct Normalization: Hashable {
    var length: Int
    var epsilon: Float
    var usesScale: Bool
    var usesBias: Bool
  }

  /// The number of rows of an operand.
  func rowCount(_ x: BufferView) -> Int {
    switch self {
    case .softmax(let length): x.count / length
    case .rmsNorm(let norm), .layerNorm(let norm): x.count / norm.length
    case .fourier: x.shape.dropLast().reduce(1, *)
    }
  }
}
