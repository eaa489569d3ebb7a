internal import Tensors

/// Where and how much two arrays differ when one is moved against the other in time.
package struct Differences: Hashable, Sendable {
  /// One element in which they differ.
  package struct Element: Hashable, Sendable {
    package let row: Int
    /// The timestep in OFFLINE; in STREAM it is later by the shift.
    package let time: Int
    /// The index on each channel axis.
    package let channel: [Int]
    package let offline: Double
    package let stream: Double

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

  /// By how many timesteps STREAM is later.
  package let shift: Int
  /// The timesteps, of all rows together, that are valid in both and were compared.
  package fileprivate(set) var comparedCount = 0
  /// The timesteps, of all rows together, with a difference above the tolerance.
  package fileprivate(set) var differingCount = 0
  /// The rows with such a timestep.
  package fileprivate(set) var rows: Set<Int> = []
  /// The first such element, in order of time, then row, then channel.
  package fileprivate(set) var first: Element?
  /// The element with the largest difference, also below the tolerance; nil if all are equal.
  package fileprivate(set) var largest: Element?
  /// The number of timesteps inside both arrays that are valid in one only.
  package fileprivate(set) var maskCount = 0
  /// The first of them.
  package fileprivate(set) var firstMask: MaskElement?
  /// For each timestep of OFFLINE the largest difference over rows and channels; nil if none was
  /// compared there.
  package fileprivate(set) var envelope: [Double?] = []

  /// Whether all that was compared is equal within the tolerance, values and masks.
  package var areEqual: Bool { differingCount == 0 && maskCount == 0 }

  fileprivate init(shift: Int) { self.shift = shift }
}

extension Differences {
  /// Compares `offline` at each timestep with `stream` `shift` timesteps later.
  ///
  /// Timesteps that lie outside one of the arrays are not compared.
  static func find(
    _ offline: ComparedArray, _ stream: ComparedArray, shift: Int, tolerance: Double
  ) -> Differences {
    var result = Differences(shift: shift)
    result.envelope = Array(repeating: nil, count: offline.timeCount)
    var largest = 0.0
    for time in 0..<offline.timeCount {
      let other = time + shift
      guard other >= 0, other < stream.timeCount else { continue }
      for row in 0..<offline.rowCount {
        // A mask given for one array only holds for both.
        let isOtherValid = stream.isValid(row, other)
        let isValid = offline.mask == nil ? isOtherValid : offline.isValid(row, time)
        guard isValid == isOtherValid || stream.mask == nil else {
          result.maskCount += 1
          if result.firstMask == nil {
            result.firstMask = MaskElement(row: row, time: time, isValidInOffline: isValid)
          }
          continue
        }
        guard isValid else { continue }
        let found = result.compareTimestep(offline, stream, row, time, tolerance, &largest)
        result.envelope[time] = max(result.envelope[time] ?? 0, found)
      }
    }
    return result
  }

  /// Compares one timestep of one row and gives its largest difference.
  private mutating func compareTimestep(
    _ offline: ComparedArray, _ stream: ComparedArray, _ row: Int, _ time: Int,
    _ tolerance: Double, _ largestSoFar: inout Double
  ) -> Double {
    let start = offline.start(row, time)
    let otherStart = stream.start(row, time + shift)
    var worst = 0.0
    var firstAbove: Int?
    var worstChannel: Int?
    for channel in 0..<offline.channelCount {
      let (a, b) = (offline.values[start + channel], stream.values[otherStart + channel])
      let difference = ValueDifference.between(a, b)
      if difference > tolerance, firstAbove == nil { firstAbove = channel }
      if difference > worst { (worst, worstChannel) = (difference, channel) }
    }
    func element(_ channel: Int) -> Element {
      Element(
        row: row, time: time, channel: Differences.index(channel, in: offline.channelShape),
        offline: offline.values[start + channel], stream: stream.values[otherStart + channel])
    }
    comparedCount += 1
    if let firstAbove {
      differingCount += 1
      rows.insert(row)
      if first == nil { first = element(firstAbove) }
    }
    if worst > largestSoFar, let worstChannel {
      largestSoFar = worst
      largest = element(worstChannel)
    }
    return worst
  }

  private static func index(_ position: Int, in shape: Shape) -> [Int] {
    zip(shape, shape.rowMajorStrides).map { extent, stride in position / stride % extent }
  }
}
