import Programs

extension Value {
  /// The sums of this and all earlier timesteps of `[b, t, ...]`, begun with `start`, `[b, ...]`.
  ///
  /// Terms are added one by one in the order of time, so the bits do not depend on how a sequence is cut
  /// into blocks, the last sums of a block being the start of the next.
  func runningSum(from start: Value) -> Value {
    Value.concatenate([start.expandingAxes([1]), self], axis: 1).cumulative(.sum, axis: 1)
      .sliced(axis: 1, from: 1, to: shape[1] + 1)
  }
}
