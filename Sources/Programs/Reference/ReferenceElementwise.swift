import Tensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension ReferenceArray {
  static func iota(_ type: ValueType, axis: Int) -> ReferenceArray {
    var strides: [Int] = Array(repeating: 0, count: type.rank)
    strides[axis] = 1
    let numbers = Positions.walk(type.shape, strides)
    return type.dtype.isFloating
      ? ReferenceArray(rounding: numbers.map(Double.init), type)
      : ReferenceArray(wrapping: numbers.map(Int64.init), type)
  }

  func converted(to dtype: DType) -> ReferenceArray {
    ReferenceArray(tensor.converted(to: dtype))
  }

  func bitcast(to dtype: DType) -> ReferenceArray {
    let source = tensor
    return ReferenceArray(
      Tensor(dtype, shape: type.shape) { target in
        source.withUnsafeBytes { target.copyBytes($0) }
      })
  }

  static func selected(
    _ condition: ReferenceArray, _ a: ReferenceArray, _ b: ReferenceArray
  ) -> ReferenceArray {
    let positions = condition.integers.enumerated().filter { $0.element == 0 }.map(\.offset)
    return a.replacing(positions, with: b.taking(positions, as: [positions.count]))
  }
}

extension UnaryOp {
  func evaluated(_ x: ReferenceArray) -> ReferenceArray {
    switch x.elements {
    case .floats(let values) where self == .isFinite:
      ReferenceArray(
        wrapping: values.map { $0.isFinite ? 1 : 0 }, ValueType(.bool, x.type.shape))
    case .floats(let values):
      ReferenceArray(rounding: values.map { value(of: self, at: $0, x.type.dtype) }, x.type)
    case .integers(let values):
      ReferenceArray(wrapping: values.map { integer($0, x.type.dtype) }, x.type)
    }
  }

  private func integer(_ x: Int64, _ dtype: DType) -> Int64 {
    switch self {
    case .neg: return 0 &- x
    case .abs: return x < 0 ? 0 &- x : x
    case .sign: return x.signum()
    case .not: return dtype == .bool ? 1 - x : ~x
    case .exp, .expm1, .log, .log1p, .sin, .cos, .tanh, .sigmoid, .erf, .sqrt, .rsqrt, .floor,
      .ceil, .round, .isFinite:
      preconditionFailure("\(rawValue) takes floats only.")
    }
  }
}

extension BinaryOp {
  func evaluated(_ a: ReferenceArray, _ b: ReferenceArray) -> ReferenceArray {
    switch a.elements {
    case .floats(let left):
      return ReferenceArray(rounding: zip(left, b.floats).map { float($0, $1) }, a.type)
    case .integers(let left):
      let width = Int64(a.type.dtype.byteCount * 8)
      return ReferenceArray(
        wrapping: zip(left, b.integers).map { integer($0, $1, width: width) }, a.type)
    }
  }

  func float(_ a: Double, _ b: Double) -> Double {
    switch self {
    case .add: return a + b
    case .sub: return a - b
    case .mul: return a * b
    case .div: return a / b
    case .rem: return fmod(a, b)
    case .max:
      if a.isNaN || b.isNaN { return .nan }
      return a == b ? (a.sign == .plus ? a : b) : (a > b ? a : b)
    case .min:
      if a.isNaN || b.isNaN { return .nan }
      return a == b ? (a.sign == .minus ? a : b) : (a < b ? a : b)
    case .pow: return power(a, b)
    case .and, .or, .xor, .shl, .shr: preconditionFailure("\(rawValue) takes no floats.")
    }
  }

  func integer(_ a: Int64, _ b: Int64, width: Int64) -> Int64 {
    switch self {
    case .add: return a &+ b
    case .sub: return a &- b
    case .mul: return a &* b
    case .div: return b == 0 ? 0 : a.dividedReportingOverflow(by: b).partialValue
    case .rem: return b == 0 || b == -1 ? 0 : a % b
    case .max: return Swift.max(a, b)
    case .min: return Swift.min(a, b)
    case .and: return a & b
    case .or: return a | b
    case .xor: return a ^ b
    case .shl: return b >= width ? 0 : a << b
    case .shr: return b >= width ? 0 : a >> b
    case .pow: preconditionFailure("pow takes floats only.")
    }
  }
}

extension CompareOp {
  func evaluated(_ a: ReferenceArray, _ b: ReferenceArray) -> ReferenceArray {
    let type = ValueType(.bool, a.type.shape)
    switch a.elements {
    case .floats(let left):
      return ReferenceArray(wrapping: zip(left, b.floats).map { holds($0, $1) ? 1 : 0 }, type)
    case .integers(let left):
      return ReferenceArray(wrapping: zip(left, b.integers).map { holds($0, $1) ? 1 : 0 }, type)
    }
  }

  private func holds<Number: Comparable>(_ a: Number, _ b: Number) -> Bool {
    switch self {
    case .eq: a == b
    case .lt: a < b
    case .le: a <= b
    }
  }
}

// Outside the enums, whose cases would hide the library's functions of the same names.

private func value(of op: UnaryOp, at x: Double, _ dtype: DType) -> Double {
  switch op {
  case .neg: return -x
  case .abs: return x.magnitude
  case .sign: return x > 0 ? 1 : x < 0 ? -1 : x
  case .exp: return exp(x)
  case .expm1: return expm1(x)
  case .log: return log(x)
  case .log1p: return log1p(x)
  case .sin: return sin(x)
  case .cos: return cos(x)
  case .tanh: return tanh(x)
  case .sigmoid: return x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x))
  case .erf: return erf(x)
  case .sqrt: return x.squareRoot()
  case .rsqrt:
    let root = x.squareRoot()
    return 1 / (dtype == .float64 ? root : Double(Float(root)))
  case .floor: return x.rounded(.down)
  case .ceil: return x.rounded(.up)
  case .round: return x.rounded(.toNearestOrEven)
  case .not, .isFinite: preconditionFailure("\(op.rawValue) has no floating result.")
  }
}

private func power(_ a: Double, _ b: Double) -> Double { pow(a, b) }
