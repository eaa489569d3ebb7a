public import Programs
import Tensors

// Moves of whole rows in time, for layers that need them.
extension SequenceValue {
  /// The sequence so many timesteps later, or earlier for negative numbers; the number of timesteps stays, what
  /// comes in from outside is invalid.
  public func shifted(by count: Int) -> SequenceValue {
    let distance = min(count.magnitude, UInt(time))
    let rest = Int(distance)
    return count >= 0
      ? slicedTime(from: 0, to: time - rest).paddedTime(rest, 0, valid: false)
      : slicedTime(from: rest, to: time).paddedTime(0, rest, valid: false)
  }

  /// Every row so many timesteps later, `i32[b]`, earlier where negative.
  public func shifted(by counts: Value) -> SequenceValue {
    taken(from: positions(time) - counts.expandingAxes([1]))
  }

  /// `count` timesteps of each row from its place in `starts`, `i32[b]`; invalid beyond the ends.
  public func timeSlice(from starts: Value, count: Int) -> SequenceValue {
    taken(from: positions(count) + starts.expandingAxes([1]))
  }

  /// Every row followed by that of `other`, which begins behind the last of as many timesteps as are valid.
  ///
  /// Valid timesteps are expected at the beginning of each row; the result has `time + other.time` timesteps.
  public func followed(by other: SequenceValue) -> SequenceValue {
    let joined = Self.concatenateTime([unmasked(), other.unmasked()])
    let length = lengths.expandingAxes([1])
    let place = joined.positions(joined.time)
    let own = place .< length
    let behind = place - length
    var result = joined.taken(
      from: own.select(place, behind.adding(Double(time))))
    result.mask = result.mask.and(own.or(behind .< behind.scalarLike(Double(other.time))))
    return result
  }

  /// `i32[b, count]`: 0, 1, 2 and so on.
  private func positions(_ count: Int) -> Value {
    values.builder.iota(ValueType(.int32, [batch, count]), axis: 1)
  }

  /// The timesteps at `places`, `i32[b, n]`; invalid where there is none.
  private func taken(from places: Value) -> SequenceValue {
    guard time > 0 else {
      return paddedTime(0, places.shape[1], valid: false)
    }
    let isInside = (places .< places.scalarLike(0)).not
      .and(places .< places.scalarLike(Double(time)))
    let gather: (Value) -> Value = { $0.gathered(places, axis: 1, batchAxes: 1) }
    return moved(gather) { gather($0).and(isInside) }.unmasked()
  }
}
