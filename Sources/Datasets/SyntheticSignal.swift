import Diagnostics
public import Tensors

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A made-up sequence: something simple to see a layer by.
///
/// A value depends only on the signal, its row, timestep and channel, never on how many rows or
/// timesteps are made. Waves are shifted by an eighth of a cycle from row to row and by a 32nd from
/// channel to channel, so that a swapped row or channel shows. Frequencies are in cycles a
/// timestep; 0.5, the Nyquist frequency, is the highest.
public enum SyntheticSignal: Hashable, Sendable {
  /// The same value everywhere.
  case constant(Double)
  /// `step × t`: an output identifies the timestep of its input.
  case ramp(step: Double)
  /// One at one timestep, zero elsewhere: shows latency and receptive field.
  case impulse(at: Int)
  /// A wave of one frequency.
  case sine(frequency: Double)
  /// A wave whose frequency rises evenly from one value to another within a number of timesteps.
  case chirp(from: Double, to: Double, over: Int)
  /// A wave whose frequency rises by equal ratios from one value to another.
  case sweep(from: Double, to: Double, over: Int)
  /// Independent draws of the standard normal distribution; each row has its own stream.
  case noise(seed: UInt64)
  /// Independent uniform ids `0..<count` as `int32`; each row has its own stream.
  case ids(count: Int, seed: UInt64)

  /// The dtype of the values.
  public var dtype: DType {
    switch self {
    case .ids: .int32
    case .constant, .ramp, .impulse, .sine, .chirp, .sweep, .noise: .float32
    }
  }

  /// Rows of the signal.
  ///
  /// - Parameters:
  ///   - lengths: the valid timesteps of each row; the longest gives the time axis.
  ///   - channelShape: the shape of a timestep, `[]` for one number.
  /// - Returns: values `[b, t] + channelShape`, zero and invalid behind each row's length.
  /// - Throws: ``DatasetError`` `.badSignal` if a length is negative, or there are more than 2^26 numbers
  ///   or more than 2^21 in a timestep.
  public func batch(lengths: [Int], channelShape: Shape = []) throws(DatasetError) -> SequenceBatch
  {
    batch(lengths, try checkedShape(lengths, channelShape)) { _, _ in }
  }

  /// The same, with `goOn` called now and then with how many values are made, of how many; it may throw to
  /// end that.
  package func batch(
    lengths: [Int], channelShape: Shape = [], goOn: (Int, Int) throws -> Void
  ) throws -> SequenceBatch {
    try batch(lengths, try checkedShape(lengths, channelShape), goOn)
  }

  private func checkedShape(
    _ lengths: [Int], _ channelShape: Shape
  ) throws(DatasetError) -> Shape {
    let timeCount = lengths.max() ?? 0
    let shape = [lengths.count, timeCount] + channelShape
    guard !lengths.isEmpty, lengths.allSatisfy({ $0 >= 0 }), channelShape.allSatisfy({ $0 >= 0 }),
      shape.timestepCount <= Self.mostNumbers, shape.elementCount <= Self.mostNumbers,
      channelShape.elementCount <= Self.mostChannels
    else {
      throw DatasetError(
        .badSignal, path: name, found: "a batch of shape \(shape.shapeText)",
        expected: "at least one row, no negative extents, at most "
          + "\(NumberText.grouped(Self.mostNumbers)) numbers, "
          + "\(NumberText.grouped(Self.mostChannels)) in a timestep")
    }
    return shape
  }

  private func batch(
    _ lengths: [Int], _ shape: Shape, _ goOn: (Int, Int) throws -> Void
  ) rethrows -> SequenceBatch {
    let timeCount = shape[1]
    let channelCount = Array(shape.dropFirst(2)).elementCount
    let count = shape.elementCount
    let pieceCount = 1 << 16
    let values = try Tensor(.float32, shape: shape) { bytes in
      let numbers = bytes.bindMemory(to: Float.self)
      var place = 0
      for row in lengths.indices {
        var random = RandomStream(seed: seed, name: "\(name)/\(row)")
        for time in 0..<timeCount {
          for channel in 0..<channelCount {
            if place % pieceCount == 0 { try goOn(place, count) }
            numbers[place] = value(row, time, channel, &random)
            place += 1
          }
        }
      }
    }
    let names = lengths.indices.map { lengths.count == 1 ? name : "\(name)[\($0)]" }
    return SequenceBatch(
      values: values.converted(to: dtype),
      mask: SequenceBatch.mask(lengths: lengths, timeCount: timeCount), names: names)
  }

  /// Larger signals are slips of the pen: these take seconds to make up.
  private static let mostNumbers = 1 << 26
  private static let mostChannels = 1 << 21

  /// The signal's name: `sine`.
  public var name: String {
    switch self {
    case .constant: "constant"
    case .ramp: "ramp"
    case .impulse: "impulse"
    case .sine: "sine"
    case .chirp: "chirp"
    case .sweep: "sweep"
    case .noise: "noise"
    case .ids: "ids"
    }
  }

  private var seed: UInt64 {
    switch self {
    case .noise(let seed), .ids(_, let seed): seed
    case .constant, .ramp, .impulse, .sine, .chirp, .sweep: 0
    }
  }

  private func value(
    _ row: Int, _ time: Int, _ channel: Int, _ random: inout RandomStream
  ) -> Float {
    let t = Double(time)
    switch self {
    case .constant(let value): return Float(value)
    case .ramp(let step): return Float(step * t)
    case .impulse(let place): return time == place ? 1 : 0
    case .noise: return random.normalSingle()
    case .ids(let count, _): return Float((random.uniform() * Double(count)).rounded(.down))
    case .sine(let frequency): return wave(frequency * t, row, channel)
    case .chirp(let first, let last, let count):
      let slope = (last - first) / Double(max(count, 1))
      return wave(first * t + slope * t * t / 2, row, channel)
    case .sweep(let first, let last, let count):
      let rate = log(last / first) / Double(max(count, 1))
      let cycles = rate == 0 ? first * t : first * (exp(rate * t) - 1) / rate
      return wave(cycles, row, channel)
    }
  }

  private func wave(_ cycles: Double, _ row: Int, _ channel: Int) -> Float {
    let shifted = cycles + Double(row) / 8 + Double(channel) / 32
    return Float(sin(2 * Double.pi * (shifted - shifted.rounded(.down))))
  }
}
