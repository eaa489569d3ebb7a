import Programs
import Tensors

/// Queries in chunks, each with the keys that it may see, so that the memory of any attention of finite
/// horizon is linear in time.
///
/// Chunk `u` has the queries `u * size ..< (u + 1) * size` and the keys from `past` before to `future`
/// behind them; chunks stand on the batch axis. Beyond the ends is 0.
struct AttentionChunks {
  var size: Int
  var past: Int
  var future: Int
  var queryCount: Int

  /// Executors add more terms than this in pieces, which begin at the first key, wherever it stands.
  private static let longestSum = 4096

  /// Chunks of the size that does least in vain; `leading` keys stand before those of every chunk.
  ///
  /// Of a horizon beyond all `keyCount` keys of a sequence, what is needed is kept.
  init(past: Int, future: Int, leading: Int, queryCount: Int, keyCount: Int = .max) {
    let past = Self.needed(past: past, future: future, leading: leading, keyCount: keyCount)
    let future = min(future, keyCount)
    let room = max(1, Self.longestSum - leading - past - future)
    size = max(1, min(queryCount, max(16, past + future), room))
    (self.past, self.future, self.queryCount) = (past, future, queryCount)
  }

  /// Chunks of a given size.
  init(size: Int, past: Int, future: Int, queryCount: Int) {
    (self.size, self.past, self.future, self.queryCount) = (size, past, future, queryCount)
  }

  /// As much of a past as has keys, such that long sums are cut into the same pieces as with all of it.
  ///
  /// What is left out of those are whole pieces before the first key, which add nothing; leading keys keep
  /// the first piece to themselves. So it makes no difference how long a sequence or a step is.
  private static func needed(past: Int, future: Int, leading: Int, keyCount: Int) -> Int {
    let own = min(past, keyCount)
    guard leading + past + 1 + future > longestSum else { return own }
    let rest = past - own - (leading > 0 ? longestSum : 0)
    return past - max(0, rest) / longestSum * longestSum
  }

  private var count: Int { max(1, (queryCount + size - 1) / size) }
  private var keySpan: Int { past + size + future }
  private var keyCount: Int { past + count * size + future }

  /// `[b, q, ...]` as `[b * chunks, size, ...]`.
  func queries(_ value: Value) -> Value {
    let rest = Array(value.shape.dropFirst(2))
    return value.padded(axis: 1, low: 0, high: count * size - queryCount)
      .reshaped([value.shape[0] * count, size] + rest)
  }

  /// `[b, k, ...]` as `[b * chunks, past + size + future, ...]`.
  ///
  /// Key 0 stands at query 0, or with `startsInPast` at the first key that query 0 may see.
  func keys(_ value: Value, startsInPast: Bool = false) -> Value {
    let low = startsInPast ? 0 : past
    let all = value.padded(axis: 1, low: low, high: keyCount - low - value.shape[1])
    guard count > 1 else { return all }
    let type = ValueType(.int32, [count, keySpan])
    let builder = value.builder
    let starts = builder.iota(type, axis: 0).scaled(by: Double(size))
    let cut = all.gathered(starts + builder.iota(type, axis: 1), axis: 1)
    return cut.reshaped([value.shape[0] * count] + cut.shape.dropFirst(2))
  }

  /// What belongs to rows, `[b, ...]`, for every chunk.
  func rows(_ value: Value) -> Value { value.repeated(count, axis: 0) }

  /// `[b * chunks, size, ...]` as `[b, q, ...]`.
  func merged(_ value: Value) -> Value {
    value.reshaped([value.shape[0] / count, count * size] + value.shape.dropFirst(2))
      .sliced(axis: 1, from: 0, to: queryCount)
  }

  /// Probabilities by chunk, `[b * chunks, size, n, leading + past + size + future]`, as those of whole
  /// sequences, `[b, q, n, leading + k]`.
  func spread(_ value: Value, leading: Int, keys: Int) -> Value {
    let (rows, heads) = (value.shape[0] / count, value.shape[2])
    let sinks = merged(value.sliced(axis: 3, from: 0, to: leading))
    let own = value.sliced(axis: 3, from: leading, to: leading + keySpan)
      .reshaped([rows, count, size, heads, keySpan]).transposed([0, 2, 3, 1, 4])
    // Rows that are `size` entries too long for their place move on by `size` from chunk to chunk.
    let placed = own.padded(axis: 4, low: 0, high: keyCount + size - keySpan)
      .reshaped([rows, size, heads, count * (keyCount + size)])
      .sliced(axis: 3, from: 0, to: count * keyCount)
      .reshaped([rows, size, heads, count, keyCount])
      .padded(axis: 4, low: -past, high: keys + past - keyCount)
    let whole = placed.transposed([0, 3, 1, 2, 4]).reshaped([rows, count * size, heads, keys])
      .sliced(axis: 1, from: 0, to: queryCount)
    return leading == 0 ? whole : Value.concatenate([sinks, whole], axis: 3)
  }
}
