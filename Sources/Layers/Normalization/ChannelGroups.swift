import Programs
import Tensors

/// Values `[b, t, ..., groups, size, ...]` whose invalid timesteps are 0, with the groups on `axis`.
struct ChannelGroups {
  var values: Value
  var mask: Value
  var axis: Int

  /// Mean and biased variance, to be broadcast over the values.
  struct Moments {
    var mean: Value
    var variance: Value

    func normalize(_ values: Value, _ epsilon: Double) -> Value {
      (values - mean) * variance.adding(epsilon).unary(.rsqrt)
    }
  }

  private var inner: [Int] { (2..<values.rank).filter { $0 != axis } }
  private var elements: Double { Double(inner.reduce(1) { $0 * values.shape[$1] }) }

  private var expandedMask: Value {
    mask.reshaped(mask.shape + Array(repeating: 1, count: values.rank - 2))
  }

  private func squaredDeviations(from mean: Value) -> Value {
    let centred = values - mean
    return expandedMask.select(centred * centred, values.scalarLike(0))
  }

  /// Moments of each row and group over all valid timesteps.
  func wholeMoments() -> Moments {
    let folded = [1] + inner
    let steps = mask.converted(to: values.dtype).reduced(.sum, axes: [1])
    let count = steps.scaled(by: elements).binary(.max, 1)
    let ones: Shape = Array(repeating: 1, count: values.rank - 1)
    let divisor = count.reshaped(count.shape + ones)
    let mean = values.reduced(.sum, axes: folded, keepingAxes: true) / divisor
    let squares = squaredDeviations(from: mean).reduced(.sum, axes: folded, keepingAxes: true)
    return Moments(mean: mean, variance: squares / divisor)
  }

  /// Moments of each row and group over the valid timesteps up to each; moves the sums in `state` on.
  func cumulativeMoments(_ state: inout LayerState) -> Moments {
    let groups = values.shape[axis]
    let perStep = [mask.shape[0], mask.shape[1], groups]
    let steps = mask.converted(to: values.dtype).scaled(by: elements)
    let counts = steps.expandingAxes([2]).broadcast(to: perStep)
    let divisor = Self.accumulate(counts, "count", &state).binary(.max, 1)
    let sums = Self.accumulate(values.reduced(.sum, axes: inner), "sum", &state)
    let mean = laidOut(sums / divisor)
    let squares = squaredDeviations(from: mean).reduced(.sum, axes: inner)
    let total = Self.accumulate(squares, "squares", &state)
    return Moments(mean: mean, variance: laidOut(total / divisor))
  }

  /// Running sums of `[b, t, groups]` from a leaf `[b, groups]`, which gets the last ones.
  private static func accumulate(
    _ steps: Value, _ leaf: String, _ state: inout LayerState
  ) -> Value {
    let sums = steps.runningSum(from: state[leaf])
    let time = steps.shape[1]
    if time > 0 { state[leaf] = sums.element(time - 1, axis: 1) }
    return sums
  }

  private func laidOut(_ moments: Value) -> Value {
    var shape: Shape = Array(repeating: 1, count: values.rank)
    for axis in 0..<2 { shape[axis] = moments.shape[axis] }
    shape[axis] = moments.shape[2]
    return moments.reshaped(shape)
  }
}
