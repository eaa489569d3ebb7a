import Comparison
import Layers
import Runtime
import Serialization
import Tensors
import Weights

extension ConformanceRun {
  mutating func checkGradients(
    _ model: Model, _ input: SequenceTensor, _ constants: Constants
  ) throws {
    guard let cotangent = try golden.tensor("cotangent") else { return }
    // NaN where the original had garbage: neither may matter.
    let gradients = try model.gradients(
      input.filledInvalid(with: .nan), cotangent: { _ in cotangent },
      constants: constants.mapValues(\.poisoned), showsLayers: false, options: options,
      progress: nil)
    let isShort = (facts["grad_rtol"]?.double ?? 0) > 1e-2
    let rounding = try largestGradient() * (isShort ? 0x1p-8 : 0x1p-20)
    try compareGradient("grad/input", gradients.input, rounding)
    let made = model.fileTensors(of: gradients)
    let requests = model.weightRequests
    let sources = requests.sources { golden.data.entry("grad/\($0)")?.shape }
    for request in requests {
      guard let gradient = made[request.path] else { continue }
      let source = sources[request.path]
      let name = source?.name ?? request.path
      let shape = golden.data.entry("grad/\(name)")?.shape ?? gradient.shape
      let given = source?.layout.map { $0.file(from: gradient, shape: shape) } ?? gradient
      try compareGradient("grad/\(name)", given, rounding)
    }
    for (name, gradient) in gradients.constants {
      try compareGradient("grad/constants/\(name)", gradient, rounding)
    }
  }

  /// The largest magnitude of any gradient of the case.
  ///
  /// Eight roundings of it are the least tolerance, or one in short formats: where a gradient cancels to 0, such
  /// as that of the bias of keys in attention or of logits under a softmax, both sides are noise.
  private func largestGradient() throws -> Double {
    var largest = 0.0
    for name in golden.data.names where name.hasPrefix("grad/") {
      let values = try golden.data.tensor(name).doubles()
      largest = values.reduce(largest) { max($0, abs($1)) }
    }
    return largest
  }

  private mutating func compareGradient(
    _ name: String, _ got: Tensor?, _ rounding: Double
  ) throws {
    guard let want = try golden.tensor(name) else { return }
    guard let got, got.shape == want.shape else {
      fail(name, "got \(got?.shape.shapeText ?? "nothing"), want \(want.shape.shapeText)")
      return
    }
    let bound = Tolerance(
      relative: facts["grad_rtol"]?.double ?? 1e-5,
      absolute: max(rounding, facts["grad_atol"]?[name]?.double ?? 1e-5))
    if let worst = ArrayComparison.worst(got: got, want: want, bound) { fail(name, worst.text) }
  }
}
