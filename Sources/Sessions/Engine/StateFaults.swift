import Layers
import Runtime
import Tensors

/// The faults in the states of layers, and what they remember of a stream from step to step.
struct StateFaults {
  let faults: [Fault]
  /// Leaves of these layers as they were before the last step.
  var previous: [Int: Tensor] = [:]
  private var before: [Int: Tensor] = [:]

  init(_ faults: [Fault]) { self.faults = faults }

  /// Before a step: a stale layer sees what it saw in the last one.
  mutating func willStep(_ stream: Runtime.Stream, isActive: (Fault) -> Bool) {
    guard !faults.isEmpty else { return }
    before = stream.values(
      of: stream.leaves.indices.filter { index in
        faults.contains { $0.isOwner(of: stream.leaves[index].path) }
      })
    for fault in faults where fault.kind == .staleState && isActive(fault) {
      Self.replaceState(of: stream, in: fault, by: previous)
    }
  }

  /// Behind a step: a layer that drops its state has what it had before.
  mutating func didStep(_ stream: Runtime.Stream, isActive: (Fault) -> Bool) {
    guard !faults.isEmpty else { return }
    for fault in faults where fault.kind == .dropState && isActive(fault) {
      Self.replaceState(of: stream, in: fault, by: before)
    }
    (previous, before) = (before, [:])
  }

  /// In the place of a step that was stopped: the state is what it was.
  mutating func didNotStep(_ stream: Runtime.Stream) {
    for (index, value) in before { stream.setValue(of: index, value) }
    before = [:]
  }

  private static func replaceState(
    of stream: Runtime.Stream, in fault: Fault, by old: [Int: Tensor]
  ) {
    for (index, value) in old where fault.isOwner(of: stream.leaves[index].path) {
      stream.setValue(of: index, value)
    }
  }
}

/// The same for streams that are not stepped as the session steps: a fault that happens in one step happens
/// where the input timestep is fed with which that step begins.
final class StateFaultsByTimestep: StateFault {
  private var faults: StateFaults
  private let boundaries: [Int]

  init(_ faults: [Fault], _ plan: StepPlan) {
    self.faults = StateFaults(faults)
    boundaries = plan.boundaries
  }

  func willStep(_ stream: Runtime.Stream, _ timesteps: Range<Int>) {
    faults.willStep(stream) { isActive($0, timesteps) }
  }

  func didStep(_ stream: Runtime.Stream, _ timesteps: Range<Int>) {
    faults.didStep(stream) { isActive($0, timesteps) }
  }

  private func isActive(_ fault: Fault, _ timesteps: Range<Int>) -> Bool {
    guard let step = fault.step else { return true }
    return boundaries.indices.contains(step) && timesteps.contains(boundaries[step])
  }
}
