public import Layers

/// A layer that passes its input through and cannot step: for tests of layers that hold others.
///
/// - Source: sequence_layers/jax/test_utils.py `NonSteppableLayer`.
public struct NonSteppableLayer: PointwiseLayer, Equatable {
  /// Scope of the layer.
  public var name: String?

  /// Makes the layer.
  public init(name: String? = nil) { self.name = name }

  /// Always: that is what it is for.
  public var stepObstacle: String? { "NonSteppableLayer never steps" }

  /// The input.
  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue { x }
}

/// A layer that passes its input through and demands a constant: for tests of layers that hand constants on.
///
/// - Throws: ``LayerError`` `.invalidConstant` where the constant is missing.
/// - Source: sequence_layers/jax/test_utils.py `AssertConstantsLayer`.
public struct AssertConstantsLayer: PointwiseLayer, Equatable {
  /// The name of the constant.
  public var expectedConstant: String
  /// Scope of the layer.
  public var name: String?

  /// Makes the layer.
  public init(expectedConstant: String = "test", name: String? = nil) {
    (self.expectedConstant, self.name) = (expectedConstant, name)
  }

  /// The input's, if the constant is known.
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    guard constants[expectedConstant] != nil else { throw missing }
    return input
  }

  /// The input, if the constant is there.
  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    guard context.constants[expectedConstant] != nil else { throw missing }
    return x
  }

  private var missing: LayerError {
    LayerError(
      .invalidConstant, layer: typeName, field: "expectedConstant",
      found: "no constant \"\(expectedConstant)\"", expected: "a constant of that name")
  }
}
