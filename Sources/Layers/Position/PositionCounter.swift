import Programs
import Tensors

/// The position of every timestep, the same in `layer` and `step`.
///
/// Behind a latency the first stepwise timesteps come before the first layer-wise one. A physical
/// position starts at minus their number; a count of valid timesteps leaves them out.
///
/// State leaves: `position i32[b]`, the position of the next timestep; when only valid timesteps count
/// behind a latency also `warmup i32[b]`, how many timesteps are still to be left out.
struct PositionCounter {
  /// Whether invalid timesteps have the position of the valid one before them.
  var countsValidOnly: Bool

  /// The inputs that a position depends on.
  var receptiveField: ReceptiveField { countsValidOnly ? .past : .aligned }

  func declareState(in state: inout LayerState, _ context: LayerContext) {
    let latency = context.precedingLatency
    let type = ValueType(.int32, [context.batch])
    let start = countsValidOnly ? 0 : -latency
    state.declare("position", context.builder.full(Double(start), type))
    if countsValidOnly && latency > 0 {
      state.declare("warmup", context.builder.full(Double(latency), type))
    }
  }

  /// Moves the state on and gives the positions `i32[b, t]` of a block.
  ///
  /// Where only valid timesteps count, one before the first has position -1.
  func advance(_ x: SequenceValue, _ state: inout LayerState) -> Value {
    let next = state["position"]
    let start = next.expandingAxes([1])
    guard countsValidOnly else {
      state["position"] = next.adding(Double(x.time))
      return start + Self.physical(x)
    }
    let counted = isCounted(x, &state).converted(to: .int32)
    state["position"] = next + counted.reduced(.sum, axes: [1])
    return (start + counted.cumulative(.sum, axis: 1)).adding(-1)
  }

  /// Positions `i32[b, t]` of a whole sequence, none below 0.
  func positions(_ x: SequenceValue) -> Value {
    countsValidOnly ? x.validPositions.binary(.max, 0) : Self.physical(x)
  }

  private func isCounted(_ x: SequenceValue, _ state: inout LayerState) -> Value {
    guard state.has("warmup") else { return x.mask }
    let left = state["warmup"]
    state["warmup"] = left.adding(Double(-x.time)).binary(.max, 0)
    return x.mask.and(left.expandingAxes([1]) .<= Self.physical(x))
  }

  private static func physical(_ x: SequenceValue) -> Value {
    x.mask.builder.iota(ValueType(.int32, [x.batch, x.time]), axis: 1)
  }
}
