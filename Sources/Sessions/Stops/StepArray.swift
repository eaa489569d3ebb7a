import Layers
import Runtime
import Serialization
import Tensors

/// An array that a condition looks at, and where it comes from.
enum StepArray: Hashable {
  /// What a layer gives in the step, or its mask.
  case output(tap: Int, isMask: Bool)
  /// What goes into a layer in the step.
  case input(path: String)
  /// A leaf of the state behind the step.
  case state(leaf: Int)
  /// The layer-wise output that belongs to the step, or the difference to it.
  case layer(tap: Int, isDifference: Bool)

  /// Values `[b, t, …]` with their mask and the layer-wise time of the first; a state has neither.
  struct Part {
    var values: Tensor
    var mask: Tensor?
    var firstTime: Int?
  }

  /// The array behind a step; nil where the step gives none of it.
  func part(_ moment: StepMoment) throws -> Part? {
    switch self {
    case .state(let leaf): return Part(values: moment.runner.stream.value(of: leaf))
    case .output(let tap, let isMask):
      guard let output = moment.output(tap) else { return nil }
      return Part(
        values: isMask ? output.mask : output.values, mask: isMask ? nil : output.mask,
        firstTime: moment.firstTime(tap))
    case .input(let path):
      guard moment.position > 0, let input = try moment.run.stepInput(of: path, inStep: moment.step)
      else { return nil }
      return Part(values: input.values, mask: input.mask)
    case .layer(let tap, let isDifference):
      guard let output = moment.output(tap), let layer = try moment.layerWise(tap, output) else {
        return nil
      }
      let first = max(0, moment.firstTime(tap))
      guard isDifference else {
        return Part(values: layer.values, mask: layer.mask, firstTime: first)
      }
      let skipped = output.time - layer.time
      let ours = output.timesteps(min(skipped, output.time)..<output.time)
      let pairs = zip(ours.values.doubles(), layer.values.doubles())
      return Part(
        values: Tensor(pairs.map { $0 - $1 }, shape: layer.values.shape), mask: layer.mask,
        firstTime: first)
    }
  }

  /// A digest of the array; nil where there is none.
  func digest(_ moment: StepMoment) throws -> UInt64? {
    guard let part = try part(moment) else { return nil }
    var digest = Digest()
    if let mask = part.mask {
      // What stands at invalid timesteps may be anything.
      let sequence = try SequenceTensor(values: part.values, mask: mask)
      sequence.rowDigests.forEach { digest.add($0) }
    } else {
      digest.add(part.values)
    }
    return digest.value
  }
}

extension ModelRun {
  /// What went into a layer in a step that was made; nil for a layer without input of its own.
  func stepInput(of path: String, inStep step: Int) throws -> SequenceTensor? {
    guard let plan, let trace, let place = places.first(where: { $0.path == path }) else {
      return nil
    }
    switch place.input {
    case .root: return input.timesteps(plan.boundaries[step]..<plan.boundaries[step + 1])
    case .output(let other): return try trace.output(of: other, in: step..<step + 1)
    case .made: return try trace.madeInput(of: path, in: step..<step + 1)
    }
  }
}
