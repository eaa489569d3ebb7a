import Programs
import Tensors

extension DType {
  /// Whether it is computed by rounding results of single precision.
  var isLowPrecision: Bool { self == .bfloat16 || self == .float16 }

  /// The dtype that runtimes compute it in.
  fileprivate var widened: DType { isLowPrecision ? .float32 : self }
}

extension Rewrite {
  /// `bfloat16` and `float16` become `float32` values, rounded to the low precision after every operation
  /// that computes: runtimes have conversions, not arithmetic, of these dtypes.
  static let widenLowPrecision = Rewrite(
    name: "low precision",
    types: .init(changed: { ValueType($0.dtype.widened, $0.shape) })
  ) { operation in
    let (op, operands, builder) = (operation.op, operation.operands, operation.builder)
    switch op {
    case .constant(let tensor):
      return [builder.constant(tensor.converted(to: tensor.dtype.widened))]
    case .iota(let type, let axis):
      let x = builder.iota(ValueType(type.dtype.widened, type.shape), axis: axis)
      return [x.rounded(to: type.dtype)]
    case .convert(let dtype):
      return [operands[0].converted(to: dtype.widened).rounded(to: dtype)]
    case .bitcast, .movement, .select, .compare, .stopGradient, .random, .loop, .composite:
      return nil
    case .unary, .binary, .reduction, .contraction, .indexing, .fft:
      return zip(builder.append(op, operands), operation.results).map { value, old in
        value.rounded(to: old.dtype)
      }
    }
  }
}

extension Value {
  /// This single rounded to the numbers of a low precision; of other dtypes it is as it is.
  fileprivate func rounded(to dtype: DType) -> Value {
    dtype.isLowPrecision ? converted(to: dtype).converted(to: self.dtype) : self
  }
}
