import CKernels

/// How attention is cut into parts: runs of blocks of queries of one head after another, by the keys
/// that they can see.
struct AttentionShare {
  /// The cost of one query seeing one key, for all heads of all batch rows, in multiply-adds.
  let work: Int
  /// Of one batch row, and of all.
  private let rowHeads: Int
  private let heads: Int
  private let queryCount: Int
  /// The cost of a head's blocks before each block, and behind them that of the whole head.
  private let costs: [Int]

  init(_ layout: AttentionLayout) {
    rowHeads = layout.heads
    heads = layout.batch * layout.heads
    queryCount = layout.queryCount
    var costs = [0]
    for start in stride(from: 0, to: layout.queryCount, by: Self.block) {
      let queries = start..<min(start + Self.block, layout.queryCount)
      let seen = queries.reduce(0) { $0 + Int(layout.last[$1] - layout.first[$1]) }
      costs.append(costs[costs.count - 1] + (seen + 1) * (layout.size + layout.valueSize))
    }
    self.costs = costs
    work = heads * (costs.last ?? 0)
  }

  private static var block: Int { Int(SW_ATTENTION_BLOCK) }
  private var blockCount: Int { costs.count - 1 }
  private var headCost: Int { costs[blockCount] }

  /// Whether no part of so many has more than its share by a tenth.
  func isEven(_ count: Int) -> Bool {
    (0..<count).allSatisfy { part in
      let share = (cost(end(part, count)) - cost(start(part, count))) * count * 10
      return share <= work * 11 && share >= work * 9
    }
  }

  /// Calls `body` with every batch row of a part, heads of it and the queries of those.
  ///
  /// Heads whose queries are one block come together.
  @inline(__always)
  func forEach(
    _ part: Int, of count: Int,
    _ body: (_ row: Int, _ heads: Range<Int>, _ queries: Range<Int>) -> Void
  ) {
    let (first, last) = (start(part, count), end(part, count))
    var place = first
    while place < last {
      let (head, block) = place.quotientAndRemainder(dividingBy: blockCount)
      let (row, rowHead) = head.quotientAndRemainder(dividingBy: rowHeads)
      if blockCount == 1 {
        let together = min(rowHeads - rowHead, last - place)
        body(row, rowHead..<rowHead + together, 0..<queryCount)
        place += together
      } else {
        let blocks = min(blockCount - block, last - place)
        let end = min((block + blocks) * Self.block, queryCount)
        body(row, rowHead..<rowHead + 1, block * Self.block..<end)
        place += blocks
      }
    }
  }

  private func start(_ part: Int, _ count: Int) -> Int { boundary(work * part / count) }
  private func end(_ part: Int, _ count: Int) -> Int { boundary(work * (part + 1) / count) }

  /// The block, counted over all heads, before which that much work is done, or nearly.
  private func boundary(_ goal: Int) -> Int {
    guard headCost > 0 else { return 0 }
    let (head, rest) = goal.quotientAndRemainder(dividingBy: headCost)
    guard head < heads else { return heads * blockCount }
    var block = 0
    while block < blockCount, abs(costs[block + 1] - rest) <= abs(costs[block] - rest) {
      block += 1
    }
    return head * blockCount + block
  }

  /// The cost of all blocks before one.
  private func cost(_ block: Int) -> Int {
    guard blockCount > 0 else { return 0 }
    let (head, rest) = block.quotientAndRemainder(dividingBy: blockCount)
    return head * headCost + costs[rest]
  }
}
