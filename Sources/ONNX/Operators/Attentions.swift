import Programs
import Tensors

/// Attention and what goes with it, with caches as operands.
enum Attentions {
  static let rows: [String: OperatorTable.Row] = {
    var rows = OperatorTable.single(["RotaryEmbedding": rotated, "TensorScatter": cached])
    rows["Attention"] = OperatorTable.Row(folds: true, lower: attention)
    rows["LinearAttention"] = OperatorTable.Row(folds: true, lower: StatefulMixers.linearAttention)
    rows["CausalConvWithState"] = OperatorTable.Row(folds: true, lower: StatefulMixers.convolution)
    return rows
  }()

  /// `[b, t, n·h]` as `[b, n, t, h]`.
  static func heads(_ x: Value, _ count: Int, _ call: NodeCall) throws -> Value {
    guard x.rank == 3 else { return x }
    guard count > 0, x.shape[2] % count == 0 else {
      throw call.invalid("\(x.type) for \(count) heads", expected: "channels for whole heads")
    }
    return x.reshaped([x.shape[0], x.shape[1], count, x.shape[2] / count]).transposed([0, 2, 1, 3])
  }

  private static let attention: @Sendable (NodeCall) throws -> [GraphValue] = { call in
    let given = try call.value(0)
    let q = try heads(given, call.int("q_num_heads", 0), call)
    var k = try heads(try call.value(1), call.int("kv_num_heads", 0), call)
    var v = try heads(try call.value(2), call.int("kv_num_heads", 0), call)
    guard q.rank == 4, k.rank == 4, v.rank == 4 else {
      throw call.invalid("\(q.type)", expected: "[b, t, n·h] or [b, n, t, h]")
    }
    guard !call.has(6), call.int("left_window_size", -1) < 0, call.int("right_window_size", -1) < 0
    else { throw call.unsupported("keys of rows' own lengths, or windows") }
    let past = try call.optional(4)
    if let past { k = Value.concatenate([past, k], axis: 2) }
    if let past = try call.optional(5) { v = Value.concatenate([past, v], axis: 2) }
    let (present, presentValue) = (k, v)
    let group = max(1, q.shape[1] / max(1, k.shape[1]))
    if group > 1 { (k, v) = (repeated(k, group), repeated(v, group)) }
    let scale = call.float("scale", 1 / Double(q.shape[3]).squareRoot())
    let batch = DotDimensions(
      leftBatch: [0, 1], rightBatch: [0, 1], leftContracting: [3], rightContracting: [3])
    var logits = q.dot(k, batch).scaled(by: scale)
    let raw = logits
    let cap = call.float("softcap", 0)
    if cap > 0 { logits = logits.scaled(by: 1 / cap).unary(.tanh).scaled(by: cap) }
    let capped = logits
    var isSeen: Value?
    if call.flag("is_causal") {
      let type = ValueType(.int32, [q.shape[2], k.shape[2]])
      let offset = Double(past?.shape[2] ?? 0)
      isSeen = call.builder.iota(type, axis: 1)
        .compare(.le, call.builder.iota(type, axis: 0).adding(offset))
    }
    if var mask = try call.optional(3) {
      let missing = k.shape[2] - (mask.shape.last ?? k.shape[2])
      let isBool = mask.dtype == .bool
      if missing > 0 {
        mask = mask.padded(
          axis: mask.rank - 1, low: 0, high: missing, value: isBool ? 0 : -.infinity)
      }
      if isBool {
        isSeen = isSeen.map { $0.and(mask) } ?? mask
      } else {
        logits = logits + mask
      }
    }
    if let isSeen {
      let seen = isSeen.broadcast(to: logits.shape)
      logits = seen.select(logits, call.builder.full(-.infinity, logits.type))
    }
    let weights = guardedSoftmax(logits)
    let context = weights.dot(
      v,
      DotDimensions(
        leftBatch: [0, 1], rightBatch: [0, 1], leftContracting: [3], rightContracting: [2]))
    let shown = [raw, capped, logits, weights]
    let mode = call.int("qk_matmul_output_mode", 0)
    guard shown.indices.contains(mode) else {
      throw call.invalid("output mode \(mode)", expected: "0 to 3")
    }
    let y =
      given.rank == 3
      ? context.transposed([0, 2, 1, 3])
        .reshaped([context.shape[0], context.shape[2], context.shape[1] * context.shape[3]])
      : context
    return [y, present, presentValue, shown[mode]].map { GraphValue($0) }
  }

