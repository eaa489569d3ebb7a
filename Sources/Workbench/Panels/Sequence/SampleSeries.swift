import Runtime
import Tensors

/// What lanes show of one row of a sequence: a magnitude and a validity for each timestep.
struct SampleSeries {
  /// The mean magnitude of a timestep's channels; NaN if any is, and 0 where it is invalid.
  private(set) var magnitudes: [Float] = []
  /// Valid timesteps before each one, and in all.
  private var validBefore = [0]
  /// The greatest finite magnitude.
  private(set) var peak: Float = 0

  var time: Int { magnitudes.count }

  /// A whole sequence.
  init(_ sequence: SequenceTensor, row: Int) { append(sequence, row: row) }

  /// Nothing yet.
  init() {}

  func isValid(_ time: Int) -> Bool { validBefore[time + 1] > validBefore[time] }

  func validCount(in range: Range<Int>) -> Int {
    validBefore[range.upperBound] - validBefore[range.lowerBound]
  }

  /// Adds the timesteps of one more block.
  mutating func append(_ sequence: SequenceTensor, row: Int) {
    let own = sequence.batch == 1 ? sequence : sequence.rows([row])
    let values = own.values.doubles()
    let flags = own.mask.elements(as: Bool.self)
    let channels = own.channelCount
    var valid = validCount(in: 0..<time)
    for time in 0..<own.time {
      valid += flags[time] ? 1 : 0
      validBefore.append(valid)
      guard flags[time], channels > 0 else {
        magnitudes.append(0)
        continue
      }
      var sum = 0.0
      for channel in time * channels..<(time + 1) * channels { sum += values[channel].magnitude }
      let mean = Float(sum / Double(channels))
      magnitudes.append(mean)
      if mean.isFinite { peak = max(peak, mean) }
    }
  }

  /// The greatest magnitude of the valid timesteps of a range; NaN wins, for it must be seen.
  func peak(in range: Range<Int>) -> Float? {
    var result: Float?
    for time in range where isValid(time) {
      let value = magnitudes[time]
      if value.isNaN { return value }
      result = max(result ?? 0, value)
    }
    return result
  }
}

/// The series of what a layer put out step by step.
struct StepSeries {
  private(set) var series = SampleSeries()
  /// Timesteps after each step, from step 0.
  private(set) var ends = [0]

  /// Adds the output of one more step.
  mutating func append(_ output: SequenceTensor?, row: Int) {
    if let output { series.append(output, row: row) }
    ends.append(series.time)
  }

  /// The step that put a timestep out, and the place in its block.
  func place(of time: Int) -> (step: Int, offset: Int)? {
    guard time >= 0, time < series.time else { return nil }
    var low = 0
    var high = ends.count - 1
    while low + 1 < high {
      let middle = (low + high) / 2
      if ends[middle] <= time { low = middle } else { high = middle }
    }
    return (low, time - ends[low])
  }
}
