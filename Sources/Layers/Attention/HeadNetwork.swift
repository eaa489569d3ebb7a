import Programs
import Tensors

/// A layer applied to the heads of queries, keys or values, `[b, t, n, h]`.
///
/// What it gives at invalid timesteps is set to zero: the gradient of a product of queries and keys multiplies
/// by both, so that a NaN there would reach valid timesteps through gradients that are zero.
struct HeadNetwork {
  var layer: (any SequenceLayer)?
  var scope: ChildScope
  private let field: String

  /// The network in a field, named beside those in other fields.
  init(_ layer: (any SequenceLayer)?, _ field: String, beside others: [HeadNetwork] = []) {
    self.layer = layer
    self.field = field
    scope = layer.map { ChildScope.single(field, $0) } ?? ChildScope(field)
    // Of equal names the later ones get a number, as elsewhere.
    let count = others.count {
      $0.layer != nil && $0.layer?.name != nil && $0.scope.parameters == scope.parameters
    }
    if count > 0 { scope.path += "_\(count)" }
  }

  var child: LayerChild? { layer.map { LayerChild($0, at: scope, field: field) } }

  /// A latency would take queries, keys and values out of step with each other.
  var stepObstacle: String? {
    guard let layer else { return nil }
    if let obstacle = layer.stepObstacle { return "\(scope.path): \(obstacle)" }
    let latency = max(layer.inputLatency, layer.outputLatency)
    guard latency > 0 else { return nil }
    return "\(scope.path): its latency of \(latency) would part queries and keys"
  }

  /// The channels behind the network; the number of heads must stay.
  func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs, owner: any SequenceLayer
  ) throws(LayerError) -> ChannelSpec {
    guard let layer else { return input }
    let spec: ChannelSpec
    do { spec = try layer.outputSpec(for: input, constants: constants) } catch {
      throw error.within(scope.path)
    }
    guard layer.outputRatio == 1, owner.blockSize % layer.blockSize == 0 else {
      throw .config(
        owner, scope.path,
        found: "a ratio of \(layer.outputRatio) and blocks of \(layer.blockSize)",
        expected: owner.blockSize == 1
          ? "a layer of ratio 1 and block size 1"
          : "a layer of ratio 1 and a block size that divides \(owner.blockSize)")
    }
    guard spec.shape.count == 2, spec.shape[0] == input.shape[0] else {
      throw .config(
        owner, scope.path, found: "output channels \(spec.shape.shapeText)",
        expected: "[\(input.shape[0]), size]: as many heads as before")
    }
    return spec
  }

  func layer(_ x: SequenceValue, _ context: LayerContext) throws(LayerError) -> SequenceValue {
    guard let layer else { return x }
    let y = try context.layer(layer, x, at: scope)
    guard y.time == x.time else {
      throw LayerError(
        .invalidInput, layer: layer.typeName,
        found: "\(y.time) timesteps of \(x.time) behind \(scope.path)",
        expected: "as many as before, because queries, keys and values must stay in step")
    }
    return y.maskedInvalid()
  }

  /// The network as the `index`-th of those that share its parameters.
  func copy(_ index: Int) -> HeadNetwork {
    guard index > 0 else { return self }
    var copy = self
    copy.scope.path = "\(scope.path)[\(index)]"
    copy.scope.unnamedPath = "\(scope.unnamedPath)[\(index)]"
    copy.scope.emits = copy.scope.path
    return copy
  }

  func initialState(
    for input: ChannelSpec, into state: inout LayerState, _ context: LayerContext, latency: Int
  ) throws(LayerError) {
    guard let layer else { return }
    try context.initialState(layer, for: input, into: &state, at: scope, latency: latency)
  }

  func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext, latency: Int
  ) throws(LayerError) -> SequenceValue {
    guard let layer else { return x }
    return try context.step(layer, x, &state, at: scope, latency: latency).maskedInvalid()
  }
}
