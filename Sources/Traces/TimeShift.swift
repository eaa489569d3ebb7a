import Comparison
import Tensors

/// By how many timesteps a place of STREAM is later than the same place of OFFLINE.
package struct TimeShift: Hashable, Sendable {
  package enum Source: String, Hashable, Sendable {
    /// The traces say it.
    case declared
    /// It was found from the values: those of STREAM are those of OFFLINE, so much later.
    case found
    /// Nothing is equal; it is that of the places before.
    case assumed
  }

  package var steps: Int
  package var source: Source

  /// Finds the shift of a place from the start of its values.
  ///
  /// `known` are shifts to try first. One of them is taken if values are equal from the first timestep on;
  /// only else another is looked for, which must make most timesteps equal. So a fault that begins later, and
  /// moves what comes behind it, is not taken for a latency.
  static func find(
    _ offline: ComparedArray, _ stream: ComparedArray, known: [Int], criterion: Criterion
  ) -> TimeShift? {
    let probe = ShiftProbe(offline: offline, stream: stream, criterion: criterion)
    for steps in known where probe.overlap(steps) > 0 {
      if probe.beginsEqual(steps) { return TimeShift(steps: steps, source: .found) }
    }
    let reach = min(max(offline.timeCount, stream.timeCount) - 1, 1024)
    guard reach > 0 else { return nil }
    let times = probe.telling()
    guard times.count > 1 else { return nil }
    var best: (steps: Int, count: Int)?
    for steps in (-reach...reach).sorted(by: { ($0.magnitude, -$0) < ($1.magnitude, -$1) }) {
      let inside = times.filter { probe.isInside($0, steps) }
      guard 2 * inside.count >= times.count else { continue }
      let count = inside.count { probe.isEqual($0, steps) }
      if 5 * count >= 4 * inside.count, count > (best?.count ?? 1) { best = (steps, count) }
    }
    return best.map { TimeShift(steps: $0.steps, source: .found) }
  }
}

/// Compares timesteps of two arrays of which one may be late.
private struct ShiftProbe {
  let offline: ComparedArray
  let stream: ComparedArray
  let criterion: Criterion

  func isInside(_ time: Int, _ steps: Int) -> Bool {
    time + steps >= 0 && time + steps < stream.timeCount
  }

  func overlap(_ steps: Int) -> Int {
    min(offline.timeCount, stream.timeCount - steps) - max(0, -steps)
  }

  /// Whether all rows of a timestep are equal, as far as they are valid.
  func isEqual(_ time: Int, _ steps: Int) -> Bool {
    for row in 0..<offline.rowCount
    where offline.isValid(row, time) && stream.isValid(row, time + steps) {
      let (a, b) = (offline.start(row, time), stream.start(row, time + steps))
      for channel in 0..<offline.channelCount
      where criterion.differs(offline.values[a + channel], stream.values[b + channel]) {
        return false
      }
    }
    return true
  }

  /// Whether the values are equal from the first common timestep up to one that is unlike the timestep
  /// before it, or to the end.
  func beginsEqual(_ steps: Int) -> Bool {
    for time in max(0, -steps)..<min(offline.timeCount, stream.timeCount - steps) {
      guard isEqual(time, steps) else { return false }
      if !isRest(time) { return true }
    }
    return true
  }

  /// Whether a timestep is all zero, or the same as the one before it: such are alike at any shift.
  private func isRest(_ time: Int) -> Bool {
    for row in 0..<offline.rowCount where offline.isValid(row, time) {
      let now = offline.start(row, time)
      for channel in 0..<offline.channelCount {
        let value = offline.values[now + channel]
        guard value != 0 else { continue }
        guard time > 0 else { return false }
        if value != offline.values[offline.start(row, time - 1) + channel] { return false }
      }
    }
    return true
  }

  /// Some timesteps, spread evenly, that are unlike the timestep before them.
  func telling() -> [Int] {
    let lively = (0..<offline.timeCount).filter { !isRest($0) }
    let count = min(lively.count, 48)
    return (0..<count).map { lively[$0 * lively.count / count] }
  }
}
