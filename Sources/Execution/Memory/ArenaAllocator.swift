/// Decides which buffers share memory.
///
/// A buffer is alive from the first task that writes it to the last that touches it. A result takes the
/// memory of an operand that nothing reads later, where its kernel allows it (`inPlacePairs`);
/// everything else gets, largest first, the tightest gap among the buffers that are alive at the same time.
/// Scratch comes last, so that what threads that do not run would need is not between values.
///
/// Large results that callers get are in regions of their own, which can be handed over as they are;
/// until they are written, other buffers use these regions too.
struct ArenaAllocator {
  private(set) var layout: ArenaLayout
  private let schedule: Schedule
  private let sharesMemory: Bool
  private let escaping: [Int]

  /// Lays out all blocks, with the live-out buffers of the program that are to be handed over; without
  /// sharing, every buffer has memory of its own.
  init(_ schedule: Schedule, escaping: [Int] = [], sharesMemory: Bool) {
    self.schedule = schedule
    self.sharesMemory = sharesMemory
    self.escaping = sharesMemory ? escaping : []
    let count = schedule.buffers.count
    layout = ArenaLayout(
      offsets: Array(repeating: -1, count: count), regions: Array(repeating: nil, count: count))
    // The preparation ends before the program starts, so both may use the arena from its start.
    var sizes: [Int] = []
    for block in [Schedule.preparation, Schedule.main] {
      let base = sharesMemory ? 0 : (sizes.last ?? 0)
      sizes.append(place(block, base: base) + base)
    }
    layout.byteCount = sizes.max() ?? 0
  }

  /// Memory that is needed between two tasks of a block.
  struct Interval {
    var first: Int
    var last: Int
    var byteCount: Int
    /// The buffers that share it.
    var buffers: [Int]
    var isScratch = false
    /// The block of a loop's body, if that is what the memory is for.
    var body: Int?
    var offset = 0

    func overlaps(_ other: Interval) -> Bool { first <= other.last && other.first <= last }
  }

  /// Places a block's buffers from `base` on, and those of the loops in it; gives the size.
  private mutating func place(_ block: Int, base: Int) -> Int {
    var intervals = self.intervals(block)
    // Bodies first, to know their sizes; their offsets are shifted to their place afterwards.
    for (index, task) in schedule.blocks[block].tasks.enumerated() {
      guard let body = task.body else { continue }
      let size = place(body, base: 0)
      intervals.append(
        Interval(first: index, last: index, byteCount: size, buffers: [], body: body))
    }
    if !sharesMemory {
      for index in intervals.indices {
        intervals[index].first = 0
        intervals[index].last = Int.max
      }
    }
    let handedOver = block == Schedule.main ? self.escaping : []
    let (ends, size) = ArenaAllocator.pack(
      &intervals,
      first: handedOver.compactMap { buffer in
        intervals.firstIndex { $0.buffers.contains(buffer) }
      })
    let starts = [0] + ends
    for (buffer, range) in zip(handedOver, zip(starts, ends)) {
      layout.outputs.append(OutputRegion(buffer: buffer, byteCount: range.1 - range.0))
    }
    let arena = ends.last ?? 0
    for interval in intervals {
      let region = ends.firstIndex { interval.offset < $0 }
      for buffer in interval.buffers {
        layout.offsets[buffer] =
          interval.offset + (region.map { -starts[$0] } ?? base - arena)
        layout.regions[buffer] = region
      }
      if let body = interval.body { shift(body, by: base + interval.offset - arena) }
    }
    return size - arena
  }

  private mutating func shift(_ block: Int, by distance: Int) {
    for index in layout.offsets.indices where layout.offsets[index] >= 0 {
      if schedule.buffers[index].block == block { layout.offsets[index] += distance }
    }
    let bodies = schedule.blocks[block].tasks.compactMap(\.body)
    for body in bodies { shift(body, by: distance) }
  }

