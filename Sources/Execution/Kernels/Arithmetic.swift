import Programs

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Numbers as programs compute with them: integers wrap, floats follow IEEE 754.
protocol Arithmetic: Comparable, Convertible, BitwiseCopyable {
  static var zero: Self { get }
  static var one: Self { get }
  /// The value of a maximum over nothing.
  static var lowest: Self { get }
  /// The value of a minimum over nothing.
  static var highest: Self { get }
  var isUnordered: Bool { get }
  /// Whether this is a zero with a minus sign.
  var isMinusZero: Bool { get }
  var negated: Self { get }
  var absolute: Self { get }
  var signum: Self { get }
  func plus(_ other: Self) -> Self
  func minus(_ other: Self) -> Self
  func times(_ other: Self) -> Self
  func divided(by other: Self) -> Self
  func remainder(by other: Self) -> Self
  /// `self + a * b`, rounded once.
  func plus(_ a: Self, times b: Self) -> Self
}

extension Arithmetic {
  /// The greater; NaN if either is; +0 counts as greater than -0.
  @inline(__always)
  func greater(_ other: Self) -> Self {
    if isUnordered { return self }
    if other.isUnordered { return other }
    if self == other { return isMinusZero ? other : self }
    return self > other ? self : other
  }

  /// The smaller; NaN if either is; -0 counts as smaller than +0.
  @inline(__always)
  func smaller(_ other: Self) -> Self {
    if isUnordered { return self }
    if other.isUnordered { return other }
    if self == other { return isMinusZero ? self : other }
    return self < other ? self : other
  }

  /// Whether this comes before the other in an ascending sort, in which NaN comes last.
  @inline(__always)
  func precedes(_ other: Self) -> Bool { self < other || (other.isUnordered && !isUnordered) }
}

extension Arithmetic where Self: FixedWidthInteger {
  static var one: Self { 1 }
  static var lowest: Self { min }
  static var highest: Self { max }
  var isUnordered: Bool { false }
  var isMinusZero: Bool { false }
  var negated: Self { 0 &- self }
  var absolute: Self { self < 0 ? 0 &- self : self }
  var signum: Self { self == 0 ? 0 : self > 0 ? 1 : 0 &- 1 }
  func plus(_ other: Self) -> Self { self &+ other }
  func minus(_ other: Self) -> Self { self &- other }
  func times(_ other: Self) -> Self { self &* other }
  func divided(by other: Self) -> Self {
    other == 0 ? 0 : dividedReportingOverflow(by: other).partialValue
  }
  func remainder(by other: Self) -> Self {
    other == 0 ? 0 : remainderReportingOverflow(dividingBy: other).partialValue
  }
  func plus(_ a: Self, times b: Self) -> Self { self &+ a &* b }
}

extension Int8: Arithmetic {}
extension Int16: Arithmetic {}
extension Int32: Arithmetic {}
extension Int64: Arithmetic {}
extension UInt8: Arithmetic {}
extension UInt32: Arithmetic {}

extension Arithmetic where Self: BinaryFloatingPoint {
  static var one: Self { 1 }
  static var lowest: Self { -.infinity }
  static var highest: Self { .infinity }
  var isUnordered: Bool { isNaN }
  var isMinusZero: Bool { sign == .minus && isZero }
  var negated: Self { -self }
  var absolute: Self { magnitude }
  var signum: Self { self > 0 ? 1 : self < 0 ? -1 : self }
  func plus(_ other: Self) -> Self { self + other }
  func minus(_ other: Self) -> Self { self - other }
  func times(_ other: Self) -> Self { self * other }
  func divided(by other: Self) -> Self { self / other }
  func remainder(by other: Self) -> Self { truncatingRemainder(dividingBy: other) }
  func plus(_ a: Self, times b: Self) -> Self { addingProduct(a, b) }
}

/// Floating numbers with elementary functions.
protocol Real: Arithmetic, BinaryFloatingPoint {
  func applying(_ op: UnaryOp) -> Self
  func power(_ exponent: Self) -> Self
}

extension Double: Real {
  func power(_ exponent: Double) -> Double { pow(self, exponent) }

  func applying(_ op: UnaryOp) -> Double {
    switch op {
    case .neg: return negated
    case .abs: return absolute
    case .sign: return signum
    case .exp: return exp(self)
    case .expm1: return expm1(self)
    case .log: return log(self)
    case .log1p: return log1p(self)
    case .sin: return sin(self)
    case .cos: return cos(self)
    case .tanh: return tanh(self)
    case .sigmoid:
      let e = exp(-magnitude)
      return self >= 0 ? 1 / (1 + e) : e / (1 + e)
    case .erf: return erf(self)
    case .sqrt: return squareRoot()
    case .rsqrt: return 1 / squareRoot()
    case .floor: return rounded(.down)
    case .ceil: return rounded(.up)
    case .round: return rounded(.toNearestOrEven)
    case .not, .isFinite: preconditionFailure("\(op.rawValue) has no floating result.")
    }
  }
}

extension Float: Real {
  func power(_ exponent: Float) -> Float { Float(pow(Double(self), Double(exponent))) }

  func applying(_ op: UnaryOp) -> Float {
    switch op {
    case .neg: return negated
    case .abs: return absolute
    case .sign: return signum
    case .sqrt: return squareRoot()
    case .rsqrt: return 1 / squareRoot()
    case .floor: return rounded(.down)
    case .ceil: return rounded(.up)
    case .round: return rounded(.toNearestOrEven)
    case .exp, .expm1, .log, .log1p, .sin, .cos, .tanh, .sigmoid, .erf:
      return Float(Double(self).applying(op))
    case .not, .isFinite: preconditionFailure("\(op.rawValue) has no floating result.")
    }
  }
}
