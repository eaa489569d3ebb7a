import Programs
public import Tensors

/// One layer over the sequence and another over the reversed sequence, combined.
///
/// `y = combine(forward(x), reverse(backward(reverse(x))))`
///
/// - Shape: by `combination`, as in `Parallel`.
/// - Mask: valid where both are.
/// - Streaming: none; the backward layer starts at the end of the sequence.
/// - Throws: ``LayerError`` `.latencyMismatch` when the ratios differ, `.invalidInput` when the
///   shapes do not combine.
/// - Source: sequence_layers/jax/combinators.py `Bidirectional`. The original announces the receptive field
///   of the backward layer as if its outputs were aligned from the start of the sequence; with strides and
///   with padding `valid` they are not.
extension Bidirectional: CombinatorLayer, WholeSequenceLayer {
  private var forwardScope: ChildScope { ChildScope.single("forward", forward, emits: "0") }
  private var backwardScope: ChildScope {
    // Of equal names the second gets a number, as elsewhere.
    var scope = ChildScope.single("backward", backward, emits: "1")
    if scope.path == forwardScope.path { scope.path += "_1" }
    return scope
  }

  public var children: [LayerChild] {
    [
      LayerChild(forward, at: forwardScope, field: "forward"),
      LayerChild(backward, at: backwardScope, field: "backward"),
    ]
  }
  public var stepObstacle: String? { "the backward layer needs the end of the sequence first" }
  public var outputRatio: Rational { forward.outputRatio }

  public var receptiveFieldPerStep: ReceptiveFieldPerStep {
    ReceptiveFieldUnion.aligned([
      forward.receptiveFieldPerStep, ReceptiveFieldMirror.perStep(of: backward),
    ])
  }

  public func outputTime(for time: Int) -> Int {
    min(forward.outputTime(for: time), backward.outputTime(for: time))
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    var specs: [ChannelSpec] = []
    for (layer, scope) in [(forward, forwardScope), (backward, backwardScope)] {
      do { specs.append(try layer.outputSpec(for: input, constants: constants)) } catch {
        throw error.within(scope.path)
      }
    }
    guard forward.outputRatio == backward.outputRatio else {
      throw LayerError(
        .latencyMismatch(), layer: typeName,
        found: "output ratios \(forward.outputRatio) and \(backward.outputRatio)",
        expected: "equal ratios forward and backward")
    }
    return try combination.combinedSpec(specs, layer: typeName)
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let ahead = try context.layer(forward, x, at: forwardScope)
    let back = try context.layer(backward, x.reversedTime(), at: backwardScope)
    return combination.combine([ahead, back.reversedTime()].cutToShortest(), context)
  }
}
