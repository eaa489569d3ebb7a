import Programs
import Tensors

/// A layer applied to the heads of queries, keys or values, `[b, t, n, h]`.
struct HeadNetwork {
  var layer: (any SequenceLayer)?
  var scope: ChildScope

  init(_ layer: (any SequenceLayer)?, _ name: String) {
    self.layer = layer
    scope = ChildScope(name)
  }

  var child: LayerChild? { layer.map { LayerChild($0, at: scope, field: scope.path) } }

  var stepObstacle: String? {
    layer?.stepObstacle.map { "\(scope.path): \($0)" }
  }

  /// The channels behind the network.
  func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs, owner: any SequenceLayer
  ) throws(LayerError) -> ChannelSpec {
    guard let layer else { return input }
    let spec: ChannelSpec
    do { spec = try layer.outputSpec(for: input, constants: constants) } catch {
      throw error.within(scope.path)
    }
    guard layer.outputRatio == 1, layer.blockSize == 1 else {
      throw .config(
        owner, scope.path,
        found: "a ratio of \(layer.outputRatio) and blocks of \(layer.blockSize)",
        expected: "a layer of ratio 1 and block size 1")
    }
    guard layer.inputLatency == 0 else {
      throw .config(
        owner, scope.path, found: "an input latency of \(layer.inputLatency)",
        expected: "a layer without latency, so that queries, keys and values stay aligned")
    }
    guard spec.shape.count == 2 else {
      throw .config(
        owner, scope.path, found: "output channels \(spec.shape.shapeText)",
        expected: "[heads, size]")
    }
    return spec
  }

  func layer(_ x: SequenceValue, _ context: LayerContext) throws(LayerError) -> SequenceValue {
    guard let layer else { return x }
    return try context.layer(layer, x, at: scope)
  }

  func initialState(
    for input: ChannelSpec, into state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) {
    guard let layer else { return }
    try context.initialState(
      layer, for: input, into: &state, at: scope, latency: context.precedingLatency)
  }

  func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    guard let layer else { return x }
    return try context.step(layer, x, &state, at: scope, latency: context.precedingLatency)
  }
}
