import Layers
import Models
import Runtime
import Tensors
import Testing

@Suite("Byte model")
struct ByteModelTests {
  static func tiny() throws -> Model {
    var description = ByteTransformer()
    (description.width, description.heads, description.hidden) = (16, 2, 32)
    description.context = 15
    return try Model(description.layer, input: ChannelSpec([], .int32), seed: 3)
  }

  @Test("loss and its gradient are those of cross entropy")
  func loss() {
    let logits = Tensor([0, 1, 0, 2, 0, 0] as [Float], shape: [1, 2, 3])
    let judged = NextByteLoss(logits: logits, targets: [1, 2])
    // softmax([0, 1, 0])[1] and softmax([2, 0, 0])[2].
    let (first, second) = (0.5761168847658291, 0.10650697891920075)
    #expect((judged.mean - 1.395495).magnitude < 1e-5)
    let gradient = judged.gradient.elements(as: Double.self)
    #expect((gradient[1] - (first - 1) / 2).magnitude < 1e-6)
    #expect((gradient[5] - (second - 1) / 2).magnitude < 1e-6)
    #expect(gradient.reduce(0, +).magnitude < 1e-6)
  }

  @Test("learns a short text and continues it")
  func learns() throws {
    let text = Array(String(repeating: "one and two and three. ", count: 8).utf8)
    let model = try Self.tiny()
    var plan = ByteTrainer.Plan()
    (plan.batch, plan.window, plan.warmUp) = (4, 24, 5)
    plan.learningRate = 1e-2
    var trainer = ByteTrainer(model, text: text, plan: plan, seed: 1)
    let before = try trainer.loss(of: text)
    for step in 0..<120 { _ = try trainer.step(progress: Double(step) / 120) }
    let after = try trainer.loss(of: text)
    #expect(before > 5 && after < 0.4, "from \(before) to \(after)")
    let prompt = Array("one and two ".utf8)
    let written = try ByteDecoder.continuation(of: prompt, count: 10, model: model)
    #expect(String(decoding: written, as: UTF8.self) == "and three.")
  }

  @Test("is the same for the same seed")
  func deterministic() throws {
    let text = Array("the light goes out over the water and comes back and goes out again".utf8)
    var plan = ByteTrainer.Plan()
    (plan.batch, plan.window) = (2, 8)
    let losses = try (0..<2).map { _ in
      var trainer = ByteTrainer(try Self.tiny(), text: text, plan: plan, seed: 7)
      return try (0..<3).map { _ in try trainer.step(progress: 0) }
    }
    #expect(losses[0] == losses[1])
  }

  @Test("of the bundled size stays under 300 kB")
  func size() throws {
    let model = try Model(ByteTransformer().layer, input: ChannelSpec([], .int32), seed: 1)
    #expect(model.parameterCount * 4 < 300_000)
    #expect(model.layer.blockSize == 1)
  }
}