  /// The lifetimes of a block's arena buffers, those that share memory in place already merged.
  private func intervals(_ block: Int) -> [Interval] {
    let tasks = schedule.blocks[block].tasks
    var spans: [Int: (first: Int, last: Int)] = [:]
    for (index, task) in tasks.enumerated() {
      for buffer in task.readBuffers + task.writtenBuffers where isPlaced(buffer, in: block) {
        spans[buffer, default: (index, index)].last = index
      }
    }
    for buffer in schedule.blocks[block].liveOut where isPlaced(buffer, in: block) {
      spans[buffer, default: (0, 0)].last = tasks.count
    }
    var owner: [Int: Int] = [:]
    if sharesMemory {
      for (index, task) in tasks.enumerated() {
        var taken: Set<Int> = []
        for pair in schedule.inPlacePairs(of: task)
        where owner[pair.result] == nil && !taken.contains(pair.operand)
          && spans[pair.result]?.first == index && spans[pair.operand]?.last == index
        {
          owner[pair.result] = owner[pair.operand] ?? pair.operand
          taken.insert(pair.operand)
        }
      }
    }
    let scratch = tasks.reduce(into: Set<Int>()) { $0.formUnion($1.scratch) }
    var merged: [Int: Interval] = [:]
    for (buffer, span) in spans.sorted(by: { $0.key < $1.key }) {
      let key = owner[buffer] ?? buffer
      let bytes = AlignedMemory.padded(schedule.buffers[buffer].byteCount)
      var interval =
        merged[key]
        ?? Interval(first: span.first, last: span.last, byteCount: bytes, buffers: [])
      interval.first = min(interval.first, span.first)
      interval.last = max(interval.last, span.last)
      interval.byteCount = max(interval.byteCount, bytes)
      interval.buffers.append(buffer)
      interval.isScratch = scratch.contains(buffer)
      merged[key] = interval
    }
    return merged.sorted { $0.key < $1.key }.map(\.value)
  }

  private func isPlaced(_ buffer: Int, in block: Int) -> Bool {
    schedule.buffers[buffer].block == block && schedule.buffers[buffer].isArena
  }

  /// Gives every interval the tightest gap among those placed before.
  ///
  /// Those of `first` are placed one behind the other at the start, and no other reaches across the end
  /// of one of them; loops' bodies stay behind all of them.
  ///
  /// - Returns: the ends of the regions of `first`, and the size.
  static func pack(
    _ intervals: inout [Interval], first: [Int] = []
  ) -> (ends: [Int], size: Int) {
    var size = 0
    var ends: [Int] = []
    for index in first {
      intervals[index].offset = size
      size += intervals[index].byteCount
      ends.append(size)
    }
    // Of equally large ones the later first: values that follow each other then use the output regions
    // in turn.
    let order = intervals.indices.filter { !first.contains($0) }.sorted { one, other in
      let (a, b) = (intervals[one], intervals[other])
      if a.isScratch != b.isScratch { return b.isScratch }
      return (a.byteCount, one) > (b.byteCount, other)
    }
    var placed = first
    for index in order {
      let neighbours = placed.filter { intervals[$0].overlaps(intervals[index]) }.map {
        (start: intervals[$0].offset, end: intervals[$0].offset + intervals[$0].byteCount)
      }
      let obstacles = (neighbours + ends.map { (start: $0, end: $0) })
        .sorted { $0.start < $1.start }
      var (cursor, best, tightest) = (0, -1, Int.max)
      if intervals[index].body != nil { cursor = ends.last ?? 0 }
      for obstacle in obstacles {
        let gap = obstacle.start - cursor
        if gap >= intervals[index].byteCount && gap < tightest { (best, tightest) = (cursor, gap) }
        cursor = max(cursor, obstacle.end)
      }
      intervals[index].offset = best >= 0 ? best : cursor
      size = max(size, intervals[index].offset + intervals[index].byteCount)
      placed.append(index)
    }
    return (ends, size)
  }
}
