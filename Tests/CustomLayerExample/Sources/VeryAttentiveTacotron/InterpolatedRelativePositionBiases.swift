import Foundation
public import Layers
public import Programs
import Tensors

/// A learned bias of the logits by the distance of key and query, which may lie between timesteps.
///
/// Near distances have a row of the table each, far ones share rows that grow with the logarithm; what lies
/// between two rows is interpolated, so the bias has a gradient with respect to the position of the query:
/// `bias[h, q, k] = (1 - w) · E[floor(r), h] + w · E[ceil(r), h] - penalty · max(0, |d| - maxDistance)` with
/// `d = position[k] - position[q]`, its place `r` in the table and `w = r - floor(r)`.
///
/// - Shape: parameter `bias_matrix/embeddings [numBuckets, n]`.
/// - Source: sequence_layers/tensorflow/examples/very_attentive_tacotron.py; Battenberg et al. 2024, arXiv 2410.22179.
public struct InterpolatedRelativePositionBiases: RelativePositionBias, Equatable {
  /// Number of heads.
  public var numHeads: Int
  /// Rows of the table.
  public var numBuckets = 32
  /// Distance from which on all share a row.
  public var maxDistance = 64
  /// What is subtracted for each step beyond that.
  public var maxDistancePenalty = 1.0
  /// Whether keys may be ahead of queries.
  public var bidirectional = true
  /// Standard deviation, in rows, of the Gaussian window that the table begins as; 0 for random rows.
  public var windowStddev = 0.0
  /// Where an earlier layer says that queries are; `nil` for their own timesteps.
  public var positionsName: String?

  /// Makes a bias with the usual table.
  public init(numHeads: Int) { self.numHeads = numHeads }

  private var rowsASide: Int { bidirectional ? numBuckets / 2 : numBuckets }

  public func check(
    heads: Int, size: Int, for layer: any SequenceLayer
  ) throws(LayerError) {
    let exact = rowsASide / 2
    guard numHeads == heads, exact >= 1, maxDistance > exact else {
      throw LayerError(
        .invalidConfig, layer: layer.typeName, field: "relativePositionEmbedding",
        found: "\(numBuckets) rows for \(numHeads) heads up to \(maxDistance)",
        expected: "\(heads) heads, 4 rows or more and a greater maxDistance")
    }
  }

  public func bias(
    queries: Value, distances: Value, _ context: LayerContext
  ) throws(LayerError) -> Value {
    guard let positionsName else { return try biases(distances.converted(to: .float32), context) }
    guard let positions = context.table(positionsName) else {
      throw LayerError(
        .invalidConfig, layer: "InterpolatedRelativePositionBiases", field: "positionsName",
        found: "no positions \"\(positionsName)\"", expected: "an AlignmentLayer before it")
    }
    let keys = distances.shape[2]
    let shape = [positions.shape[0], positions.shape[1], keys]
    let places = context.builder.iota(ValueType(.float32, shape), axis: 2)
    return try biases(places - positions.expandingAxes([2]), context)
  }

  /// The biases `[b, n, q, k]` of distances `f32[b, q, k]`, key minus query.
  func biases(_ distances: Value, _ context: LayerContext) throws(LayerError) -> Value {
    let table = try context.parameter(
      "bias_matrix/embeddings", [numBuckets, numHeads], firstValues)
    let place = self.place(distances)
    let low = place.unary(.floor).stoppingGradient
    let weight = (place - low).expandingAxes([3])
    let rows = low.converted(to: .int32)
    let below = table.gathered(rows, axis: 0)
    let above = table.gathered(place.unary(.ceil).converted(to: .int32), axis: 0)
    let between = below + weight * (above - below)
    let excess = distances.unary(.abs).adding(-Double(maxDistance)).binary(.max, 0)
    let penalty = excess.scaled(by: maxDistancePenalty).expandingAxes([3])
    return (between - penalty).transposed([0, 3, 1, 2])
  }

  /// Where in the table a distance lies.
  private func place(_ distances: Value) -> Value {
    let (side, exact) = (rowsASide, rowsASide / 2)
    let back = distances.unary(.neg)
    let count = bidirectional ? back.unary(.abs) : back.binary(.max, 0)
    let range = log(Double(maxDistance) / Double(exact))
    let far = count.scaled(by: 1 / Double(exact)).adding(0x1p-23).unary(.log)
      .scaled(by: Double(side - 1 - exact) / range).adding(Double(exact))
      .binary(.min, Double(side - 1))
    let value = (count .< count.scalarLike(Double(exact))).select(count, far)
    guard bidirectional else { return value }
    // Distance 0 is in the middle of the table.
    let isAhead = back .< back.scalarLike(0)
    return isAhead.select(value, value.unary(.neg)).adding(Double(side))
  }

  /// The logarithm of a window around distance 0, or random numbers.
  private var firstValues: Initializer {
    guard windowStddev > 0 else { return .truncatedNormal(stddev: 1) }
    let middle = bidirectional ? Double(numBuckets / 2) : 0
    let logits = (0..<numBuckets).map { row in
      -0.5 * pow((Double(row) - middle) / windowStddev, 2)
    }
    let norm = log(logits.reduce(0) { $0 + exp($1) })
    let values = logits.flatMap { Array(repeating: $0 - norm, count: numHeads) }
    return .tensor(TensorConstant(shape: [numBuckets, numHeads], values: values))
  }
}
