import Comparison
import Layers
import Programs
import Runtime
import Tensors

/// A moment of a run, as conditions see it: the state behind a step, and what the layers gave in it.
final class StepMoment {
  let run: ModelRun
  let trace: StepTrace
  let layout: StepLayout
  /// Where the state is; it stands at ``position``.
  let runner: StepRunner
  /// Steps that were made.
  private(set) var position: Int
  /// The outputs of the last of them; nil at the start.
  private(set) var block: StepBlock?

  init(_ run: ModelRun, _ trace: StepTrace, _ layout: StepLayout, _ runner: StepRunner) {
    (self.run, self.trace, self.layout, self.runner) = (run, trace, layout, runner)
    position = runner.position
  }

  /// Takes over where the runner stands now.
  func follow() throws {
    position = runner.position
    guard position > 0 else {
      block = nil
      return
    }
    if let block, block.filled.contains(position - 1) { return }
    block = try trace.block(holding: position - 1)
  }

  /// The last step, counted from 0.
  var step: Int { position - 1 }

  /// The layer-wise timestep of the first output of a layer in the last step; negative in the warm-up.
  func firstTime(_ tap: Int) -> Int {
    let place = layout.taps[tap]
    return trace.time(place, after: step) - run.latency(place.path)
  }

  /// What a layer gave in the last step.
  func output(_ tap: Int) -> SequenceTensor? {
    block?.sequence(layout.taps[tap], step..<step + 1)
  }

  /// What a layer gave in the step before; nil where there was none.
  func outputBefore(_ tap: Int) throws -> SequenceTensor? {
    guard step > 0 else { return nil }
    return try trace.block(holding: step - 1).sequence(layout.taps[tap], step - 1..<step)
  }

  /// The layer-wise output that belongs to what a layer gave, as far as there is such.
  func layerWise(_ tap: Int, _ output: SequenceTensor) throws -> SequenceTensor? {
    let first = firstTime(tap)
    guard let layerWise = run.layerWise, first + output.time > 0 else { return nil }
    return try layerWise.sequence(
      layout.taps[tap].path, max(0, first)..<first + output.time)
  }

  /// The largest difference of the last step to the layer-wise run at a layer; infinite where masks differ,
  /// nil where there is nothing to compare.
  func difference(_ tap: Int) throws -> Double? {
    guard let block, let comparison = try run.readyComparison() else { return nil }
    return try comparison.difference(block, step, tap)
  }
}
