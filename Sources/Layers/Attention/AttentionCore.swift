import Programs
import Tensors

/// Softmax attention of queries over keys and values: what every dot-product attention shares.
///
/// Queries `[b, q, n, h]` (already scaled), keys and values `[b, k, m, h]`, `n` divisible by `m`: query
/// head `j` uses key head `j / (n / m)`. Logits get a bias, then a soft cap, then -1e9 where a key is
/// not visible; the softmax runs in at least single precision. A query that sees no key averages all
/// values (0 where invalid), or gives 0 with `zeroFullyMasked`.
struct AttentionCore {
  var band: AttentionBand
  var softCap: Double?
  var zeroFullyMasked = false
  /// Applied to the probabilities, `[b, n, q, k]`.
  var dropout: ((Value) -> Value)?

  /// What an attention computes.
  struct Output {
    /// `[b, q, n, h]`.
    var context: Value
    /// `[b, q, n, k]`, where asked for.
    var probabilities: Value?
  }

  /// The key mask is `[b, k]`; the bias, added to the logits, is `[b or 1, n, q, k]`.
  func attend(
    queries: Value, keys: Value, values: Value, keyMask: Value, bias: Value? = nil,
    wantsProbabilities: Bool
  ) -> Output {
    var attributes = band.attributes
    attributes["softCap"] = .double(softCap ?? 0)
    attributes["zeroFullyMasked"] = .bool(zeroFullyMasked)
    attributes["hasBias"] = .bool(bias != nil)
    var operands = [queries, keys, values, keyMask]
    if let bias { operands.append(bias) }
    // Dropout stands between probabilities and context, so that case is not one named function.
    guard dropout == nil else { return expand(operands, wantsProbabilities) }
    let results = Value.composite("attention", attributes: attributes, operands) { inputs in
      let output = expand(inputs, wantsProbabilities)
      return [output.context] + (output.probabilities.map { [$0] } ?? [])
    }
    return Output(context: results[0], probabilities: results.count > 1 ? results[1] : nil)
  }

  private func expand(_ operands: [Value], _ wantsProbabilities: Bool) -> Output {
    let (queries, keys, values) = (operands[0], operands[1], operands[2])
    let dtype = queries.dtype
    let logits = self.logits(operands)
    let visible = visibility(operands[3], queries: queries.shape[1], heads: queries.shape[2])
    let masked = visible.select(logits, logits.scalarLike(-1e9))
    let wide = dtype == .float64 ? masked : masked.converted(to: .float32)
    var probabilities = wide.softmax(axis: 3).converted(to: dtype)
    if zeroFullyMasked {
      let any = visible.reduced(.or, axes: [3], keepingAxes: true)
      probabilities = any.select(probabilities, probabilities.scalarLike(0))
    }
    if let dropout { probabilities = dropout(probabilities) }
    let context = Self.contract(probabilities, values, heads: keys.shape[2])
    return Output(
      context: context,
      probabilities: wantsProbabilities ? probabilities.transposed([0, 2, 1, 3]) : nil)
  }

  /// `[b, n, q, k]`.
  private func logits(_ operands: [Value]) -> Value {
    var logits = Self.products(operands[0], operands[1])
    if operands.count > 4 { logits = logits + operands[4].converted(to: logits.dtype) }
    if let softCap, softCap > 0 {
      logits = logits.scaled(by: 1 / softCap).unary(.tanh).scaled(by: softCap)
    }
    return logits
  }

  /// `bool[b, n, q, k]`.
  private func visibility(_ keyMask: Value, queries: Int, heads: Int) -> Value {
    let (batch, keys) = (keyMask.shape[0], keyMask.shape[1])
    var visible = keyMask.reshaped([batch, 1, 1, keys])
    if let inBand = band.mask(queries: queries, keys: keys, in: keyMask.builder) {
      visible = visible.and(inBand.reshaped([1, 1, queries, keys]))
    }
    return visible.broadcast(to: [batch, heads, queries, keys])
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
