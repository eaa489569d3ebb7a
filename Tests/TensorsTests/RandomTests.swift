import Tensors
import Testing

/// A known answer of the Random123 distribution (`kat_vectors`, philox4x32, 10 rounds).
struct KnownAnswer: Sendable {
  let key: SIMD2<UInt32>
  let counter: SIMD4<UInt32>
  let words: SIMD4<UInt32>
}

@Suite struct RandomTests {
  @Test(
    "Philox gives the published words",
    arguments: [
      KnownAnswer(
        key: .zero, counter: .zero,
        words: SIMD4(0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8)),
      KnownAnswer(
        key: SIMD2(repeating: .max), counter: SIMD4(repeating: .max),
        words: SIMD4(0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD)),
      KnownAnswer(
        key: SIMD2(0xA409_3822, 0x299F_31D0),
        counter: SIMD4(0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344),
        words: SIMD4(0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1)),
    ])
  func philox(answer: KnownAnswer) {
    #expect(Philox.words(key: answer.key, counter: answer.counter) == answer.words)
  }

  @Test("names hash as FNV-1a publishes")
  func hashes() {
    #expect(Philox.hash("") == 0x811C_9DC5)
    #expect(Philox.hash("a") == 0xE40C_292C)
    #expect(Philox.hash("foobar") == 0xBF9C_F968)
  }

  @Test("uniform singles lie in [0, 1)")
  func uniformRange() {
    #expect(Philox.uniform(0) == 0)
    #expect(Philox.uniform(.max) == 1 - 0x1p-24)
  }

  @Test("a stream repeats itself and differs by seed and by name")
  func streams() {
    func draws(_ seed: UInt64, _ name: String) -> [UInt64] {
      var stream = RandomStream(seed: seed, name: name)
      return (0..<9).map { _ in stream.next() }
    }
    #expect(draws(7, "a") == draws(7, "a"))
    #expect(draws(7, "a") != draws(8, "a"))
    #expect(draws(7, "a") != draws(7, "b"))
    #expect(draws(7, "a") != draws(7 << 32, "a"))
    #expect(Set(draws(7, "a")).count == 9)
  }

  @Test("uniform and normal draws have the moments of their distributions")
  func moments() {
    var stream = RandomStream(seed: 3, name: "moments")
    let count = 20_000
    let uniform = (0..<count).map { _ in stream.uniform() }
    let normal = (0..<count).map { _ in stream.normal() }
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    // Four standard errors of each estimate.
    #expect((mean(uniform) - 0.5).magnitude < 4 * 0.2887 / 141.4)
    #expect(uniform.allSatisfy { $0 >= 0 && $0 < 1 })
    #expect(mean(normal).magnitude < 4 / 141.4)
    #expect((mean(normal.map { $0 * $0 }) - 1).magnitude < 4 * 1.4142 / 141.4)
    #expect(mean(normal.map { $0 * $0 * $0 }).magnitude < 4 * 3.873 / 141.4)
  }

  /// Quantiles by `scipy.special.ndtri` 1.18.
  @Test(
    "normal quantiles are accurate far into the tails",
    arguments: [
      (1e-300, -37.0470962993612), (1e-20, -9.262340089798409), (1e-10, -6.361340902404056),
      (0.001, -3.090232306167813), (0.025, -1.9599639845400545), (0.3, -0.5244005127080409),
      (0.5, 0), (0.75, 0.6744897501960817), (0.999, 3.090232306167813),
    ])
  func quantiles(example: (share: Double, value: Double)) {
    let found = NormalDistribution.quantile(example.share)
    #expect((found - example.value).magnitude <= 4e-15 * max(example.value.magnitude, 1))
  }

  @Test("quantile and cumulative share undo each other")
  func inverse() {
    for x in stride(from: -8.0, through: 4, by: 0.37) {
      let back = NormalDistribution.quantile(NormalDistribution.cumulative(x))
      #expect((back - x).magnitude < 1e-11)
    }
    #expect(NormalDistribution.quantile(0) == -.infinity)
    #expect(NormalDistribution.quantile(1) == .infinity)
  }

  @Test("normal singles are the singles nearest to the normal doubles", arguments: [0, 1, 2])
  func normalSingles(seed: UInt64) {
    var (singles, doubles) = (RandomStream(seed: seed), RandomStream(seed: seed))
    for _ in 0..<100_000 {
      let (single, double) = (singles.normalSingle(), doubles.normal())
      #expect(single == Float(double), "\(double)")
      if single != Float(double) { return }
    }
  }
}
