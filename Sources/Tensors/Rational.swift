/// An exact fraction: output ratios and block arithmetic must never round.
///
/// Where numerator or denominator would be beyond `Int.max`, they become that: such rates mean nothing,
/// but asking for them must not end a program.
public struct Rational: Hashable, Sendable, Comparable, CustomStringConvertible,
  ExpressibleByIntegerLiteral
{
  /// The numerator; carries the sign.
  public let numerator: Int
  /// The denominator; always positive, with no common factor.
  public let denominator: Int

  /// Makes `numerator / denominator` in lowest terms.
  ///
  /// - Precondition: `denominator` is not zero.
  public init(_ numerator: Int, _ denominator: Int = 1) {
    precondition(denominator != 0, "A fraction with denominator 0.")
    let divisor = Rational.greatestCommonDivisor(numerator, denominator)
    let isNegative = (numerator < 0) != (denominator < 0)
    let magnitude = Rational.clamped(numerator.magnitude / divisor)
    self.numerator = isNegative ? -magnitude : magnitude
    self.denominator = Rational.clamped(denominator.magnitude / divisor)
  }

  private static func clamped(_ magnitude: UInt) -> Int { Int(min(magnitude, UInt(Int.max))) }

  /// Makes a whole number.
  public init(integerLiteral value: Int) { self.init(value) }

  /// Whether the value is a whole number.
  public var isWhole: Bool { denominator == 1 }
  /// The greatest whole number not above the value.
  public var floor: Int { Rational.floorDivide(numerator, denominator) }
  /// The least whole number not below the value.
  public var ceiling: Int { -Rational.floorDivide(-numerator, denominator) }
  /// The value rounded towards zero.
  public var truncated: Int { numerator / denominator }
  /// `1/2`, or `3` for a whole number.
  public var description: String {
    isWhole ? "\(numerator)" : "\(numerator)/\(denominator)"
  }

  /// The sum of two fractions.
  public static func + (a: Rational, b: Rational) -> Rational {
    let x = product(a.numerator, b.denominator)
    let y = product(b.numerator, a.denominator)
    return Rational(sum(x, y), product(a.denominator, b.denominator))
  }
  /// The difference of two fractions.
  public static func - (a: Rational, b: Rational) -> Rational {
    a + Rational(-b.numerator, b.denominator)
  }
  /// The product of two fractions.
  public static func * (a: Rational, b: Rational) -> Rational {
    let (x, y) = (Rational(a.numerator, b.denominator), Rational(b.numerator, a.denominator))
    return Rational(product(x.numerator, y.numerator), product(x.denominator, y.denominator))
  }
  /// The quotient of two fractions.
  ///
  /// - Precondition: the second is not 0.
  public static func / (a: Rational, b: Rational) -> Rational {
    a * Rational(b.denominator, b.numerator)
  }
  /// Whether the first fraction is smaller.
  public static func < (a: Rational, b: Rational) -> Bool {
    let x = a.numerator.multipliedFullWidth(by: b.denominator)
    let y = b.numerator.multipliedFullWidth(by: a.denominator)
    return (x.high, x.low) < (y.high, y.low)
  }

  /// The least positive fraction that is a whole multiple of both.
  public static func leastCommonMultiple(_ a: Rational, _ b: Rational) -> Rational {
    let divisor = clamped(greatestCommonDivisor(a.denominator, b.denominator))
    return Rational(leastCommonMultiple(a.numerator, b.numerator), divisor)
  }

  /// The least common multiple of two positive whole numbers.
  public static func leastCommonMultiple(_ a: Int, _ b: Int) -> Int {
    product(a / clamped(greatestCommonDivisor(a, b)), b)
  }

  /// The greatest common divisor; at least 1.
  package static func greatestCommonDivisor(_ a: Int, _ b: Int) -> UInt {
    var (x, y) = (a.magnitude, b.magnitude)
    while y != 0 { (x, y) = (y, x % y) }
    return max(x, 1)
  }

  /// The sum, or the end of the range that it is beyond.
  package static func sum(_ a: Int, _ b: Int) -> Int {
    let (result, overflows) = a.addingReportingOverflow(b)
    return overflows ? (a < 0 ? -Int.max : Int.max) : result
  }

  /// The product, or the end of the range that it is beyond.
  package static func product(_ a: Int, _ b: Int) -> Int {
    let (result, overflows) = a.multipliedReportingOverflow(by: b)
    return overflows ? ((a < 0) != (b < 0) ? -Int.max : Int.max) : result
  }

  /// The quotient rounded towards minus infinity.
  package static func floorDivide(_ a: Int, _ b: Int) -> Int {
    let quotient = a / b
    return (a % b != 0 && (a < 0) != (b < 0)) ? quotient - 1 : quotient
  }

  /// The remainder with the sign of the divisor.
  package static func floorModulo(_ a: Int, _ b: Int) -> Int { a - b * floorDivide(a, b) }
}
