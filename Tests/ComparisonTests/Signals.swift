import Tensors

/// Arrays `[b, t, c]` to compare, as functions of row, timestep and channel.
struct Signal {
  let rows: Int
  let times: Int
  let channels: Int
  var values: [Float]

  init(_ rows: Int, _ times: Int, _ channels: Int, _ value: (Int, Int, Int) -> Float) {
    (self.rows, self.times, self.channels) = (rows, times, channels)
    values = []
    values.reserveCapacity(rows * times * channels)
    for row in 0..<rows {
      for time in 0..<times {
        for channel in 0..<channels { values.append(value(row, time, channel)) }
      }
    }
  }

  /// Seeded noise.
  static func noise(_ rows: Int, _ times: Int, _ channels: Int, seed: UInt64 = 1) -> Signal {
    var random = RandomStream(seed: seed, name: "comparison")
    return Signal(rows, times, channels) { _, _, _ in Float(random.normal()) }
  }

  subscript(row: Int, time: Int, channel: Int) -> Float {
    get { values[(row * times + time) * channels + channel] }
    set { values[(row * times + time) * channels + channel] = newValue }
  }

  var tensor: Tensor { Tensor(values, shape: [rows, times, channels]) }

  /// The signal with each value changed.
  func changed(_ change: (_ row: Int, _ time: Int, _ channel: Int, _ value: Float) -> Float)
    -> Signal
  {
    Signal(rows, times, channels) { change($0, $1, $2, self[$0, $1, $2]) }
  }

  /// The timesteps of these numbers, one after the other; `fill` where there is none of that number.
  func timesteps(_ sources: [Int], fill: Float = 0) -> Signal {
    Signal(rows, sources.count, channels) { row, time, channel in
      (0..<times).contains(sources[time]) ? self[row, sources[time], channel] : fill
    }
  }
}
