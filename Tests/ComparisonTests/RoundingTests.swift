import Comparison
import Tensors
import Testing

@Suite("Rounding is not a difference") struct RoundingTests {
  /// Sums of products in two orders, in a dtype; the second is rounded through `stored`.
  private func sums(_ terms: Int, _ dtype: DType, stored: DType) -> (Tensor, Tensor) {
    var random = RandomStream(seed: 9, name: "sums")
    let count = 400
    var (forward, backward): ([Float], [Float]) = ([], [])
    for _ in 0..<count {
      let factors = (0..<terms).map { _ in Float(random.normal()) }
      forward.append(factors.reduce(0, +))
      backward.append(factors.reversed().reduce(0, +))
    }
    func tensor(_ values: [Float]) -> Tensor {
      Tensor(values, shape: [1, count / 4, 4]).converted(to: stored).converted(to: dtype)
    }
    return (tensor(forward), tensor(backward))
  }

  @Test(
    "sums in another order are rounding, in every type", arguments: [16, 256, 1024],
    [DType.float32, .bfloat16, .float16])
  func sumsInAnotherOrder(terms: Int, stored: DType) throws {
    for dtype in [DType.float32, stored] {
      let (a, b) = sums(terms, dtype, stored: stored)
      let found = try ArrayComparison(offline: a, stream: b)
      #expect(found.areEqual, "\(found.lines.joined(separator: "\n"))")
      #expect(found.criterion.budget.dtype == stored)
      guard found.unmoved.largest != nil else { continue }
      #expect(found.verdict == .rounding)
      #expect(found.lines[0].hasPrefix("rounding: equal within"))
      #expect(found.lines[0].contains("ulp") && found.lines[0].contains("of the largest value"))
      #expect(found.lines[1].contains("8 layers, sums of 1,024 terms"))
    }
  }

  @Test("16-bit arrays are judged in their own units in the last place")
  func lowPrecision() throws {
    let (a, _) = sums(64, .float32, stored: .float32)
    let half = a.converted(to: .float16)
    let found = try ArrayComparison(offline: a, stream: half)
    #expect(found.verdict == .rounding)
    #expect(found.criterion.budget.dtype == .float16)
    // The same differences between two singles are no rounding.
    var noisy = half.converted(to: .float32)
    noisy.withUnsafeMutableElements(of: Float.self) { $0[0] += 1e-7 }
    #expect(try ArrayComparison(offline: a, stream: noisy).verdict == .differ)
  }

  @Test("the budget grows with terms and depth, and whole numbers have none")
  func budget() {
    let small = ErrorBudget(.float32, terms: 16, depth: 1).relative
    #expect(ErrorBudget(.float32, terms: 1024, depth: 1).relative > 5 * small)
    #expect(ErrorBudget(.float32, terms: 16, depth: 10).relative == 10 * small)
    #expect(ErrorBudget(.bfloat16).relative > 100 * ErrorBudget(.float32).relative)
    #expect(ErrorBudget(.float64).relative < 1e-6 * ErrorBudget(.float32).relative)
    #expect(ErrorBudget(.int32).relative == 0)
  }

  /// A tolerance, a difference from 4, and the verdict.
  struct Asked: CustomTestStringConvertible, Sendable {
    let tolerance: Tolerance?
    let difference: Float
    let verdict: Closeness
    var testDescription: String { "\(tolerance?.text ?? "nothing") asked, \(difference) off" }
  }

  @Test(
    "what is asked for takes the place of the budget",
    arguments: [
      Asked(tolerance: nil, difference: 0, verdict: .equal),
      Asked(tolerance: nil, difference: 1e-5, verdict: .rounding),
      Asked(tolerance: nil, difference: 1e-3, verdict: .differ),
      Asked(tolerance: Tolerance(), difference: 1e-5, verdict: .differ),
      Asked(tolerance: Tolerance(absolute: 1e-4), difference: 1e-5, verdict: .rounding),
      Asked(tolerance: Tolerance(absolute: 1e-2), difference: 1e-3, verdict: .equal),
      Asked(tolerance: Tolerance(relative: 1e-3), difference: 1e-3, verdict: .equal),
      Asked(tolerance: Tolerance(relative: 1e-4), difference: 1e-3, verdict: .differ),
      Asked(tolerance: Tolerance(ulps: 2), difference: 9.5e-7, verdict: .rounding),
      Asked(tolerance: Tolerance(ulps: 2), difference: 1e-5, verdict: .differ),
    ])
  func asked(_ example: Asked) throws {
    let x = Signal(1, 8, 2) { _, _, _ in 4 }
    let y = x.changed { $1 == 5 ? $3 + example.difference : $3 }
    let found = try ArrayComparison(
      offline: x.tensor, stream: y.tensor, options: .init(tolerance: example.tolerance))
    #expect(found.verdict == example.verdict, "\(found.lines)")
  }

  @Test("a strict tolerance says when nothing is larger than rounding")
  func strict() throws {
    let x = Signal.noise(1, 20, 2)
    let y = x.changed { $1 == 5 ? $3 * (1 + 3e-7) : $3 }
    let found = try ArrayComparison(
      offline: x.tensor, stream: y.tensor, options: .init(tolerance: Tolerance()))
    #expect(found.verdict == .differ)
    #expect(found.lines.contains { $0.hasPrefix("none is larger than rounding") })
  }

  @Test("whole numbers that bfloat16 could hold are not taken for bfloat16")
  func wholeNumbers() throws {
    let x = Signal(1, 300, 2) { _, time, channel in Float(time % 100 + channel) }
    let y = x.changed { $1 == 200 ? $3 + 1 : $3 }
    #expect(try ArrayComparison(offline: x.tensor, stream: y.tensor).verdict == .differ)
  }
}
