import Programs
import Tensors

/// A bias of the logits by the product of the query with a learned embedding of the distance:
/// `bias[h, q, k] = query[q, h] · E[clip(position[k] - position[q], -maxBackward, maxForward), h]`.
///
/// The query is the one before scaling.
///
/// - Shape: parameter `relative_position_embedding/embedding [maxBackward + maxForward + 1, n, h]`.
/// - Source: sequence_layers/jax/attention `ShawRelativePositionEmbedding`, arXiv 1803.02155.
extension ShawRelativePositionEmbedding {
  /// What is wrong with the fields in a layer with so many heads of this size.
  func mistake(heads: Int, size: Int) -> (found: String, expected: String)? {
    if numHeads != heads { return ("numHeads \(numHeads)", "\(heads), as in the layer") }
    if unitsPerHead != size { return ("unitsPerHead \(unitsPerHead)", "\(size), as in the layer") }
    if maxBackward < 0 { return ("maxBackward \(maxBackward)", "0 or more") }
    if maxForward < 0 { return ("maxForward \(maxForward)", "0 or more") }
    return nil
  }

  /// The bias `[b, n, q, k]` for unscaled queries `[b, q, n, h]` and distances `i32[b or 1, q, k]`, key
  /// minus query.
  func bias(
    queries: Value, distances: Value, _ context: LayerContext
  ) throws(LayerError) -> Value {
    let count = maxBackward + maxForward + 1
    let embedding = try context.parameter(
      "relative_position_embedding/embedding", [count, numHeads, unitsPerHead], dtype: paramDtype,
      embeddingInit
    ).converted(to: computeDtype)
    // [n, b, q, count]
    let products = queries.converted(to: computeDtype).dot(
      embedding,
      DotDimensions(leftBatch: [2], rightBatch: [1], leftContracting: [3], rightContracting: [2]))
    let clipped = distances.binary(.max, Double(-maxBackward)).binary(.min, Double(maxForward))
    let batch = queries.shape[0]
    let buckets = clipped.adding(Double(maxBackward))
      .broadcast(to: [batch] + distances.shape.dropFirst())
    return products.transposed([1, 2, 0, 3]).gathered(buckets, axis: 3, batchAxes: 2)
      .transposed([0, 2, 1, 3])
  }
}
