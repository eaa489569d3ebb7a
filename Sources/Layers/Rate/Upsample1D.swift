import Programs
public import Tensors

/// Every timestep `rate` times.
///
/// - Shape: `[b, t, ...] -> [b, t * rate, ...]`, any elements.
/// - Mask: repeated alike.
/// - Streaming: stateless; output ratio `rate`.
/// - Throws: ``LayerError`` `.invalidConfig` when `rate < 1`.
/// - Source: sequence_layers/jax/simple.py `Upsample1D`.
extension Upsample1D: StatelessLayer {
  public var outputRatio: Rational { Rational(max(1, rate)) }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try require("rate", rate, atLeast: 1)
    return input
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue {
    x.repeatedTime(rate)
  }
}

/// Every timestep `rate[0]` times, and every element of the first channel axis `rate[1]` times.
///
/// - Shape: `[b, t, h, c] -> [b, t * rate[0], h * rate[1], c]`, any elements.
/// - Mask: repeated like the timesteps.
/// - Streaming: stateless; output ratio `rate[0]`.
/// - Throws: ``LayerError`` `.invalidConfig` for other than one or two rates or rates below 1,
///   `.invalidInput` for input that is not `[b, t, h, c]`.
/// - Source: sequence_layers/jax/simple.py `Upsample2D`.
extension Upsample2D: StatelessLayer {
  private var rates: [Int] { (rate.expanded(to: 2) ?? [1, 1]).map { max(1, $0) } }

  public var outputRatio: Rational { Rational(rates[0]) }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    guard rate.expanded(to: 2) != nil else {
      throw .config(
        self, "rate", found: rate.values.shapeText,
        expected: "one rate, or one for time and one "
          + "for the first channel axis")
    }
    for value in rate.values { try require("rate", value, atLeast: 1) }
    try requireChannelRank(2...2, input, layer: typeName)
    return ChannelSpec([input.shape[0] * rates[1], input.shape[1]], input.dtype)
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue {
    x.repeatedTime(rates[0]).mapValues(preservingZero: true) { $0.repeated(rates[1], axis: 2) }
  }
}
