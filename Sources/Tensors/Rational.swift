/// An exact fraction: output ratios and block arithmetic must never round.
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
    let sign = denominator < 0 ? -1 : 1
    self.numerator = sign * numerator / divisor
    self.denominator = sign * denominator / divisor
  }

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
    Rational(
      a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator)
  }
  /// The difference of two fractions.
  public static func - (a: Rational, b: Rational) -> Rational {
    Rational(
      a.numerator * b.denominator - b.numerator * a.denominator, a.denominator * b.denominator)
  }
  /// The product of two fractions.
  public static func * (a: Rational, b: Rational) -> Rational {
    Rational(a.numerator * b.numerator, a.denominator * b.denominator)
  }
  /// The quotient of two fractions.
  public static func / (a: Rational, b: Rational) -> Rational {
    Rational(a.numerator * b.denominator, a.denominator * b.numerator)
  }
  /// Whether the first fraction is smaller.
  public static func < (a: Rational, b: Rational) -> Bool {
    a.numerator * b.denominator < b.numerator * a.denominator
  }

  /// The least positive fraction that is a whole multiple of both.
  public static func leastCommonMultiple(_ a: Rational, _ b: Rational) -> Rational {
    let x = a.numerator * b.denominator
    let y = b.numerator * a.denominator
    return Rational(leastCommonMultiple(x, y), a.denominator * b.denominator)
  }

  /// The least common multiple of two positive whole numbers.
  public static func leastCommonMultiple(_ a: Int, _ b: Int) -> Int {
    a / greatestCommonDivisor(a, b) * b
  }

  /// The greatest common divisor; at least 1.
  static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    var (x, y) = (abs(a), abs(b))
    while y != 0 { (x, y) = (y, x % y) }
    return max(x, 1)
  }

  /// The quotient rounded towards minus infinity.
  package static func floorDivide(_ a: Int, _ b: Int) -> Int {
    let quotient = a / b
    return (a % b != 0 && (a < 0) != (b < 0)) ? quotient - 1 : quotient
  }

  /// The remainder with the sign of the divisor.
  package static func floorModulo(_ a: Int, _ b: Int) -> Int { a - b * floorDivide(a, b) }
}
