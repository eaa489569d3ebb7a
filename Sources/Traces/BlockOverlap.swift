import Tensors

/// What neighbouring blocks of a recorded value have twice: a cache before each block, or the ends of results
/// that are to be added.
struct BlockOverlap {
  enum Kind {
    /// The first timesteps of a block are the last ones of the block before.
    case cache
    /// The first results of a block are added to the last ones of the block before; what both contain, such as
    /// a bias, is counted once.
    case added(both: [Double])
  }

  let kind: Kind
  /// The timesteps that each block gave.
  private let recorded: [Int]
  /// The timesteps that two neighbours both have.
  let surplus: Int

  /// The timesteps of each block that are new.
  var sizes: [Int] {
    var sizes = recorded.map { $0 - surplus }
    if case .added = kind { sizes[sizes.count - 1] += surplus }
    return sizes
  }
  var timeCount: Int { sizes.reduce(0, +) }

  /// A cache before blocks of these sizes, so that what is new is what a run gave that has `other` timesteps in
  /// one block; nil where the sizes have no room for one.
  ///
  /// Each of `n` blocks then has the same surplus; the one block of the other run has it once, or not at
  /// all if it was padded elsewhere.
  static func cache(
    _ recorded: [Int], other: Int
  ) -> (stream: BlockOverlap, offline: BlockOverlap?)? {
    let (total, count) = (recorded.reduce(0, +), recorded.count)
    let excess = total - other
    guard count > 1, excess >= count - 1, let least = recorded.min() else { return nil }
    if excess % (count - 1) == 0, excess / (count - 1) < least {
      let surplus = excess / (count - 1)
      return (
        BlockOverlap(kind: .cache, recorded: recorded, surplus: surplus),
        BlockOverlap(kind: .cache, recorded: [other], surplus: surplus)
      )
    }
    guard excess % count == 0, excess / count < least else { return nil }
    return (BlockOverlap(kind: .cache, recorded: recorded, surplus: excess / count), nil)
  }

  /// The longest cache before blocks of these sizes of which most timesteps are those before the block; nil if
  /// there is none.
  static func cache(
    _ recorded: [Int], in values: Tensor, other: Int
  ) -> (stream: BlockOverlap, offline: BlockOverlap?)? {
    guard recorded.count > 1, let least = recorded.min(), least > 1 else { return nil }
    let all = values.doubles()
    for surplus in (1..<min(least, longestCache)).reversed() {
      let found = BlockOverlap(kind: .cache, recorded: recorded, surplus: surplus)
      guard found.comesAgain(in: all, values.shape), other > surplus else { continue }
      return (found, BlockOverlap(kind: .cache, recorded: [other], surplus: surplus))
    }
    return nil
  }

  /// No longer caches are looked for by their values.
  private static let longestCache = 512
  /// Blocks that are looked at.
  private static let mostBlocks = 64

  /// Whether most timesteps that would be a cache are those before the block.
  func comesAgain(in all: [Double], _ shape: Shape) -> Bool {
    let (rows, time, width) = (shape[0], shape[1], Array(shape.dropFirst(2)).elementCount)
    var (same, count, start) = (0, 0, 0)
    for size in recorded.dropLast().prefix(Self.mostBlocks) {
      start += size
      for row in 0..<rows {
        for offset in 0..<surplus {
          let first = (row * time + start - surplus + offset) * width
          let second = (row * time + start + offset) * width
          count += 1
          if all[first..<first + width].elementsEqual(all[second..<second + width]) { same += 1 }
        }
      }
    }
    return count > 0 && 2 * same >= count
  }

  /// The same blocks with their ends added, if that gives what the whole run gave, but for a number a channel
  /// that both ends contain; nil if it does not.
  func added(_ values: Tensor, offline: Tensor) -> BlockOverlap? {
    let channels = Array(values.shape.dropFirst(2))
    let width = channels.elementCount
    let sum = BlockOverlap(
      kind: .added(both: Array(repeating: 0, count: width)), recorded: recorded, surplus: surplus)
    guard offline.shape == [values.shape[0], sum.timeCount] + channels else { return nil }
    let (got, want) = (sum.applied(to: values).doubles(), offline.doubles())
    let largest = want.reduce(0) { max($0, $1.isFinite ? $1.magnitude : 0) }
    let bound = 1e-5 * max(largest, .leastNormalMagnitude)
    var both: [Double?] = Array(repeating: nil, count: width)
    let copies = sum.copies
    for (index, value) in got.enumerated() {
      let extra = copies[index / width % sum.timeCount] - 1
      let difference = value - want[index]
      guard extra > 0 else {
        guard difference.magnitude <= bound else { return nil }
        continue
      }
      let each = difference / Double(extra)
      let known = both[index % width] ?? each
      guard (each - known).magnitude <= bound else { return nil }
      both[index % width] = known
    }
    return BlockOverlap(
      kind: .added(both: both.map { $0 ?? 0 }), recorded: recorded, surplus: surplus)
  }

  private init(kind: Kind, recorded: [Int], surplus: Int) {
    (self.kind, self.recorded, self.surplus) = (kind, recorded, surplus)
  }

  /// In how many blocks each timestep of the result is.
  private var copies: [Int] {
    var copies = Array(repeating: 0, count: timeCount)
    var start = 0
    for count in recorded {
      for time in start..<start + count { copies[time] += 1 }
      start += count - surplus
    }
    return copies
  }

  /// What all blocks give together: the last timesteps of each, or their sums.
  func applied(to values: Tensor) -> Tensor {
    switch kind {
    case .cache: parts(of: values) { start, count in start + surplus..<start + count }
    case .added(let both): sums(of: values, both)
    }
  }

  /// What lies before each block, `[b, blocks, surplus, …]`.
  func caches(in values: Tensor) -> Tensor {
    let shape = values.shape
    return parts(of: values) { start, _ in start..<start + surplus }
      .reshaped([shape[0], recorded.count, surplus] + shape.dropFirst(2))
  }

  private func parts(of values: Tensor, _ range: (Int, Int) -> Range<Int>) -> Tensor {
    var parts: [Tensor] = []
    var start = 0
    for count in recorded {
      parts.append(values.part(rows: 0..<values.shape[0], times: range(start, count)))
      start += count
    }
    return Tensor.joined(parts, axis: 1)
  }

  private func sums(of values: Tensor, _ both: [Double]) -> Tensor {
    let all = values.doubles()
    let (rows, time, width) = (values.shape[0], values.shape[1], both.count)
    let (copies, count) = (copies, timeCount)
    var result = Array(repeating: 0.0, count: rows * count * width)
    for row in 0..<rows {
      var (from, to) = (0, 0)
      for size in recorded {
        for index in 0..<size * width {
          result[(row * count + to) * width + index] += all[(row * time + from) * width + index]
        }
        from += size
        to += size - surplus
      }
      for index in 0..<count * width {
        let extra = Double(copies[index / width] - 1)
        result[row * count * width + index] -= extra * both[index % width]
      }
    }
    return Tensor(result, shape: [rows, count] + values.shape.dropFirst(2))
      .converted(to: values.dtype)
  }

  var note: String {
    switch kind {
    case .cache: "\(surplus) timesteps before each block come again: taken for a cache"
    case .added: "the results of neighbouring blocks overlap by \(surplus) timesteps and were added"
    }
  }
}