  /// Softmax over keys; a query that sees none gives 0.
  private static func guardedSoftmax(_ logits: Value) -> Value {
    let top = logits.reduced(.max, axes: [3], keepingAxes: true)
    let safe = top.compare(.eq, -Double.infinity).select(top.scalarOf(0), top)
    let powers = (logits - safe).unary(.exp)
    let sum = powers.reduced(.sum, axes: [3], keepingAxes: true)
    return powers / sum.compare(.eq, 0).select(sum.scalarOf(1), sum)
  }

  /// Heads of keys, each for `count` heads of queries.
  private static func repeated(_ x: Value, _ count: Int) -> Value {
    var wide = x.shape
    wide.insert(count, at: 2)
    var shape = x.shape
    shape[1] *= count
    return x.broadcast(to: wide, axes: [0, 1, 3, 4]).reshaped(shape)
  }

  /// Pairs of channels turned by the angles of their positions.
  private static let rotated: OperatorTable.Lowering = { call in
    let given = try call.value(0)
    let x = try heads(given, call.int("num_heads", 0), call)
    guard x.rank == 4 else {
      throw call.invalid("\(x.type)", expected: "[b, t, n·h] or [b, n, t, h]")
    }
    let whole = x.shape[3]
    let size = call.int("rotary_embedding_dim", 0) > 0 ? call.int("rotary_embedding_dim", 0) : whole
    guard size % 2 == 0, size <= whole else {
      throw call.invalid("\(size) channels of \(whole) to turn", expected: "an even number of them")
    }
    func angles(_ index: Int) throws -> Value {
      let table = try call.value(index)
      let taken =
        try call.optional(3).map { table.gathered($0.converted(to: .int32), axis: 0) } ?? table
      return taken.expandingAxes([1])
    }
    let (cosine, sine) = (try angles(1), try angles(2))
    let turned = x.sliced(axis: 3, from: 0, to: size)
    let half = size / 2
    let isInterleaved = call.flag("interleaved")
    let (a, b) =
      isInterleaved
      ? (
        turned.sliced(axis: 3, from: 0, to: size, stride: 2),
        turned.sliced(axis: 3, from: 1, to: size, stride: 2)
      )
      : (turned.sliced(axis: 3, from: 0, to: half), turned.sliced(axis: 3, from: half, to: size))
    let (real, imaginary) = (a * cosine - b * sine, b * cosine + a * sine)
    var y: Value
    if isInterleaved {
      y = Value.concatenate([real.expandingAxes([4]), imaginary.expandingAxes([4])], axis: 4)
        .reshaped(turned.shape)
    } else {
      y = Value.concatenate([real, imaginary], axis: 3)
    }
    if size < whole {
      y = Value.concatenate([y, x.sliced(axis: 3, from: size, to: whole)], axis: 3)
    }
    return given.rank == 3 ? y.transposed([0, 2, 1, 3]).reshaped(given.shape) : y
  }

  /// An update written into a cache, at a place of its own in every row.
  private static let cached: OperatorTable.Lowering = { call in
    let (cache, update) = (try call.value(0), try call.value(1))
    let axis = try call.axis(call.int("axis", -2), rank: cache.rank)
    let (size, count, batch) = (cache.shape[axis], update.shape[axis], cache.shape[0])
    guard axis > 0, count <= size else {
      throw call.invalid(
        "\(update.type) into \(cache.type)", expected: "an update no longer than the cache")
    }
    let order = [0, axis] + (1..<cache.rank).filter { $0 != axis }
    let back = (0..<cache.rank).map { order.firstIndex(of: $0) ?? 0 }
    let type = ValueType(.int32, [batch, size])
    var start = call.builder.full(0, ValueType(.int32, [batch, 1]))
    if let given = try call.optional(2) {
      start = given.converted(to: .int32).reshaped([batch, 1])
    }
    var place = call.builder.iota(type, axis: 1) - start.broadcast(to: [batch, size])
    if call.string("mode", "linear") == "circular" {
      place = place.adding(Double(size)).binary(.rem, Double(size))
      place = place.compare(.lt, 0).select(place.adding(Double(size)), place)
    }
    let isNew = place.compare(.lt, Double(count)).and(place.compare(.lt, 0).not)
    let zero = place.builder.full(0, place.type)
    let source = isNew.select(place, zero)
    let rows = update.transposed(order).gathered(source, axis: 1, batchAxes: 1)
    let old = cache.transposed(order)
    let flags = isNew.reshaped([batch, size] + Array(repeating: 1, count: cache.rank - 2))
    return flags.broadcast(to: old.shape).select(rows, old).transposed(back)
  }
}
