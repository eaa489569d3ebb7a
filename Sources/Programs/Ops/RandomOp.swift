/// Random words that depend only on seed, stream, the row's own key and the position.
///
/// Operands: seed `u32[2]`, row keys `u32[b]`, positions `i32[b, t]`; result `u32[b, t, count]`.
/// Word `n` of `[row, position]` is word `n % 4` of Philox with key
/// `(seed[0] ^ stream, seed[1])` and counter `(rowKey, bits of position, n / 4, 0)`.
public struct RandomOp: Hashable, Sendable {
  /// Tells apart the draws of different layers: the hash of the layer's path.
  public var stream: UInt32
  /// How many words a position gets.
  public var count: Int

  /// Makes the op.
  public init(stream: UInt32, count: Int) {
    self.stream = stream
    self.count = count
  }
}
