import Tensors
import Testing

@Suite struct NormalDistributionTests {
  @Test(
    "quick bounds lie about the quantile, in the middle and in the tails",
    arguments: [1, 0x1p-10, 0x1p-20, 0x1p-40, 0x1p-52])
  func quickQuantile(_ scale: Double) {
    var stream = RandomStream(seed: 9)
    for _ in 0..<20_000 {
      let uniform = stream.uniform() * scale
      for p in [max(uniform, 0x1p-54), 0.5 - uniform / 2, 0.5 + uniform / 2, 1 - uniform]
      where p > 0 && p < 1 {
        let (lower, upper) = NormalDistribution.quickQuantile(p)
        let exact = NormalDistribution.quantile(p)
        guard lower <= exact, exact <= upper, upper - lower < 1e-11 else {
          Issue.record("the quantile of \(p) is \(exact), the bounds are \(lower) and \(upper)")
          return
        }
      }
    }
  }
}
