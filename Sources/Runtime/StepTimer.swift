import Execution
import Layers
import Tensors

/// Steps a stream over one block again and again with nothing between: what a loop in an application
/// does that binds its buffers once.
package final class StepTimer {
  private let plan: TracePlan
  private let state: StateBuffers
  private let block: SequenceTensor

  /// Binds the block.
  package init(
    _ stream: Stream, block: SequenceTensor, options: RunOptions = RunOptions()
  ) throws {
    self.block = block
    state = stream.state
    plan = try stream.model.plan(
      .step, stream.batch, block.time, stream.constants.specs, options)
    stream.model.bind(plan, block, stream.constants, batch: stream.batch)
  }

  /// One step; the output stays in the executor's memory.
  package func step() { plan.executor.execute(state: state) }
}
