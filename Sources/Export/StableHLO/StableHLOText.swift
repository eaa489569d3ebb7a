import Programs
import Tensors

/// Spellings of StableHLO's text form.
enum StableHLOText {
  /// Such as `tensor<2x4xf32>`.
  static func type(_ type: ValueType) -> String {
    "tensor<" + type.shape.map { "\($0)x" }.joined() + element(type.dtype) + ">"
  }

  /// Such as `tensor<2x3xcomplex<f32>>`.
  static func complex(_ type: ValueType) -> String {
    "tensor<" + type.shape.map { "\($0)x" }.joined() + "complex<\(element(type.dtype))>>"
  }

  static func scalar(_ dtype: DType) -> String { type(ValueType(dtype, [])) }

  static func element(_ dtype: DType) -> String {
    switch dtype {
    case .float32: "f32"
    case .float64: "f64"
    case .bfloat16: "bf16"
    case .float16: "f16"
    case .int8: "i8"
    case .int16: "i16"
    case .int32: "i32"
    case .int64: "i64"
    case .uint8: "ui8"
    case .uint32: "ui32"
    case .bool: "i1"
    case .complex64: "complex<f32>"
    }
  }

  /// Such as `[1, 0]`.
  static func list(_ numbers: [Int]) -> String {
    "[" + numbers.map(String.init).joined(separator: ", ") + "]"
  }

  /// Such as `array<i64: 1, 0>`.
  static func array(_ numbers: [Int]) -> String {
    let text = numbers.map(String.init).joined(separator: ", ")
    return text.isEmpty ? "array<i64>" : "array<i64: \(text)>"
  }

  /// A comparison is of this kind of numbers.
  static func comparison(_ dtype: DType) -> String {
    if dtype.isFloating { return "FLOAT" }
    return dtype == .uint32 || dtype == .uint8 || dtype == .bool ? "UNSIGNED" : "SIGNED"
  }

  /// The elements of a constant: floating numbers and arrays as bits.
  static func dense(_ tensor: Tensor) -> String {
    let type = StableHLOText.type(ValueType(tensor.dtype, tensor.shape))
    return "stablehlo.constant dense<\(elements(tensor))> : \(type)"
  }

  private static func elements(_ tensor: Tensor) -> String {
    guard tensor.count > 0 else { return "" }
    if tensor.dtype == .bool {
      return flags(tensor.elements(as: Bool.self)[...], tensor.shape[...])
    }
    let bytes = tensor.withUnsafeBytes { Array($0) }
    guard tensor.count == 1 else { return "\"0x\(hexadecimal(bytes))\"" }
    return tensor.dtype.isFloating
      ? "0x\(hexadecimal(bytes.reversed()))" : "\(tensor.elements(as: Int64.self)[0])"
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(2 * bytes.count)
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Truth values as nested lists.
  private static func flags(_ values: ArraySlice<Bool>, _ shape: ArraySlice<Int>) -> String {
    guard let extent = shape.first else { return values.first == true ? "true" : "false" }
    let size = values.count / extent
    let parts = (0..<extent).map { index in
      let start = values.startIndex + index * size
      return flags(values[start..<(start + size)], shape.dropFirst())
    }
    return "[" + parts.joined(separator: ", ") + "]"
  }
}

extension UnaryOp {
  /// The operation of StableHLO; nil for those that legalisation has replaced.
  var stableHLOName: String? {
    switch self {
    case .neg: "negate"
    case .abs: "abs"
    case .sign: "sign"
    case .exp: "exponential"
    case .expm1: "exponential_minus_one"
    case .log: "log"
    case .log1p: "log_plus_one"
    case .sin: "sine"
    case .cos: "cosine"
    case .tanh: "tanh"
    case .sigmoid: "logistic"
    case .sqrt: "sqrt"
    case .floor: "floor"
    case .ceil: "ceil"
    case .round: "round_nearest_even"
    case .not: "not"
    case .isFinite: "is_finite"
    case .erf, .rsqrt: nil
    }
  }
}

extension BinaryOp {
  /// The operation of StableHLO.
  var stableHLOName: String {
    switch self {
    case .add: "add"
    case .sub: "subtract"
    case .mul: "multiply"
    case .div: "divide"
    case .rem: "remainder"
    case .max: "maximum"
    case .min: "minimum"
    case .pow: "power"
    case .and: "and"
    case .or: "or"
    case .xor: "xor"
    case .shl: "shift_left"
    case .shr: "shift_right_logical"
    }
  }
}

extension ReductionKind {
  /// The operation of two elements that it folds with; extremes of truth values are logic.
  func stableHLOName(_ dtype: DType) -> String {
    switch self {
    case .max where dtype == .bool: "or"
    case .min where dtype == .bool: "and"
    case .sum, .prod, .max, .min, .and, .or: binary.stableHLOName
    }
  }
}
