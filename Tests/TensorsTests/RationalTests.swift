import Tensors
import Testing

@Suite struct RationalTests {
  @Test("fractions are kept in lowest terms with a positive denominator")
  func lowestTerms() {
    #expect(Rational(6, 4) == Rational(3, 2))
    #expect(Rational(3, -6) == Rational(-1, 2))
    #expect(Rational(0, -5) == 0)
    #expect(Rational(0, -5).denominator == 1)
    #expect(Rational(-1, 2).description == "-1/2")
    #expect(Rational(8, 4).description == "2")
  }

  @Test("sums, differences, products and quotients are exact")
  func arithmetic() {
    for (a, b) in [(1, 2), (-7, 3), (5, 1)] {
      for (c, d) in [(2, 3), (-1, 6), (4, 1)] {
        let (x, y) = (Rational(a, b), Rational(c, d))
        #expect(x + y == Rational(a * d + c * b, b * d))
        #expect(x - y + y == x)
        #expect(x * y / y == x)
        #expect((x < y) == (a * d < c * b))
      }
    }
  }

  @Test(
    "floor, ceiling and truncation",
    arguments: [(7, 2, 3, 4, 3), (-7, 2, -4, -3, -3), (4, 2, 2, 2, 2)])
  func rounding(example: (top: Int, bottom: Int, floor: Int, ceiling: Int, truncated: Int)) {
    let value = Rational(example.top, example.bottom)
    #expect(value.floor == example.floor)
    #expect(value.ceiling == example.ceiling)
    #expect(value.truncated == example.truncated)
    #expect(value.isWhole == (value.floor == value.ceiling))
  }

  @Test("least common multiples of whole numbers and of fractions")
  func commonMultiples() {
    #expect(Rational.leastCommonMultiple(4, 6) == 12)
    #expect(Rational.leastCommonMultiple(1, 7) == 7)
    #expect(Rational.leastCommonMultiple(Rational(1, 2), Rational(1, 3)) == 1)
    #expect(Rational.leastCommonMultiple(Rational(3, 2), Rational(2)) == 6)
  }

  @Test("division and remainder round towards minus infinity")
  func floorDivision() {
    for a in -9...9 {
      for b in [-4, -3, -1, 1, 2, 5] {
        let quotient = Rational.floorDivide(a, b)
        let remainder = Rational.floorModulo(a, b)
        #expect(quotient * b + remainder == a)
        #expect(remainder == 0 || (remainder < 0) == (b < 0))
        #expect(remainder.magnitude < b.magnitude)
      }
    }
  }

  @Test("fractions at the ends of the range are exact where they can be and stay at the end beyond")
  func ends() {
    let (huge, tiny) = (Rational(.max), Rational(1, .max))
    #expect(huge * tiny == 1)
    #expect(huge / huge == 1)
    #expect(huge * huge == huge && tiny * tiny == tiny)
    #expect(huge + huge == huge && huge + 1 == huge)
    #expect(-1 * huge - huge == Rational(-.max))
    #expect(tiny < huge && Rational(.max - 1, .max) < Rational(.max, .max - 1))
    #expect(Rational(.min) == Rational(-.max) && Rational(.min, .min) == 1)
    #expect(Rational.leastCommonMultiple(huge, huge) == huge)
    #expect(Rational.leastCommonMultiple(.max, .max - 1) == .max)
  }
}
