import Execution
import Layers
import Runtime
import Tensors

// What the layers gave in the steps that were made.
extension StepTrace {
  /// How many timesteps a layer has given after a number of steps, warm-up included.
  @inline(__always)
  func time(_ tap: ObservedStep.Tap, after steps: Int) -> Int {
    guard let layout else { return 0 }
    return plan.boundaries[steps] / blockSize * layout.unitTimes[tap.mask]
  }

  /// The same for a layer by path; 0 for one without output of its own.
  func time(_ path: String, after steps: Int) -> Int {
    guard let layout, let place = layout.position(of: path) else { return 0 }
    return time(layout.taps[place], after: steps)
  }

  /// What a timestep of a layer's output is; nil for one without output of its own.
  func spec(_ path: String) -> ChannelSpec? {
    guard let layout, let place = layout.position(of: path) else { return nil }
    let tap = layout.taps[place]
    let dtype = tap.imaginary == nil ? layout.dtype(tap.values) : .complex64
    return ChannelSpec(layout.channelShape(tap.values), dtype)
  }

  /// What a layer gave in some steps that were made; nil for one without output of its own, or for none.
  func output(
    of path: String, in steps: Range<Int>, cancel: CancelFlag? = nil
  ) throws -> SequenceTensor? {
    guard let layout, let place = layout.position(of: path) else { return nil }
    return try output(layout.taps[place], steps, cancel)
  }

  /// What the root gave in a step that was made.
  func result(ofStep step: Int) throws -> SequenceTensor? {
    guard let layout else { return nil }
    return try output(layout.result, step..<step + 1, nil)
  }

  /// The input that a combinator made for a layer in some steps; nil where it is another layer's output.
  func madeInput(of path: String, in steps: Range<Int>) throws -> SequenceTensor? {
    guard let layout, let tap = layout.input(of: path) else { return nil }
    return try output(tap, steps, nil)
  }

  private func output(
    _ tap: ObservedStep.Tap, _ steps: Range<Int>, _ cancel: CancelFlag?
  ) throws -> SequenceTensor? {
    var parts: [SequenceTensor] = []
    var next = steps.lowerBound
    while next < steps.upperBound {
      let block = try block(holding: next, cancel: cancel)
      let part = next..<min(steps.upperBound, block.filled.upperBound)
      if let output = block.sequence(tap, part) { parts.append(output) }
      next = part.upperBound
    }
    return parts.isEmpty ? nil : parts.count == 1 ? parts[0] : .concatenate(parts)
  }

  /// Some timesteps of a layer, warm-up included, of those that it gave in a number of steps; nil where it
  /// has not given them.
  func window(
    _ path: String, _ range: Range<Int>, after steps: Int, cancel: CancelFlag? = nil
  ) throws -> SequenceTensor? {
    guard let layout, let place = layout.position(of: path), steps > 0, !range.isEmpty else {
      return nil
    }
    let tap = layout.taps[place]
    let unit = layout.unitTimes[tap.mask]
    guard unit > 0, range.upperBound <= time(tap, after: steps) else { return nil }
    let first = plan.step(atInput: range.lowerBound / unit * blockSize)
    let last = plan.step(atInput: (range.upperBound - 1) / unit * blockSize)
    let start = time(tap, after: first)
    return try output(tap, first..<last + 1, cancel)?
      .timesteps(range.lowerBound - start..<range.upperBound - start)
  }

  /// The digests of what the root gave in a step, one a row.
  func digests(ofStep step: Int) -> [UInt64] { Array(digests[step * rows..<(step + 1) * rows]) }
}
