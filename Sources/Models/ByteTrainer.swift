public import Runtime
import Tensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Trains a model of bytes on a text, by the library's own gradients.
public struct ByteTrainer {
  /// How training goes.
  public struct Plan: Sendable {
    /// Windows of text a step.
    public var batch = 8
    /// Bytes a window.
    public var window = 96
    /// The learning rate after warming up.
    public var learningRate = 4e-3
    /// Steps over which the rate rises from 0.
    public var warmUp = 40

    /// The plan of the bundled model.
    public init() {}
  }

  /// The model being trained.
  public let model: Model
  private let text: [UInt8]
  private let plan: Plan
  private var optimizer: Adam
  private var stream: RandomStream

  /// Prepares to train; `seed` chooses the windows.
  ///
  /// - Precondition: the text is longer than a window.
  public init(_ model: Model, text: [UInt8], plan: Plan = Plan(), seed: UInt64) {
    precondition(text.count > plan.window, "The text is shorter than one window.")
    self.model = model
    self.text = text
    self.plan = plan
    optimizer = Adam(learningRate: plan.learningRate)
    stream = RandomStream(seed: seed, name: "windows")
  }

  /// One step on random windows.
  ///
  /// - Parameter progress: how much of the training is done, from 0 to 1; the learning rate falls
  ///   along half a cosine.
  /// - Returns: the mean loss in nats a byte before the step.
  /// - Throws: what the model throws when it does not take `i32[b, t]`.
  public mutating func step(progress: Double) throws -> Double {
    let windows = (0..<plan.batch).map { _ in
      Int.random(in: 0..<(text.count - plan.window), using: &stream)
    }
    let ids = windows.flatMap { start in text[start..<(start + plan.window)].map { Int32($0) } }
    let targets = windows.flatMap { start in
      text[(start + 1)...(start + plan.window)].map { Int($0) }
    }
    let input = try SequenceTensor(values: Tensor(ids, shape: [plan.batch, plan.window]))
    var loss = 0.0
    let gradients = try model.gradients(
      input,
      cotangent: { output in
        let judged = NextByteLoss(logits: output.values, targets: targets)
        loss = judged.mean
        return judged.gradient
      })
    optimizer.learningRate = rate(progress)
    var parameters: [String: Tensor] = [:]
    for path in gradients.parameters.keys { parameters[path] = model[parameter: path] }
    for (path, value) in optimizer.step(parameters, gradients: gradients.parameters) {
      model[parameter: path] = value
    }
    return loss
  }

  private func rate(_ progress: Double) -> Double {
    let warm = min(1, Double(optimizer.steps + 1) / Double(plan.warmUp))
    let falling = 0.5 + 0.5 * cos(min(max(progress, 0), 1) * .pi)
    return plan.learningRate * warm * (0.02 + 0.98 * falling)
  }

  /// The mean loss in nats a byte over a whole text, each window on its own.
  public func loss(of text: [UInt8]) throws -> Double {
    var sum = 0.0
    var count = 0
    var start = 0
    while start + plan.window < text.count {
      let ids = text[start..<(start + plan.window)].map { Int32($0) }
      let targets = text[(start + 1)...(start + plan.window)].map { Int($0) }
      let input = try SequenceTensor(values: Tensor(ids, shape: [1, plan.window]))
      let output = try model.layer(input).y
      sum += NextByteLoss(logits: output.values, targets: targets).mean * Double(targets.count)
      count += targets.count
      start += plan.window
    }
    return count == 0 ? 0 : sum / Double(count)
  }
}
