import Tensors

/// The part of each block that is new, where what was recorded is a cache with the block behind it.
struct BlockTrim {
  /// The timesteps that each block gave, cache included.
  private let recorded: [Int]
  /// The timesteps of each block that come again.
  let surplus: Int

  /// The timesteps of each block that are new.
  var sizes: [Int] { recorded.map { $0 - surplus } }
  var timeCount: Int { sizes.reduce(0, +) }

  /// Takes what is needed of blocks of these sizes, so that the others say the same as a run that gave
  /// `other` timesteps in one block; nil where the blocks hold nothing twice.
  ///
  /// Each of `n` blocks then has the same surplus; the one block of the other run has it once, or not at
  /// all if it was padded elsewhere.
  static func find(_ recorded: [Int], other: Int) -> (stream: BlockTrim, offline: BlockTrim?)? {
    let (total, count) = (recorded.reduce(0, +), recorded.count)
    let excess = total - other
    guard count > 1, excess >= count - 1, let least = recorded.min() else { return nil }
    if excess % (count - 1) == 0, excess / (count - 1) < least {
      let surplus = excess / (count - 1)
      return (
        BlockTrim(recorded: recorded, surplus: surplus),
        BlockTrim(recorded: [other], surplus: surplus)
      )
    }
    guard excess % count == 0, excess / count < least else { return nil }
    return (BlockTrim(recorded: recorded, surplus: excess / count), nil)
  }

  private init(recorded: [Int], surplus: Int) {
    (self.recorded, self.surplus) = (recorded, surplus)
  }

  /// The last timesteps of every block.
  func applied(to values: Tensor) -> Tensor {
    var parts: [Tensor] = []
    var start = 0
    for count in recorded {
      parts.append(
        values.part(rows: 0..<values.shape[0], times: start + surplus..<start + count))
      start += count
    }
    return Tensor.joined(parts, axis: 1)
  }

  var note: String {
    "\(surplus) timesteps before each block come again (a cache); they were left out"
  }
}
