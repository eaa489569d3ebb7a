import Programs
import Tensors

/// Parameters of which every timestep has its own, up to a number of steps: what layers share that
/// look them up by position.
///
/// Positions count all timesteps, from 0 in `layer` and `step` alike, every row by itself. At positions
/// from `numSteps` on there is no parameter and the result is NaN.
struct StepTable {
  var numSteps: Int

  static let counter = PositionCounter(countsValidOnly: false)

  /// The entries of a table `[numSteps, ...]` for positions `[b, t]`, as `[b, t, ...]`.
  func entries(_ table: Value, _ positions: Value) -> Value {
    table.gathered(positions, axis: 0, outOfRange: .clamp)
  }

  /// The values `[b, t, ...]`, NaN where there is no parameter.
  func onlyWithinTable(_ values: Value, _ positions: Value) -> Value {
    let isWithin = positions .< positions.scalarLike(Double(numSteps))
    let ones: Shape = Array(repeating: 1, count: values.rank - 2)
    return isWithin.reshaped(isWithin.shape + ones)
      .select(values, values.scalarLike(.nan))
  }

  /// The values `[b, t, ...]`, 0 where there is no parameter: what is computed there from the last
  /// parameters must not reach their gradient.
  func zeroBeyondTable(_ values: Value, _ positions: Value) -> Value {
    let isWithin = positions .< positions.scalarLike(Double(numSteps))
    let ones: Shape = Array(repeating: 1, count: values.rank - 2)
    return isWithin.reshaped(isWithin.shape + ones).select(values, values.scalarLike(0))
  }

  /// A table `[numSteps, ...]` cut or continued with zeros to a number of timesteps.
  func extended(_ table: Value, to time: Int) -> Value {
    let kept = table.sliced(axis: 0, from: 0, to: min(numSteps, time))
    return kept.padded(axis: 0, low: 0, high: max(0, time - numSteps))
  }
}
