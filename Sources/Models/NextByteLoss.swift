public import Tensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How badly logits predict bytes: the mean cross entropy in nats a byte, and its gradient.
public struct NextByteLoss: Sendable {
  /// The mean of `-ln softmax(logits)[target]`.
  public let mean: Double
  /// `(softmax(logits) - onehot(target)) / count`, of the logits' shape.
  public let gradient: Tensor

  /// Judges logits `[b, t, 256]`.
  ///
  /// - Precondition: one target of `0 ..< 256` a timestep, row by row.
  public init(logits: Tensor, targets: [Int]) {
    let classes = logits.shape[logits.rank - 1]
    precondition(targets.count * classes == logits.count, "One target a timestep is needed.")
    let scores = logits.elements(as: Double.self)
    var slopes: [Float] = []
    slopes.reserveCapacity(scores.count)
    var sum = 0.0
    let share = 1 / Double(max(targets.count, 1))
    for (step, target) in targets.enumerated() {
      let row = scores[(step * classes)..<((step + 1) * classes)]
      let top = row.max() ?? 0
      let powers = row.map { exp($0 - top) }
      let total = powers.reduce(0, +)
      sum -= row[row.startIndex + target] - top - log(total)
      for (index, power) in powers.enumerated() {
        let wanted = index == target ? 1.0 : 0
        slopes.append(Float((power / total - wanted) * share))
      }
    }
    mean = sum * share
    gradient = Tensor(slopes, shape: logits.shape)
  }
}
