import Comparison
import Diagnostics
import Layers
import Runtime
import Tensors

extension Session {
  /// In more values no explanation is looked for: each attempt needs copies of them.
  private static let mostValues = 20_000_000

  /// What explains the differences of step and layer at a layer so far, a line each.
  func findings(at path: String, _ tolerance: Tolerance?) throws -> [String] {
    let run = try requireRun()
    guard position > 0, let layer = try layerWise(run).output(path),
      let step = try run.stepWise(path, cancel: cancel)
    else { return [] }
    let warmUp = min(run.latency(path), step.time)
    let ours = step.timesteps(warmUp..<step.time)
    guard ours.values.count <= Self.mostValues else {
      return [
        "explanations are not looked for in \(NumberText.grouped(ours.values.count)) values: write a "
          + "part of both to files (show \(path.shown)[…] > FILE.npy) for workbench compare"
      ]
    }
    let whole = layer.timesteps(0..<min(ours.time, layer.time))
    let budget = run.errorBudget(path, layer.values.dtype)
    let block = run.output(of: path, inStep: position - 1)?.time ?? 0
    let comparison = try? ArrayComparison(
      offline: whole.values, stream: ours.timesteps(0..<whole.time).values,
      offlineMask: whole.mask, streamMask: ours.timesteps(0..<whole.time).mask,
      options: ArrayComparison.Options(
        tolerance: tolerance, block: block > 1 ? block : nil, precision: budget.dtype,
        terms: budget.terms, depth: budget.depth, names: .runs))
    return comparison?.findings ?? []
  }
}
