import Programs
import Tensors

/// A learned bias of the logits by distance: near distances one by one, far ones in buckets that grow
/// with the logarithm, `bias[h, q, k] = E[bucket(position[k] - position[q]), h]`.
///
/// With `n` the distance back (its magnitude if `bidirectional`, when keys ahead have buckets of their
/// own), `m` buckets for a direction and `e = m / 2`: bucket `n` below `e`, then
/// `e + trunc(ln(n / e + ε) / ln(maxDistance / e) · (m - 1 - e))`, at most `m - 1`; `ε = 2⁻²³`.
///
/// Embeddings of one `sharedName` have one table, as those of a stack of T5: the parameter of the first in the
/// order of computation, whose gradient is the sum over all.
///
/// - Shape: parameter `relative_position_embedding/embedding [numBuckets, n]`.
/// - Source: sequence_layers/jax/attention `T5RelativePositionEmbedding`, arXiv 1910.10683; the reference
///   of T5 has `m - e` where the original here has `m - 1 - e`.
extension T5RelativePositionEmbedding {
  private var bucketsPerDirection: Int { bidirectional ? numBuckets / 2 : numBuckets }

  /// What is wrong with the fields in a layer with so many heads.
  func mistake(heads: Int) -> (found: String, expected: String)? {
    if numHeads != heads { return ("numHeads \(numHeads)", "\(heads), as in the layer") }
    let least = bidirectional ? 4 : 2
    if numBuckets < least { return ("numBuckets \(numBuckets)", "\(least) or more") }
    let exact = bucketsPerDirection / 2
    if maxDistance <= exact {
      return ("maxDistance \(maxDistance)", "more than the \(exact) distances with own buckets")
    }
    return nil
  }

  /// The bias `[b or 1, n, q, k]` for distances `i32[b or 1, q, k]`, key minus query.
  func bias(
    distances: Value, dtype: DType, _ context: LayerContext
  ) throws(LayerError) -> Value {
    try table(context).converted(to: computeDtype ?? dtype)
      .gathered(buckets(distances), axis: 0).transposed([0, 3, 1, 2])
  }

  private func table(_ context: LayerContext) throws(LayerError) -> Value {
    let key = sharedName.map { "relative_position_embedding/" + $0 }
    if let key, let shared = context.table(key) {
      guard shared.shape == [numBuckets, numHeads], shared.dtype == paramDtype else {
        throw LayerError(
          .invalidConfig, layer: "T5RelativePositionEmbedding", field: "sharedName",
          found: "\"\(sharedName ?? "")\" of \(numBuckets) buckets for \(numHeads) heads",
          expected: "the \(shared.shape.shapeText) \(shared.dtype.name) of the first of that name")
      }
      return shared
    }
    let own = try context.parameter(
      "relative_position_embedding/embedding", [numBuckets, numHeads], dtype: paramDtype,
      biasMatrixInit)
    if let key { context.offer(table: key, own) }
    return own
  }

  private func buckets(_ distances: Value) -> Value {
    let buckets = bucketsPerDirection
    let exact = buckets / 2
    let back = distances.unary(.neg)
    let zero = back.scalarLike(0)
    let count = bidirectional ? back.unary(.abs) : back.binary(.max, zero)
    let ratio = count.converted(to: .float32).binary(.div, Double(exact)).adding(0x1p-23)
    let range = back.builder.scalar(Double(maxDistance) / Double(exact), .float64).unary(.log)
    let steps = (ratio.unary(.log) / range.converted(to: .float32))
      .scaled(by: Double(buckets - 1 - exact))
    let far = steps.converted(to: .int32).adding(Double(exact))
      .binary(.min, Double(buckets - 1))
    let bucket = (count .< count.scalarLike(Double(exact))).select(count, far)
    guard bidirectional else { return bucket }
    return (back .< zero).select(bucket.adding(Double(buckets)), bucket)
  }
}
