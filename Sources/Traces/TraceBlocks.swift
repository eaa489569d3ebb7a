/// How many timesteps of the input every block of a run took.
///
/// Equal neighbours are kept as one, so that a million equal blocks take no more than one.
package struct TraceBlocks: Hashable, Sendable {
  private struct Run: Hashable, Sendable {
    var size: Int
    var count: Int
    /// The first block, and the timestep at which it begins.
    var firstBlock: Int
    var start: Int
  }

  private var runs: [Run] = []
  /// The number of blocks.
  package private(set) var count = 0
  /// The timesteps of all blocks.
  package private(set) var timeCount = 0

  /// Takes sizes of blocks, in order.
  ///
  /// - Precondition: every size is positive.
  package init(_ sizes: some Sequence<Int>) {
    for size in sizes { append(size) }
  }

  /// Takes equal blocks.
  package init(size: Int, count: Int) { append(size, count: count) }

  /// Adds blocks at the end.
  package mutating func append(_ size: Int, count added: Int = 1) {
    precondition(size > 0, "A block of \(size) timesteps.")
    guard added > 0 else { return }
    if let last = runs.indices.last, runs[last].size == size {
      runs[last].count += added
    } else {
      runs.append(Run(size: size, count: added, firstBlock: count, start: timeCount))
    }
    count += added
    timeCount += size * added
  }

  /// The size of a block.
  package subscript(block: Int) -> Int { run(ofBlock: block).size }

  /// The timestep at which a block begins; for the number of blocks, the end.
  package func start(of block: Int) -> Int {
    guard block < count else { return timeCount }
    let run = run(ofBlock: block)
    return run.start + (block - run.firstBlock) * run.size
  }

  /// The block that a timestep is in; nil outside.
  package func block(at time: Int) -> Int? {
    guard time >= 0, time < timeCount,
      let run = runs.last(where: { $0.start <= time })
    else { return nil }
    return run.firstBlock + (time - run.start) / run.size
  }

  /// The size of all blocks, the last perhaps smaller; nil if others differ.
  package var period: Int? {
    guard let first = runs.first, count > 1 else { return nil }
    if runs.count == 1 { return first.size }
    let isShortEnd = runs.count == 2 && runs[1].count == 1 && runs[1].size < first.size
    return isShortEnd ? first.size : nil
  }

  /// Every size, in order.
  package var sizes: [Int] { runs.flatMap { Array(repeating: $0.size, count: $0.count) } }

  /// Such as `12 blocks of 4`, `blocks of 4, 4, 3`.
  package var text: String {
    if runs.count == 1 { return "\(count) block\(count == 1 ? "" : "s") of \(runs[0].size)" }
    let shown = sizes.prefix(8).map(String.init).joined(separator: ", ")
    return "blocks of \(shown)" + (count > 8 ? ", … \(count - 8) more" : "")
  }

  private func run(ofBlock block: Int) -> Run {
    precondition(block >= 0 && block < count, "Block \(block) of \(count).")
    var (low, high) = (0, runs.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if runs[middle].firstBlock <= block { low = middle } else { high = middle - 1 }
    }
    return runs[low]
  }
}
