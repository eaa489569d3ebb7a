import Programs
import Tensors

extension Rewrite {
  /// 32-bit unsigned integers are carried as signed ones of the same bits, which runtimes can add, compare
  /// and move; only shifts, quotients and conversions look at them as unsigned.
  static let signedWords = Rewrite(
    name: "unsigned integers",
    types: .init(
      changed: { ValueType($0.dtype == .uint32 ? .int32 : $0.dtype, $0.shape) }, keepsPorts: true)
  ) { operation in
    let x = operation.operands
    let isUnsigned = operation.operandTypes.first?.dtype == .uint32
    switch operation.op {
    case .constant(let tensor):
      return tensor.dtype == .uint32 ? [operation.builder.constant(tensor.signedWords)] : nil
    case .iota(let type, let axis):
      let signed = ValueType(.int32, type.shape)
      return type.dtype == .uint32 ? [operation.builder.iota(signed, axis: axis)] : nil
    case .convert(let dtype):
      let from = isUnsigned ? x[0].bitcast(to: .uint32) : x[0]
      if dtype == .uint32 { return [isUnsigned ? x[0] : from.converted(to: .uint32).word] }
      return isUnsigned ? [from.converted(to: dtype)] : nil
    case .bitcast(let dtype):
      let target = dtype == .uint32 ? .int32 : dtype
      return [x[0].dtype == target ? x[0] : x[0].bitcast(to: target)]
    case .unary(let op):
      guard isUnsigned else { return nil }
      switch op {
      case .abs: return [x[0]]
      case .sign: return [x[0].compare(.eq, 0).select(x[0].full(0), x[0].full(1))]
      case .neg, .exp, .expm1, .log, .log1p, .sin, .cos, .tanh, .sigmoid, .erf, .sqrt, .rsqrt,
        .floor, .ceil, .round, .not, .isFinite:
        return nil
      }
    case .binary(let op): return isUnsigned ? x[0].unsignedBinary(op, x[1]) : nil
    case .compare(let op):
      guard isUnsigned, op != .eq else { return nil }
      return [x[0].ordered.compare(op, x[1].ordered)]
    case .reduction(let op):
      guard isUnsigned, op.ordersElements else { return nil }
      let results = operation.builder.append(.reduction(op), [x[0].ordered])
      return zip(results, operation.results).map { $1.dtype == .uint32 ? $0.ordered : $0 }
    case .random, .select, .movement, .contraction, .indexing, .fft, .loop, .composite,
      .stopGradient:
      return nil
    }
  }
}

extension Value {
  /// The bits of an unsigned word as a signed one.
  fileprivate var word: Value { bitcast(to: .int32) }

  /// With the sign bit flipped, so that the signed order is the unsigned one; its own inverse.
  fileprivate var ordered: Value { binary(.xor, full(-0x1p31)) }

  fileprivate func unsignedBinary(_ op: BinaryOp, _ other: Value) -> [Value]? {
    func asUnsigned(_ a: Value, _ b: Value) -> Value {
      a.bitcast(to: .uint32).binary(op, b.bitcast(to: .uint32)).word
    }
    switch op {
    case .add, .sub, .mul, .and, .or, .xor: return nil
    case .div, .rem, .pow: return [asUnsigned(self, other)]
    case .max: return [ordered.compare(.lt, other.ordered).select(other, self)]
    case .min: return [ordered.compare(.lt, other.ordered).select(self, other)]
    case .shl, .shr:
      // Runtimes do not say what a shift by the width gives.
      let isInside = full(-1).compare(.lt, other).and(other.compare(.lt, 32))
      let amount = isInside.select(other, full(0))
      return [isInside.select(asUnsigned(self, amount), full(0))]
    }
  }
}

extension ReductionOp {
  /// Whether it depends on the order of numbers.
  fileprivate var ordersElements: Bool {
    switch self {
    case .reduce(let kind, _), .cumulative(let kind, _, _), .reduceWindow(let kind, _):
      kind == .max || kind == .min
    case .argReduce, .sort: true
    }
  }
}

extension Tensor {
  /// Unsigned words as signed ones of the same bits.
  fileprivate var signedWords: Tensor {
    Tensor(.int32, shape: shape) { target in withUnsafeBytes { target.copyBytes($0) } }
  }
}
