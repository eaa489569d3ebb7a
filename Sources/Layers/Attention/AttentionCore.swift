import Diagnostics
import Programs
import Tensors

/// Softmax attention of queries over keys and values: what every dot-product attention shares.
///
/// Queries `[b, q, n, h]` (already scaled), keys and values `[b, k, m, h]`, `n` divisible by `m`. Logits
/// get a bias, then a soft cap; keys that are not visible weigh nothing. The softmax runs in at least
/// single precision.
///
/// Keys and values that a query does not see may hold NaN: a value that is not finite makes NaN of what
/// the queries give that see it.
struct AttentionCore {
  /// What becomes of a query that sees no key.
  enum FullyMasked: Hashable, Sendable {
    /// It averages all values, which are 0 where invalid.
    case mean
    /// Probabilities and result are 0.
    case zeros
    /// The result is 0, the probabilities are equal for all keys.
    case zeroContext
  }

  var band: AttentionBand
  var softCap: Double?
  var fullyMasked = FullyMasked.mean
  /// The arithmetic of attention by blocks of keys: query head `j` uses key head `j % m` instead of
  /// `j / (n / m)`, and half-precision probabilities are not rounded before they meet the values.
  var isOnline = false
  /// Sums half-precision logits in single precision.
  var hasWideLogits = false

  /// What an attention is made of.
  struct Operands {
    var queries: Value
    var keys: Value
    var values: Value
    /// Which keys are valid, `[b, k]`.
    var keyMask: Value
    /// Added to the logits, `[b or 1, n, q, k]`.
    var bias: Value?
    /// Which keys a query may see besides, `bool[b or 1, q, k]`.
    var visible: Value?
    /// Factors of the probabilities, `[b, n, q, k]`.
    var dropout: Value?
  }

  /// What an attention computes.
  struct Output {
    /// `[b, q, n, h]`.
    var context: Value
    /// `[b, q, n, k]`, where requested.
    var probabilities: Value?

    func mapped(_ f: (Value) -> Value) -> Output {
      Output(context: f(context), probabilities: probabilities.map(f))
    }
  }

  func attend(_ operands: Operands, wantsProbabilities: Bool) -> Output {
    let groups = operands.keys.shape[2]
    guard isOnline, groups > 1, groups < operands.queries.shape[2] else {
      return grouped(operands, wantsProbabilities)
    }
    var turned = operands
    turned.queries = Self.turned(operands.queries, rows: operands.queries.shape[2] / groups, groups)
    return grouped(turned, wantsProbabilities).mapped { value in
      Self.turned(value, rows: groups, value.shape[2] / groups)
    }
  }

  /// Heads `[rows, columns]` as `[columns, rows]`.
  private static func turned(_ heads: Value, rows: Int, _ columns: Int) -> Value {
    let (batch, length, _, size) = dimensions(heads)
    return heads.reshaped([batch, length, rows, columns, size]).transposed([0, 1, 3, 2, 4])
      .reshaped(heads.shape)
  }

  /// One named function where band and options have a name, its expansion otherwise.
  private func grouped(_ operands: Operands, _ wantsProbabilities: Bool) -> Output {
    let (queries, keys) = (operands.queries.shape[1], operands.keys.shape[1])
    var output: Output
    if operands.visible == nil, operands.dropout == nil,
      let named = band.withoutLeading(queries: queries, keys: keys)
    {
      var core = self
      core.band = named
      output = core.composite(operands, wantsProbabilities)
    } else {
      output = expand(operands, wantsProbabilities)
    }
    if fullyMasked == .zeroContext, let probabilities = output.probabilities {
      output.probabilities = Self.equalWhereZero(probabilities)
    }
    return output
  }

  private func composite(_ operands: Operands, _ wantsProbabilities: Bool) -> Output {
    let known = KnownComposite.attention(
      KnownComposite.AttentionAttributes(
        past: band.past, future: band.future, offset: band.offset, softCap: softCap ?? 0,
        zerosFullyMasked: fullyMasked != .mean, hasBias: operands.bias != nil,
        isSliding: band.isSliding))
    let required = [operands.queries, operands.keys, operands.values, operands.keyMask]
    let all = required + (operands.bias.map { [$0] } ?? [])
    let results = Value.composite(known, all) { inputs in
      let inner = Operands(
        queries: inputs[0], keys: inputs[1], values: inputs[2], keyMask: inputs[3],
        bias: inputs.count > 4 ? inputs[4] : nil)
      let output = expand(inner, wantsProbabilities)
      return [output.context] + (output.probabilities.map { [$0] } ?? [])
    }
    return Output(context: results[0], probabilities: results.count > 1 ? results[1] : nil)
  }

  private func expand(_ operands: Operands, _ wantsProbabilities: Bool) -> Output {
    let dtype = operands.queries.dtype
    let logits = self.logits(operands)
    let visible = visibility(operands)
    let seesAny = visible.reduced(.or, axes: [3], keepingAxes: true)
    // A query that sees nothing has equal logits.
    let hidden = seesAny.select(logits.scalarLike(-.infinity), logits.scalarLike(-1e9))
    let masked = visible.select(logits, hidden)
    let wide = dtype == .float64 ? masked : masked.converted(to: .float32)
    var probabilities = softmax(wide)
    if !isOnline { probabilities = probabilities.converted(to: dtype) }
    if let dropout = operands.dropout {
      probabilities = probabilities * dropout.converted(to: probabilities.dtype)
    }
    if fullyMasked != .mean {
      probabilities = seesAny.select(probabilities, probabilities.scalarLike(0))
    }
    let values = operands.values.converted(to: probabilities.dtype)
    let context = weighted(values, by: probabilities, visible, hidesKeys: operands.visible != nil)
    let shown = wantsProbabilities ? probabilities.transposed([0, 2, 1, 3]) : nil
    return Output(
      context: context.converted(to: dtype), probabilities: shown?.converted(to: dtype))
  }

