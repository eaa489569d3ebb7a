import Programs
import Tensors

/// How queries and keys are scaled before they meet.
struct HeadScaling {
  var size: Int
  var queryScale: Double?
  var perDimScale: Bool
  var perDimKeyScale: Bool
  var paramDtype: DType

  /// `1 / ln 2`: with a parameter of 0, `softplus` gives `ln 2`, and the factor is exactly the scale.
  private static let inverseLogTwo = 1.442695041

  func scaleQueries(_ queries: Value, _ context: LayerContext) throws(LayerError) -> Value {
    let scale = queryScale ?? 1 / Double(queries.shape[3]).squareRoot()
    guard perDimScale else { return queries.scaled(by: scale) }
    let weight = try context.parameter("per_dim_scale", [size], dtype: paramDtype, .zeros)
    let factor = weight.converted(to: queries.dtype).softplus
      .scaled(by: scale * Self.inverseLogTwo)
    return queries * factor
  }

  func scaleKeys(_ keys: Value, _ context: LayerContext) throws(LayerError) -> Value {
    guard perDimKeyScale else { return keys }
    let weight = try context.parameter("per_dim_key_scale", [size], dtype: paramDtype, .zeros)
    let factor = weight.converted(to: keys.dtype).softplus.scaled(by: Self.inverseLogTwo)
    return keys * factor
  }
}
