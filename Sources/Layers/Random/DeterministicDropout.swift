import Programs
import Tensors

/// Dropout whose draws depend only on a constant, the row's key and the timestep, not on the seed of the model
/// or the place of the layer; in training, or always with `alwaysDropout`.
///
/// Every element becomes 0 with probability `rate`, the others are divided by `1 - rate`.
///
/// - Shape: `[b, t, ...] -> [b, t, ...]`, floating-point; the constant `initialSeedName` is one whole number.
///   Axes whose entry of `noiseShape` is 1 share one draw; that of time must be -1.
/// - Mask: unchanged; invalid timesteps count as positions.
/// - Streaming: where it draws state `rowKey u32[b]` and `position i32[b]`, otherwise none.
/// - Beyond: a row's draws depend on its key, not on its place in the batch.
/// - Throws: ``LayerError`` `.invalidConfig` for a rate outside 0 ..< 1, a `noiseShape` that does not fit or an
///   empty name; `.invalidConstant` when the constant is missing or not one whole number; `.invalidInput` for
///   input that is not floating-point.
/// - Source: sequence_layers/tensorflow/simple.py `DeterministicDropout`; the numbers drawn are not the
///   original's.
extension DeterministicDropout: SequenceLayer {
  public var receptiveFieldPerStep: ReceptiveFieldPerStep { [.aligned] }

  private func isActive(_ context: LayerContext) -> Bool {
    rate > 0 && (context.training || alwaysDropout)
  }

  private func dropout(_ input: ChannelSpec) throws(LayerError) -> ElementDropout {
    try ElementDropout(rate: rate, noiseShape: noiseShape.values, input, self)
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    guard (0..<1).contains(rate) else {
      throw .config(self, "rate", found: "\(rate)", expected: "a probability from 0 to below 1")
    }
    guard !initialSeedName.isEmpty else {
      throw .config(self, "initialSeedName", found: "\"\"", expected: "the name of a constant")
    }
    guard try !dropout(input).shared.contains(1) else {
      throw .config(
        self, "noiseShape", found: "1 for time", expected: "-1: every timestep draws for itself")
    }
    try requireElements(.floating, input)
    let expected = "an array of one whole number"
    guard let spec = constants[initialSeedName] else {
      throw .constant(
        self, "initialSeedName", missing: initialSeedName, among: constants, expected: expected)
    }
    guard case .array = spec.form, spec.shape.elementCount == 1,
      [.int32, .uint32].contains(spec.dtype)
    else {
      throw .constant(
        self, "initialSeedName",
        found: "\"\(initialSeedName)\" of \(spec.dtype.shortName)\(spec.shape.shapeText)",
        expected: "\(expected), int32 or uint32")
    }
    return input
  }

  /// Draws keyed by the constant.
  private func keyed(
    _ draws: RandomDraws, _ context: LayerContext
  ) throws(LayerError) -> RandomDraws {
    guard case .array(let given) = context.constants[initialSeedName] else {
      throw .constant(
        self, "initialSeedName", found: "no array \"\(initialSeedName)\"",
        expected: "an array of one whole number")
    }
    let low = given.reshaped([1]).bitcast(to: .uint32)
    let high = context.builder.full(0, ValueType(.uint32, [1]))
    var result = draws
    result.own = (Value.concatenate([low, high], axis: 0), Philox.hash(typeName))
    return result
  }

  public func initialState(
    for input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> LayerState {
    var state = LayerState()
    if isActive(context) { try dropout(input).draws.declareState(in: &state, context) }
    return state
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    guard isActive(context) else { return x }
    let dropout = try dropout(x.channelSpec)
    let draws = try keyed(dropout.draws, context)
    return dropout.dropped(x) { draws.words($1, x, &state, context) }
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    guard isActive(context) else { return x }
    let dropout = try dropout(x.channelSpec)
    let draws = try keyed(dropout.draws, context)
    return dropout.dropped(x) { draws.words($1, x, context) }
  }
}
