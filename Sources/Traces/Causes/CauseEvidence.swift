import Comparison
import Tensors

/// What the tests of causes look at: the first wrong place in both runs around its first difference, what
/// feeds it, its blocks and its states.
struct CauseEvidence {
  /// A block of the streaming run, in timesteps of OFFLINE at this place.
  struct Block {
    let index: Int
    let times: Range<Int>
    /// The places within the block that differ in any row, counted from its start.
    let differing: [Int]

    var isEqual: Bool { differing.isEmpty }
    var isWhole: Bool { differing.count == times.count }
  }

  /// Values of a place that feeds it, in the same timesteps.
  struct Feed {
    let path: String
    let offline: ComparedArray
    let stream: ComparedArray
  }

  let place: TracePlace
  let comparison: PlaceComparison
  /// The timestep of OFFLINE at which the arrays begin.
  let start: Int
  let offline: ComparedArray
  /// The same with timesteps behind those that both have.
  let offlineOn: ComparedArray
  let stream: ComparedArray
  let differences: Differences
  /// The blocks inside the arrays; empty where they are not known.
  let blocks: [Block]
  let feeds: [Feed]
  /// Whether it is known what feeds it.
  let isFeedKnown: Bool
  /// Whether any place before it was recorded.
  let hasBefore: Bool
  let states: [StateSeries]
  /// Which timesteps of which place these states hold, where that was found.
  let held: [HeldTimesteps]
  /// What is known of keys that are kept turned by their positions.
  let turned: [TurnedKeys]
  /// What explains the values, if that was looked for.
  let explained: ArrayComparison?
  /// The largest difference at the place before, and what rounding explains there.
  let before: PlaceComparison?
  /// All timesteps of the place in OFFLINE.
  let timeCount: Int
  /// How many of its outputs come late, beside what comes late to it: how far it looks ahead; 0 where nobody
  /// said it.
  let ownLatency: Int
  /// Timesteps that STREAM lacks at this place and not before it.
  let lacking: (first: Int, last: Int)

  /// How many rows the model was fed.
  let inputRowCount: Int

  /// What feeds it first.
  var feed: Feed? { feeds.first }

  /// The timestep of the first difference.
  var firstTime: Int { comparison.firstPlace?.time ?? start }

  /// The block with the first difference.
  var firstBlock: Block? { blocks.first { $0.times.contains(firstTime) } }

  /// How far behind the start of its block the first difference lies.
  var firstOffset: Int? { firstBlock.map { firstTime - $0.times.lowerBound } }

  /// The blocks with a difference.
  var wrongBlocks: [Block] { blocks.filter { !$0.isEqual } }

  /// Whether blocks are longer than a timestep, so that places within them mean something.
  var hasLongBlocks: Bool { blocks.contains { $0.times.count > 1 } }

  /// How many blocks there are behind the first wrong one, that one included.
  var blocksFromFirst: [Block] { blocks.filter { $0.times.upperBound > firstTime } }

  /// The share of the timesteps from the first difference on that differ in any row.
  var shareFromFirst: Double {
    let times = max(firstTime - start, 0)..<max(differences.envelope.count, firstTime - start)
    let compared = times.filter { differences.envelope[$0] != nil }
    let wrong = compared.count { (differences.envelope[$0] ?? 0) > 0 }
    return Double(wrong) / Double(max(compared.count, 1))
  }

  /// The rows that differ, and those that do not.
  var wrongRows: [Int] {
    differences.areEqual ? comparison.firstTimes.keys.sorted() : differences.rows.keys.sorted()
  }
  var equalRows: [Int] {
    let wrong = Set(wrongRows)
    return (0..<offline.rowCount).filter { !wrong.contains($0) }
  }

  /// Whether a timestep of the arrays differs in a row.
  func isWrong(_ row: Int, _ time: Int) -> Bool {
    differences.flags[row * differences.envelope.count + time]
  }

  /// Whether the name of the place, or of its kind, has one of these words in it.
  func isNamed(_ words: [String]) -> Bool {
    let name = (place.path + " " + (place.typeName ?? "")).lowercased()
    return words.contains { name.contains($0) }
  }

  /// The words for the first difference: `t 6, the start of block 2`.
  var firstText: String {
    guard let block = firstBlock, let offset = firstOffset else { return "t \(firstTime)" }
    let where_ = offset == 0 ? "the start" : "timestep \(offset)"
    return "t \(firstTime), \(where_) of block \(block.index)"
  }
}

/// Values of one state leaf over the blocks of STREAM.
struct StateSeries {
  let name: String
  /// Whether it is the state as it was handed to each block, and not what a block left.
  let isEntering: Bool
  let isOwn: Bool
  /// `[b, blocks + 1, …]`, NaN where it was not recorded: index `k` is before block `k`.
  let values: ComparedArray
  /// How many timesteps of the input lie before each index.
  let ends: [Int]

  /// Whether a row's state at an index was recorded.
  func isKnown(_ index: Int) -> Bool {
    guard values.isValid(0, index), values.channelCount > 0 else { return false }
    return !entry(0, index).allSatisfy(\.isNaN)
  }

  func entry(_ row: Int, _ index: Int) -> ArraySlice<Double> {
    let start = values.start(row, index)
    return values.values[start..<start + values.channelCount]
  }

  var count: Int { values.timeCount }
}