  /// Over `[b, n, q, k]`; sinks before a sliding window and the keys in it are summed apart.
  private func softmax(_ logits: Value) -> Value {
    guard band.leading > 0, band.isSliding else { return logits.softmax(axis: 3) }
    let most = logits.reduced(.max, axes: [3], keepingAxes: true).stoppingGradient
    let powers = (logits - most).unary(.exp)
    func sum(_ keys: Range<Int>) -> Value {
      powers.sliced(axis: 3, from: keys.lowerBound, to: keys.upperBound)
        .reduced(.sum, axes: [3], keepingAxes: true)
    }
    return powers / (sum(0..<band.leading) + sum(band.leading..<logits.shape[3]))
  }

  /// `[b, n, q, k]`.
  private func logits(_ operands: Operands) -> Value {
    let dtype = operands.queries.dtype
    let wide = hasWideLogits && dtype.byteCount < 4 ? DType.float32 : dtype
    var logits = Self.products(
      operands.queries.converted(to: wide), operands.keys.converted(to: wide))
    if let bias = operands.bias { logits = logits + bias.converted(to: wide) }
    if let softCap, softCap > 0 {
      logits = logits.scaled(by: 1 / softCap).unary(.tanh).scaled(by: softCap)
    }
    return logits
  }

  /// The values weighted by probabilities, `[b, q, n, h]`: NaN where a query sees one that is not finite,
  /// while those that it does not see add nothing, which 0 times NaN would not.
  private func weighted(
    _ values: Value, by probabilities: Value, _ visible: Value, hidesKeys: Bool
  ) -> Value {
    let groups = values.shape[2]
    // Values of invalid keys are 0, and there are no others that are hidden.
    guard hidesKeys || band.isSliding || band.past >= 0 || band.future >= 0 else {
      return Self.contract(probabilities, values, heads: groups)
    }
    let isFinite = values.unary(.isFinite)
    let known = isFinite.select(values, values.scalarLike(0))
    let context = Self.contract(probabilities, known, heads: groups)
    let (batch, queries, heads, size) = Self.dimensions(context)
    let seen = visible.reshaped([batch, queries, visible.shape[3]]).converted(to: .float32)
    let unknown = seen.dot(
      isFinite.not.converted(to: .float32),
      DotDimensions(leftBatch: [0], rightBatch: [0], leftContracting: [2], rightContracting: [1])
    ).stoppingGradient
    let isKnown = (unknown .== unknown.scalarLike(0)).reshaped([batch, queries, groups, 1, size])
      .broadcast(to: [batch, queries, groups, heads / groups, size]).reshaped(context.shape)
    return isKnown.select(context, context.scalarLike(.nan))
  }

  /// `bool[b, 1, q, k]`.
  private func visibility(_ operands: Operands) -> Value {
    let queries = operands.queries.shape[1]
    let (batch, keys) = (operands.keyMask.shape[0], operands.keyMask.shape[1])
    var visible = operands.keyMask.reshaped([batch, 1, 1, keys])
    if let inBand = band.mask(queries: queries, keys: keys, in: visible.builder) {
      visible = visible.and(inBand.reshaped([1, 1, queries, keys]))
    }
    if let more = operands.visible { visible = visible.and(more.expandingAxes([1])) }
    return visible.broadcast(to: [batch, 1, queries, keys])
  }

  /// Probabilities `[b, q, n, k]` with equal shares where there are none.
  private static func equalWhereZero(_ probabilities: Value) -> Value {
    let sums = probabilities.reduced(.sum, axes: [3], keepingAxes: true)
    let share = probabilities.scalarLike(1 / Double(max(1, probabilities.shape[3])))
    return (sums .== sums.scalarLike(0)).select(share, probabilities)
  }

  /// The products of queries and keys, `[b, n, q, k]`, grouped heads included.
  static func products(_ queries: Value, _ keys: Value) -> Value {
    let (batch, length, heads, size) = dimensions(queries)
    let groups = keys.shape[2]
    let grouped = queries.reshaped([batch, length, groups, heads / groups, size])
    let product = grouped.dot(
      keys,
      DotDimensions(
        leftBatch: [0, 2], rightBatch: [0, 2], leftContracting: [4], rightContracting: [3]))
    // [b, m, q, n / m, k]
    return product.transposed([0, 1, 3, 2, 4]).reshaped([batch, heads, length, keys.shape[1]])
  }

  /// The values weighted by probabilities `[b, n, q, k]`, as `[b, q, n, h]`.
  static func contract(_ probabilities: Value, _ values: Value, heads groups: Int) -> Value {
    let (batch, heads, length, keys) = dimensions(probabilities)
    let size = values.shape[3]
    let grouped = probabilities.reshaped([batch, groups, heads / groups, length, keys])
    let product = grouped.dot(
      values,
      DotDimensions(
        leftBatch: [0, 1], rightBatch: [0, 2], leftContracting: [4], rightContracting: [1]))
    // [b, m, n / m, q, h]
    return product.transposed([0, 3, 1, 2, 4]).reshaped([batch, length, heads, size])
  }

  private static func dimensions(_ value: Value) -> (Int, Int, Int, Int) {
    (value.shape[0], value.shape[1], value.shape[2], value.shape[3])
  }
}
