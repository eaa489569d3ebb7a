import Tensors

/// Where and how much two arrays `[b, t, c]` differ, timestep against timestep.
package struct Differences: Hashable, Sendable {
  /// One element in which they differ.
  package struct Element: Hashable, Sendable {
    package let row: Int
    package let time: Int
    /// The index on each channel axis.
    package let channel: [Int]
    package let offline: Double
    package let stream: Double

    package init(row: Int, time: Int, channel: [Int], offline: Double, stream: Double) {
      (self.row, self.time, self.channel) = (row, time, channel)
      (self.offline, self.stream) = (offline, stream)
    }

    /// The absolute difference.
    package var difference: Double { ValueDifference.between(offline, stream) }

    /// The place as an index: `[1, 48, 3]`.
    package var indexText: String { ([row, time] + channel).shapeText }
  }

  /// A timestep that is valid in one array only.
  package struct MaskElement: Hashable, Sendable {
    package let row: Int
    package let time: Int
    package let isValidInOffline: Bool
  }

  /// Where the differences of one row, or of one channel, begin and end.
  package struct Extent: Hashable, Sendable {
    package fileprivate(set) var firstTime: Int
    package fileprivate(set) var lastTime: Int
    /// The timesteps that differ; of all rows together for a channel.
    package fileprivate(set) var count = 0

    fileprivate mutating func add(_ time: Int) {
      firstTime = min(firstTime, time)
      lastTime = max(lastTime, time)
      count += 1
    }
  }

  /// The timesteps, of all rows together, that are valid in both and were compared.
  package fileprivate(set) var comparedCount = 0
  /// The timesteps, of all rows together, with a difference that counts.
  package fileprivate(set) var differingCount = 0
  /// The values of these timesteps that differ.
  package fileprivate(set) var differingValueCount = 0
  /// The rows with such a timestep.
  package fileprivate(set) var rows: [Int: Extent] = [:]
  /// The channels, counted through all axes, with such a value.
  package fileprivate(set) var channels: [Int: Extent] = [:]
  /// The first such element, in order of time, then row, then channel.
  package fileprivate(set) var first: Element?
  /// The element with the largest difference, whether or not it counts; nil if all are the same.
  package fileprivate(set) var largest: Element?
  /// The number of timesteps inside both arrays that are valid in one only.
  package fileprivate(set) var maskCount = 0
  /// The first of them.
  package fileprivate(set) var firstMask: MaskElement?
  /// For each timestep the largest difference over rows and channels, 0 if none counts; nil if none
  /// was compared there.
  package fileprivate(set) var envelope: [Double?] = []
  /// Which timesteps `[b, t]` differ.
  package private(set) var flags: [Bool] = []

  /// Whether nothing that was compared differs, neither values nor masks.
  package var areEqual: Bool { differingCount == 0 && maskCount == 0 }

  /// The share of the compared values that differ.
  func share(channelCount: Int) -> Double {
    Double(differingValueCount) / Double(max(comparedCount * channelCount, 1))
  }

  /// Compares two arrays of the same rows and channels as far as both reach.
  package static func find(
    _ offline: ComparedArray, _ stream: ComparedArray, _ criterion: Criterion
  ) -> Differences {
    var result = Differences()
    let timeCount = min(offline.timeCount, stream.timeCount)
    result.envelope = Array(repeating: nil, count: timeCount)
    result.flags = Array(repeating: false, count: offline.rowCount * timeCount)
    var largest = 0.0
    var channels: [Extent?] = Array(repeating: nil, count: offline.channelCount)
    for time in 0..<timeCount {
      for row in 0..<offline.rowCount where offline.covers(row, time) {
        // A mask given for one array only holds for both.
        let isOtherValid = stream.isValid(row, time)
        let isValid = offline.mask == nil ? isOtherValid : offline.isValid(row, time)
        guard isValid == isOtherValid || stream.mask == nil else {
          result.maskCount += 1
          if result.firstMask == nil {
            result.firstMask = MaskElement(row: row, time: time, isValidInOffline: isValid)
          }
          continue
        }
        guard isValid else { continue }
        let found = result.compare(offline, stream, row, time, criterion, &largest, &channels)
        result.envelope[time] = max(result.envelope[time] ?? 0, found)
        if found > 0 { result.flags[row * timeCount + time] = true }
      }
    }
    for (channel, extent) in channels.enumerated() { result.channels[channel] = extent }
    return result
  }

  /// Compares one timestep of one row and gives its largest difference that counts.
  private mutating func compare(
    _ offline: ComparedArray, _ stream: ComparedArray, _ row: Int, _ time: Int,
    _ criterion: Criterion, _ largestSoFar: inout Double, _ channels: inout [Extent?]
  ) -> Double {
    let start = offline.start(row, time)
    let otherStart = stream.start(row, time)
    var worst = 0.0
    var firstAbove: Int?
    for channel in 0..<offline.channelCount {
      let (a, b) = (offline.values[start + channel], stream.values[otherStart + channel])
      let difference = ValueDifference.between(a, b)
      guard difference > 0 else { continue }
      func element(_ channel: Int) -> Element {
        Element(
          row: row, time: time, channel: offline.channelIndex(channel), offline: a, stream: b)
      }
      if difference > largestSoFar {
        largestSoFar = difference
        largest = element(channel)
      }
      guard criterion.differs(a, b) else { continue }
      worst = max(worst, difference)
      differingValueCount += 1
      channels[channel, default: time].add(time)
      if firstAbove == nil {
        firstAbove = channel
        if first == nil { first = element(channel) }
      }
    }
    comparedCount += 1
    if firstAbove != nil {
      differingCount += 1
      rows[row, default: Extent(firstTime: time, lastTime: time)].add(time)
    }
    return worst
  }
}

extension [Differences.Extent?] {
  /// The extent of a channel, begun at a timestep if there is none.
  fileprivate subscript(channel: Int, default time: Int) -> Differences.Extent {
    get { self[channel] ?? Differences.Extent(firstTime: time, lastTime: time) }
    set { self[channel] = newValue }
  }
}

extension Differences.Element {
  /// The same element where time is counted from `start` timesteps earlier.
  package func moved(by start: Int) -> Differences.Element {
    Differences.Element(
      row: row, time: time + start, channel: channel, offline: offline, stream: stream)
  }
}

extension Differences.MaskElement {
  /// The same timestep where time is counted from `start` timesteps earlier.
  package func moved(by start: Int) -> Differences.MaskElement {
    Differences.MaskElement(row: row, time: time + start, isValidInOffline: isValidInOffline)
  }
}
