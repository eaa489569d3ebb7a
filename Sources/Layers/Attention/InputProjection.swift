public import Programs
public import Tensors

/// A projection of another package, in the place of one of ``QueryKeyValueProjection``.
public protocol HeadProjection: Sendable {
  /// The queries `[b, t, heads, size]` of an input `[b, t, c]`.
  func queries(
    _ x: Value, _ shape: HeadShape, _ context: LayerContext
  ) throws(LayerError) -> Value
  /// Keys and values `[b, s, keyHeads, size]` of a source `[b, s, c]`, in self attention the input, with
  /// parameters below `scope`.
  func keysAndValues(
    _ source: Value, _ shape: HeadShape, scope: String, _ context: LayerContext
  ) throws(LayerError) -> (keys: Value, values: Value)
}

/// Queries, keys and values made from the input, `[b, t, n, h]` each.
struct ProjectedHeads {
  var queries: Value
  var keys: Value
  var values: Value
}

/// The sizes that a projection needs to know.
public struct HeadShape: Sendable {
  /// Heads of the queries.
  public var heads: Int
  /// Heads of keys and values.
  public var keyHeads: Int
  /// Channels of a head.
  public var size: Int
  /// Whether a bias is added.
  public var useBias: Bool
  /// The dtype of the parameters.
  public var paramDtype: DType
  /// The dtype of the computation.
  public var dtype: DType
}

extension QueryKeyValueProjection {
  /// Projects the input of a self attention.
  func project(
    _ x: Value, _ shape: HeadShape, _ context: LayerContext
  ) throws(LayerError) -> ProjectedHeads {
    switch self {
    case .combinedQueryKeyValueProjection(let projection):
      let count = projection.shareKvProjection ? 2 : 3
      let joined = try shape.project(
        x, [count, shape.heads, shape.size], "query_key_value_projection",
        projection.qkvKernelInit, projection.biasInit,
        fans: .init(inAxes: [-4], outAxes: [-2, -1], batchAxes: [-3]), context)
      let part: (Int) -> Value = { joined.element($0, axis: 2) }
      return ProjectedHeads(queries: part(0), keys: part(1), values: part(count - 1))
    case .separateQueryKeyValueProjection, .queryAndKeyValueProjection,
      .queryAndSharedKeyValueProjection, .custom:
      let queries = try projectQueries(x, shape, context)
      let source = try projectSource(x, shape, context)
      return ProjectedHeads(queries: queries, keys: source.keys, values: source.values)
    }
  }

  /// Projects the queries of an attention over a source.
  func projectQueries(
    _ x: Value, _ shape: HeadShape, _ context: LayerContext
  ) throws(LayerError) -> Value {
    if case .custom(let part) = self {
      return try Self.projection(part).queries(x, shape, context)
    }
    let (kernelInit, biasInit) = queryInitializers
    return try shape.project(
      x, [shape.heads, shape.size], "query_projection", kernelInit, biasInit, context)
  }

  /// Projects keys and values from a source, with parameters below `scope`.
  func projectSource(
    _ source: Value, _ shape: HeadShape, scope: String = "", _ context: LayerContext
  ) throws(LayerError) -> (keys: Value, values: Value) {
    let heads = [shape.keyHeads, shape.size]
    let name: (String) -> String = { LayerPath.join(scope, $0) }
    switch self {
    case .combinedQueryKeyValueProjection:
      throw LayerError(
        .invalidConfig, layer: "QueryKeyValueProjection", field: "inputProjection",
        found: "a combined projection of query and source",
        expected: "a projection that has keys and values apart from queries",
        suggestion: "use .queryAndKeyValueProjection()")
    case .separateQueryKeyValueProjection(let projection):
      let keys = try shape.project(
        source, heads, name("key_projection"), projection.kKernelInit, projection.biasInit, context)
      let values = try shape.project(
        source, heads, name("value_projection"), projection.vKernelInit, projection.biasInit,
        context)
      return (keys, values)
    case .queryAndKeyValueProjection(let projection):
      let joined = try shape.project(
        source, [2] + heads, name("key_value_projection"), projection.kvKernelInit,
        projection.kvBiasInit, fans: .init(inAxes: [-4], outAxes: [-2, -1], batchAxes: [-3]),
        context)
      return (joined.element(0, axis: 2), joined.element(1, axis: 2))
    case .queryAndSharedKeyValueProjection(let projection):
      let shared = try shape.project(
        source, heads, name("shared_key_value_projection"), projection.kvKernelInit,
        projection.kvBiasInit, context)
      return (shared, shared)
    case .custom(let part):
      return try Self.projection(part).keysAndValues(source, shape, scope: scope, context)
    }
  }

  private static func projection(_ part: CustomPart) throws(LayerError) -> any HeadProjection {
    if let projection = part.value as? any HeadProjection { return projection }
    throw LayerError(
      .invalidConfig, layer: "QueryKeyValueProjection", field: "inputProjection",
      found: "\(type(of: part.value))", expected: "a type that is a HeadProjection")
  }

  private var queryInitializers: (Initializer, Initializer) {
    switch self {
    case .combinedQueryKeyValueProjection(let p): (p.qkvKernelInit, p.biasInit)
    case .separateQueryKeyValueProjection(let p): (p.qKernelInit, p.biasInit)
    case .queryAndKeyValueProjection(let p): (p.qKernelInit, p.qBiasInit)
    case .queryAndSharedKeyValueProjection(let p): (p.qKernelInit, p.qBiasInit)
    case .custom: (.zeros, .zeros)
    }
  }
}

extension HeadShape {
  /// `x · kernel + bias` with `kernel [d, ...outputs]`.
  fileprivate func project(
    _ x: Value, _ outputs: Shape, _ name: String, _ kernelInit: Initializer,
    _ biasInit: Initializer, fans: ParameterSpec.Fans = .init(inAxes: [-3], outAxes: [-2, -1]),
    _ context: LayerContext
  ) throws(LayerError) -> Value {
    let channels = x.shape[2]
    let kernel = try context.parameter(
      "\(name)/kernel", [channels] + outputs, dtype: paramDtype, kernelInit, fans: fans
    ).converted(to: dtype)
    let flat = kernel.reshaped([channels, outputs.elementCount])
    var product = x.converted(to: dtype).matmul(flat)
    if useBias {
      let bias = try context.parameter("\(name)/bias", outputs, dtype: paramDtype, biasInit)
      product = product + bias.converted(to: dtype).reshaped([outputs.elementCount])
    }
    return product.reshaped(Array(x.shape.prefix(2)) + outputs)
  }
}
