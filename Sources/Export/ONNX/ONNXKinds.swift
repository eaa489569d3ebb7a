import Programs
import Tensors

extension UnaryOp {
  /// The operator of ONNX; nil for those that legalisation has replaced.
  func onnxKind(_ dtype: DType) -> String? {
    switch self {
    case .neg: "Neg"
    case .abs: "Abs"
    case .sign: "Sign"
    case .exp: "Exp"
    case .log: "Log"
    case .sin: "Sin"
    case .cos: "Cos"
    case .tanh: "Tanh"
    case .sigmoid: "Sigmoid"
    case .erf: "Erf"
    case .sqrt: "Sqrt"
    case .floor: "Floor"
    case .ceil: "Ceil"
    case .round: "Round"
    case .not: dtype == .bool ? "Not" : "BitwiseNot"
    case .expm1, .log1p, .rsqrt, .isFinite: nil
    }
  }
}

extension BinaryOp {
  /// The operator of ONNX; nil for shifts and remainders, which have attributes.
  func onnxKind(_ dtype: DType) -> String? {
    let isLogic = dtype == .bool
    return switch self {
    case .add: isLogic ? nil : "Add"
    case .sub: isLogic ? nil : "Sub"
    case .mul: isLogic ? nil : "Mul"
    case .div: isLogic ? nil : "Div"
    case .max: isLogic ? "Or" : "Max"
    case .min: isLogic ? "And" : "Min"
    case .pow: isLogic ? nil : "Pow"
    case .and: isLogic ? "And" : "BitwiseAnd"
    case .or: isLogic ? "Or" : "BitwiseOr"
    case .xor: isLogic ? "Xor" : "BitwiseXor"
    case .rem, .shl, .shr: nil
    }
  }
}

extension CompareOp {
  /// The operator of ONNX.
  var onnxKind: String {
    switch self {
    case .eq: "Equal"
    case .lt: "Less"
    case .le: "LessOrEqual"
    }
  }
}

extension ReductionKind {
  /// The operator of ONNX; nil for those of truth values, which there are none for.
  var onnxKind: String? {
    switch self {
    case .sum: "ReduceSum"
    case .prod: "ReduceProd"
    case .max: "ReduceMax"
    case .min: "ReduceMin"
    case .and, .or: nil
    }
  }
}
