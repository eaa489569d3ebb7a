import Layers
import Runtime
import Tensors

extension ConformanceRun {
  mutating func checkSteps(
    _ model: Model, _ input: SequenceTensor, _ constants: Constants, against want: SequenceTensor
  ) throws {
    guard golden.layer.supportsStep, !(try refusesSteps(model, input, constants)) else { return }
    for blocks in [[1], [2], [1, 3, 2]] {
      let schedule = BlockSchedule(blocks)
      let got = try model.stepByStep(
        input, constants: constants, schedule: schedule, options: options)
      compare("step in blocks of \(blocks)", got.y, want)
    }
  }

  /// Whether steps are refused as a whole; that is right where those of the original contradict its
  /// layer, so that the case has none.
  private func refusesSteps(
    _ model: Model, _ input: SequenceTensor, _ constants: Constants
  ) throws -> Bool {
    guard try golden.tensor("step.values") == nil else { return false }
    do { _ = try model.makeStream(batch: input.batch, constants: constants) } catch is LayerError {
      return true
    }
    return false
  }

  mutating func checkInvalidInput(
    _ model: Model, _ input: SequenceTensor, _ constants: Constants, layer: SequenceTensor
  ) throws {
    guard input.values.dtype.isFloating || input.values.dtype == .complex64 else { return }
    let poisoned = input.filledInvalid(with: .nan)
    let constants = constants.mapValues(\.poisoned)
    let output = try model.layer(poisoned, constants: constants, options: options)
    compare("NaN at invalid timesteps", output.y, layer)
    guard golden.layer.supportsStep, !(try refusesSteps(model, input, constants)) else { return }
    let steps = try model.stepByStep(poisoned, constants: constants, options: options)
    compare("NaN at invalid timesteps, step", steps.y, layer)
  }
}
