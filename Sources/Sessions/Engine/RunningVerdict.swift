import Comparison
import Runtime

/// Step-wise against layer-wise at one layer, compared as steps are made, so that a step costs no
/// more late in a long sequence than early.
///
/// The outputs of a step are a function of document and position: going back needs no comparison.
final class RunningVerdict {
  private let layer: SequenceTensor
  private let latency: Int
  private var verdict: Verdict
  /// Timesteps behind the warm-up after each step, from step 0.
  private var produced = [0]
  private var outputTime = 0
  /// The verdicts that differ in more than their extent from the one before, and from which step on.
  private var changes: [(step: Int, verdict: Verdict)]

  init(layer: SequenceTensor, latency: Int, tolerance: Tolerance?, budget: ErrorBudget) {
    self.layer = layer
    self.latency = latency
    verdict = Verdict(layer: layer, tolerance: tolerance, budget: budget)
    changes = [(0, verdict)]
  }

  /// The verdict after so many steps; `output` gives what the layer put out in a step.
  ///
  /// `tick` may throw between two steps; what was compared is kept.
  func verdict(
    after position: Int, tick: (Int) throws -> Void = { _ in }, output: (Int) -> SequenceTensor?
  ) rethrows -> Verdict {
    while produced.count <= position {
      add(output(produced.count - 1))
      try tick(produced.count - 1)
    }
    let last = changes.lastIndex { $0.step <= position } ?? 0
    var result = changes[last].verdict
    result.comparedSteps = min(produced[position], layer.time)
    return result
  }

  private func add(_ output: SequenceTensor?) {
    let step = produced.count
    let time = output?.time ?? 0
    let warmUp = min(max(0, latency - outputTime), time)
    if let output, time > warmUp {
      var next = verdict
      next.add(output.timesteps(warmUp..<time), at: outputTime + warmUp - latency, layer: layer)
      verdict.comparedSteps = next.comparedSteps
      if next != verdict { changes.append((step, next)) }
      verdict = next
    }
    outputTime += time
    produced.append(max(0, outputTime - latency))
  }
}
