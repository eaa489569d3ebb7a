import Programs
import Tensors

/// Dropout of attention probabilities in training: each becomes 0 with probability `rate`, the others
/// are divided by `1 - rate`.
///
/// A draw belongs to the query's position and the key's place relative to it, or with shared queries to
/// the key's position alone, so `step` makes the same draws as `layer`.
struct AttentionDropout {
  var rate: Double
  var sharesQueries: Bool

  /// Factors of probabilities before they are spread over keys.
  struct Draws {
    /// `[b, q, n, sinks + k]`, where every query has its own.
    var queries: Value?
    /// `[b, k, n]` and `[b, sinks, n]`, where queries share them.
    var keys: Value?
    var sinks: Value?
  }

  /// Which draws an attention needs.
  struct Request {
    var heads: Int
    var sinks: Int
    /// Keys that a query may see by place.
    var keyCount: Int
    /// `i32[b, q]`.
    var queryPositions: Value
    /// `i32[b, k]`.
    var keyPositions: Value
    /// `u32[b]`.
    var rowKeys: Value
  }

  func isActive(_ context: LayerContext) -> Bool { context.training && rate > 0 }

  func draws(_ request: Request, _ context: LayerContext) -> Draws {
    let heads = request.heads
    guard sharesQueries else {
      let columns = request.sinks + request.keyCount
      let drawn = factors(heads * columns, request.queryPositions, request.rowKeys, context)
      return Draws(queries: drawn.reshaped(Array(drawn.shape.prefix(2)) + [heads, columns]))
    }
    let batch = request.rowKeys.shape[0]
    let sinkType = ValueType(.int32, [batch, request.sinks])
    // Sinks stand before all keys that are ever seen.
    let start = Double(Int32.min)
    let sinkPositions = context.builder.iota(sinkType, axis: 1).adding(start)
    return Draws(
      keys: factors(heads, request.keyPositions, request.rowKeys, context),
      sinks: request.sinks == 0
        ? nil : factors(heads, sinkPositions, request.rowKeys, context))
  }

  /// 0 or `1 / (1 - rate)`, `[b, t, count]`.
  private func factors(
    _ count: Int, _ positions: Value, _ rowKeys: Value, _ context: LayerContext
  ) -> Value {
    let words = RandomDraws().words(count, keys: rowKeys, positions: positions, context)
    let uniform = words.uniform
    let kept = uniform.scalarLike(rate < 1 ? 1 / (1 - rate) : 0)
    return (uniform .< uniform.scalarLike(1 - rate)).select(kept, uniform.scalarLike(0))
  }
}

extension AttentionDropout.Draws {
  /// The factors `[b, n, q, sinks + k]` of a block of queries; query `i` sees the keys from `i + shift`
  /// on, or all of them without a shift.
  func spread(queries count: Int, keys keyCount: Int, sinks sinkCount: Int, shift: Int?) -> Value? {
    if let queries {
      let drawn = queries.transposed([0, 2, 1, 3])
      guard let shift else { return drawn }
      let columns = drawn.shape[3]
      let keyFactors = drawn.sliced(axis: 3, from: sinkCount, to: columns)
        .alongDiagonals(keys: keyCount, shift: shift)
      guard sinkCount > 0 else { return keyFactors }
      return Value.concatenate(
        [drawn.sliced(axis: 3, from: 0, to: sinkCount), keyFactors], axis: 3)
    }
    guard let keys else { return nil }
    let all = Value.concatenate((sinks.map { [$0] } ?? []) + [keys], axis: 1)
    let (batch, columns, heads) = (all.shape[0], all.shape[1], all.shape[2])
    return all.transposed([0, 2, 1]).reshaped([batch, heads, 1, columns])
      .broadcast(to: [batch, heads, count, columns])
  }
}

extension Value {
  /// Entries by relative place moved to where they belong: of `[..., q, w]` the entry `(i, w)` goes to
  /// `(i, i + w + shift)` of `[..., q, keys]`; what is not met is 0.
  func alongDiagonals(keys: Int, shift: Int) -> Value {
    let (queries, width) = (shape[rank - 2], shape[rank - 1])
    let outer = Array(shape.dropLast(2))
    guard queries > 0, width > 0 else {
      return builder.full(0, ValueType(dtype, outer + [queries, keys]))
    }
    // Rows that are one entry too long for their place move on by one from row to row.
    let long = padded(axis: rank - 1, low: 0, high: queries)
    let flat = long.reshaped(outer + [queries * (width + queries)])
    let total = queries * (width + queries - 1)
    let moved = flat.sliced(axis: rank - 2, from: 0, to: total)
      .reshaped(outer + [queries, width + queries - 1])
    return moved.padded(
      axis: rank - 1, low: shift, high: keys - shift - (width + queries - 1))
  }
}
