import Programs
import Tensors

/// Logits of content and distance: with scaled queries `q`, distances `d` from `-maxForward` to
/// `maxBackward` back and `R[d]` the projected sinusoids of `d`, logit `(q + u) · k + (q + v) · R[d]`.
///
/// - Shape: parameters below `relative_position_embedding`: `pos_proj/kernel [positionBiasDim, n, h]`, and
///   with `useBias` `u` and `v`, `[n, h]`.
/// - Source: sequence_layers/jax/attention `TransformerXLRelativePositionEmbedding`, arXiv 1901.02860. The
///   original steps only without a future; here future keys are no obstacle.
extension TransformerXLRelativePositionEmbedding {
  /// What is wrong with the fields in a layer with so many heads of this size and this reach.
  func mistake(
    heads: Int, size: Int, past: Int, future: Int
  ) -> (found: String, expected: String)? {
    if numHeads != heads { return ("numHeads \(numHeads)", "\(heads), as in the layer") }
    if unitsPerHead != size { return ("unitsPerHead \(unitsPerHead)", "\(size), as in the layer") }
    if maxBackward != past {
      return ("maxBackward \(maxBackward)", "\(past), the maxPastHorizon of the layer")
    }
    if maxForward != future {
      return ("maxForward \(maxForward)", "\(future), the maxFutureHorizon of the layer")
    }
    if positionBiasDim < 1 { return ("positionBiasDim \(positionBiasDim)", "1 or more") }
    return nil
  }

  /// The queries that meet the keys, and the bias `[b, n, q, k]`, for scaled queries `[b, q, n, h]`
  /// of which number `i` stands at key `i + offset`.
  func terms(
    queries: Value, keys: Int, offset: Int, _ context: LayerContext
  ) throws(LayerError) -> (queries: Value, bias: Value) {
    var (content, place) = (queries, queries)
    if useBias {
      let (u, v) = (try bias("u", queries.dtype, context), try bias("v", queries.dtype, context))
      content = queries + u
      place = queries + v
    }
    let kernel = try context.parameter(
      "relative_position_embedding/pos_proj/kernel", [positionBiasDim, numHeads, unitsPerHead],
      dtype: paramDtype, .lecunNormal)
    let width = maxBackward + maxForward + 1
    let positions = context.builder.iota(ValueType(.int32, [1, width]), axis: 1)
    let back = positions.unary(.neg).adding(Double(maxBackward))
    let wide: DType = queries.dtype == .float64 ? .float64 : .float32
    let waves = back.timingSignal(
      channels: positionBiasDim, minTimescale: 1, maxTimescale: 10_000, wide
    ).converted(to: queries.dtype)
    let projected = waves.converted(to: queries.dtype).matmul(
      kernel.converted(to: queries.dtype).reshaped([positionBiasDim, numHeads * unitsPerHead])
    ).reshaped([width, numHeads, unitsPerHead])
    // [n, b, q, width]
    let products = place.dot(
      projected,
      DotDimensions(leftBatch: [2], rightBatch: [1], leftContracting: [3], rightContracting: [2]))
    let byDistance = products.transposed([1, 0, 2, 3])
    return (content, byDistance.alongDiagonals(keys: keys, shift: offset - maxBackward))
  }

  private func bias(
    _ name: String, _ dtype: DType, _ context: LayerContext
  ) throws(LayerError) -> Value {
    try context.parameter(
      "relative_position_embedding/\(name)", [numHeads, unitsPerHead], dtype: paramDtype, .zeros
    ).converted(to: dtype)
  }
}
