import Models
import Tensors
import Testing

@Suite("Adam")
struct AdamTests {
  @Test("moves each number by about the learning rate first")
  func firstStep() {
    var adam = Adam(learningRate: 0.1, largestNorm: nil)
    let moved = adam.step(
      ["w": Tensor([1.0, 2, 3])], gradients: ["w": Tensor([4.0, -0.01, 0])])
    let values = moved["w"]?.elements(as: Double.self) ?? []
    for (found, expected) in zip(values, [0.9, 2.1, 3]) {
      #expect((found - expected).magnitude < 1e-6)
    }
  }

  @Test("follows the formula over several steps")
  func formula() {
    var adam = Adam(learningRate: 0.5, meanDecay: 0.5, squareDecay: 0.75, largestNorm: nil)
    var w = ["w": Tensor([1.0])]
    for g in [1.0, 3] { w = adam.step(w, gradients: ["w": Tensor([g])]) }
    // m̂: 1, then (0.25 + 1.5) / 0.75; v̂: 1, then (0.1875 + 2.25) / 0.4375.
    let second = 0.5 * (1.75 / 0.75) / (2.4375 / 0.4375).squareRoot()
    let found = w["w"]?.elements(as: Double.self)[0] ?? 0
    #expect((found - (0.5 - second)).magnitude < 1e-6)
  }

  @Test("scales gradients down to a common norm")
  func norm() {
    var free = Adam(learningRate: 1, epsilon: 1, largestNorm: nil)
    var bound = Adam(learningRate: 1, epsilon: 1, largestNorm: 1)
    let start = ["a": Tensor([0.0]), "b": Tensor([0.0])]
    let expected = free.step(start, gradients: ["a": Tensor([0.6]), "b": Tensor([0.8])])
    let found = bound.step(start, gradients: ["a": Tensor([6.0]), "b": Tensor([8.0])])
    for name in ["a", "b"] {
      let a = expected[name]?.elements(as: Double.self)[0] ?? 0
      let b = found[name]?.elements(as: Double.self)[0] ?? 1
      #expect((a - b).magnitude < 1e-12)
    }
  }

  @Test("keeps dtypes and counts steps")
  func dtypes() {
    var adam = Adam(learningRate: 0.1)
    let moved = adam.step(
      ["w": Tensor(zeros: [2], .bfloat16)], gradients: ["w": Tensor(zeros: [2], .bfloat16)])
    #expect(moved["w"]?.dtype == .bfloat16)
    #expect(adam.steps == 1)
  }
}
