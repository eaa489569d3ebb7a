import Layers
package import Runtime

/// How an input is cut into steps: where each step begins, and where the input and the flush end.
package struct StepPlan: Hashable, Sendable {
  /// Input timesteps.
  package let time: Int
  /// The input timestep at which each step begins, and the end of the last one.
  package let boundaries: [Int]
  /// Steps until the input has been fed.
  package let endStep: Int
  /// Further steps until the last output is out.
  package var flushSteps: Int { boundaries.count - 1 - endStep }
  /// All steps, flush included.
  package var lastStep: Int { boundaries.count - 1 }

  /// Cuts `time` timesteps, and `latency` invalid ones behind them, by a schedule of blocks.
  package init(time: Int, blockSize: Int, latency: Int, schedule: BlockSchedule) {
    self.time = time
    var boundaries = [0]
    var end = time == 0 ? 0 : nil as Int?
    var turn = 0
    var place = 0
    while place < time + latency {
      place += schedule.blocks[turn % schedule.blocks.count] * blockSize
      turn += 1
      boundaries.append(place)
      if place >= time, end == nil { end = turn }
    }
    self.boundaries = boundaries
    endStep = end ?? turn
  }

  /// A position in words: `step 7 of 20`, and behind the input's end `flush 1/2`.
  package func text(ofStep step: Int) -> String {
    step > endStep
      ? "flush \(step - endStep)/\(flushSteps)" : "step \(step) of \(endStep)"
  }

  /// The last boundary that is not behind an input timestep.
  package func step(atInput timestep: Int) -> Int {
    max(0, boundaries.partitioningIndex { $0 > timestep } - 1)
  }
}

extension StepPlan {
  /// The steps of a document.
  init(_ time: Int, _ document: Document, _ model: Model) {
    self.init(
      time: time, blockSize: model.layer.blockSize, latency: model.layer.inputLatency,
      schedule: document.schedule)
  }
}
