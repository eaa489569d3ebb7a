import Comparison

/// Which timesteps of a place a state holds: a cache of a convolution or an attention keeps the last ones,
/// and a recurrent layer its last output.
struct HeldTimesteps {
  /// What the state holds before one block.
  struct Entry {
    let block: Int
    let row: Int
    /// The timesteps that it should hold, those before the start left out.
    let expected: [Int]
    let missing: [Int]
    /// The timestep that each slot holds; nil for other values.
    let slots: [Slot]

    var holdsOtherRow: Bool {
      slots.contains { if case .otherRow = $0 { true } else { false } }
    }
  }

  enum Slot: Hashable {
    case timestep(Int)
    case otherRow(Int, timestep: Int)
    case zero
    case other
  }

  let state: StateSeries
  let source: String
  /// How many timesteps the state holds.
  let length: Int
  let entries: [Entry]
  /// The entries that are as they should be.
  let rightCount: Int

  /// Whether the oldest timestep alone is missing, with zeros in its place, before every block at which the window
  /// is full.
  var isShort: Bool {
    let wrong = entries.filter { !$0.missing.isEmpty }
    return length > 1 && wrong.count > 1
      && wrong.allSatisfy {
        $0.expected.count == length && $0.missing == [$0.expected[0]] && $0.slots.contains(.zero)
      }
  }

  /// The first block before which it does not hold what it should.
  var firstWrong: Entry? { entries.first { !$0.missing.isEmpty } }

  /// Blocks that are looked at.
  private static let mostBlocks = 96
  /// By how many timesteps the newest held one may lie behind the newest there is.
  private static let lags = 0...8

  /// Takes a state and the values, from timestep `start` of STREAM on, of a place that it may hold, with the
  /// timesteps of that place before each block; nil if the state does not seem to hold them.
  init?(
    _ state: StateSeries, source: String, _ values: ComparedArray, start: Int, ends: [Int],
    near block: Int
  ) {
    let width = values.channelCount
    guard width > 0, values.rowCount == state.values.rowCount else { return nil }
    let shape = state.values.channelShape
    var layouts: [(length: Int, axis: Int?)] = shape.indices.compactMap { axis in
      let length = shape[axis]
      return length > 0 && state.values.channelCount == length * width ? (length, axis) : nil
    }
    if state.values.channelCount == width { layouts.append((1, nil)) }
    let first = max(1, block - Self.mostBlocks / 3)
    let blocks = (first..<max(first, min(state.count, first + Self.mostBlocks))).filter {
      state.isKnown($0)
    }
    let look = LookUp(state: state, values: values, start: start, ends: ends)
    var best: (entries: [Entry], length: Int, right: Int)?
    for layout in layouts {
      for lag in Self.lags {
        let entries = blocks.flatMap { index in
          (0..<values.rowCount).compactMap { row in
            look.entry(row, index, layout.length, layout.axis, lag: lag)
          }
        }
        guard Self.isTold(entries, layout.length) else { continue }
        let right = entries.count { !$0.expected.isEmpty && $0.missing.isEmpty }
        if right > best?.right ?? -1 { best = (entries, layout.length, right) }
      }
    }
    guard let best else { return nil }
    (self.state, self.source) = (state, source)
    (entries, length, rightCount) = (best.entries, best.length, best.right)
  }

  /// Whether a state holds timesteps of this place: one entry is as it should be, or the newest timestep is
  /// there before nearly every block.
  private static func isTold(_ entries: [Entry], _ length: Int) -> Bool {
    let asked = entries.filter { !$0.expected.isEmpty }
    guard !asked.isEmpty else { return false }
    // One timestep of many may be there by chance: the first is turned by no angle, for example.
    let isRight = asked.contains { $0.missing.isEmpty && $0.expected.count >= min(length, 2) }
    if isRight { return true }
    let newest = asked.count { entry in
      guard let last = entry.expected.last else { return false }
      return !entry.missing.contains(last)
        || entry.slots.contains {
          if case .otherRow(_, last) = $0 { true } else { false }
        }
    }
    return asked.count >= 3 && 5 * newest >= 4 * asked.count
  }

  /// What it holds before a block, for people.
  func text(_ entry: Entry) -> String {
    let held = entry.slots.compactMap { slot -> Int? in
      if case .timestep(let time) = slot { time } else { nil }
    }
    let zeros = entry.slots.count { $0 == .zero }
    var parts: [String] = []
    if !held.isEmpty { parts.append("t \(NumberRanges.text(held.sorted()))") }
    for case .otherRow(let row, let time) in entry.slots.prefix(1) {
      parts.append("t \(time) of row \(row)")
    }
    if zeros > 0 { parts.append("\(zeros) × zeros") }
    let others = entry.slots.count { $0 == .other }
    if others > 0 { parts.append("\(others) × other values") }
    return
      "before block \(entry.block) it holds \(parts.joined(separator: ", ")) of \(source) in row "
      + "\(entry.row), expected t \(NumberRanges.text(entry.expected))"
  }

  /// Finds timesteps by their values.
  private struct LookUp {
    let state: StateSeries
    let values: ComparedArray
    let start: Int
    let ends: [Int]
    private let times: [[Int: [Int]]]

    init(state: StateSeries, values: ComparedArray, start: Int, ends: [Int]) {
      (self.state, self.values, self.start, self.ends) = (state, values, start, ends)
      times = (0..<values.rowCount).map { row in
        Dictionary(grouping: 0..<values.timeCount) { time in
          let start = values.start(row, time)
          return Array(values.values[start..<start + values.channelCount]).hashValue
        }
      }
    }

    func entry(_ row: Int, _ index: Int, _ length: Int, _ axis: Int?, lag: Int) -> Entry? {
      let newest = ends[index] - 1 - lag
      let expected = (max(newest - length + 1, start, 0)..<max(newest + 1, start, 0)).filter {
        $0 - start < values.timeCount
      }
      guard !expected.isEmpty else { return nil }
      let frames = self.frames(row, index, length, axis)
      let known = Set(frames.map(\.hashValue))
      let missing = expected.filter { !known.contains(frame(row, $0 - start).hashValue) }
      return Entry(
        block: index, row: row, expected: expected, missing: missing,
        slots: missing.isEmpty ? [] : frames.map { slot($0, row, near: newest) })
    }

    private func frame(_ row: Int, _ time: Int) -> [Double] {
      let start = values.start(row, time)
      return Array(values.values[start..<start + values.channelCount])
    }

    /// The state as one array of values a slot.
    private func frames(_ row: Int, _ index: Int, _ length: Int, _ axis: Int?) -> [[Double]] {
      let entry = Array(state.entry(row, index))
      guard let axis else { return [entry] }
      let inner = state.values.channelShape.dropFirst(axis + 1).reduce(1, *)
      var frames: [[Double]] = Array(repeating: [], count: length)
      for (position, value) in entry.enumerated() {
        frames[position / inner % length].append(value)
      }
      return frames
    }

    private func slot(_ frame: [Double], _ row: Int, near time: Int) -> Slot {
      if frame.allSatisfy({ $0 == 0 }) { return .zero }
      let hash = frame.hashValue
      if let own = times[row][hash] {
        let nearest = own.min { ($0 + start - time).magnitude < ($1 + start - time).magnitude }
        return .timestep((nearest ?? 0) + start)
      }
      for other in times.indices where other != row {
        if let found = times[other][hash]?.first {
          return .otherRow(other, timestep: found + start)
        }
      }
      return .other
    }
  }
}
