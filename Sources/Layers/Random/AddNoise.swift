public import Programs
import Tensors

/// A layer that adds random numbers to its input.
protocol NoiseLayer: SequenceLayer {
  var sampler: NoiseSampler { get }
  var trainingOnly: Bool { get }
}

extension NoiseLayer {
  /// The noise of a timestep belongs to it alone.
  public var receptiveFieldPerStep: ReceptiveFieldPerStep { [.aligned] }

  /// The input's.
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try sampler.check(self, "sampler")
    try requireElements(.floating, input)
    return input
  }

  private func adds(_ context: LayerContext) -> Bool { context.training || !trainingOnly }

  /// What the draws depend on.
  public func initialState(for input: ChannelSpec, _ context: LayerContext) -> LayerState {
    var state = LayerState()
    if adds(context) { RandomDraws().declareState(in: &state, context) }
    return state
  }

  /// The block with its noise.
  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) -> SequenceValue {
    guard adds(context) else { return x }
    return noisy(x, RandomDraws().words(x.channelShape.elementCount, x, &state, context))
  }

  /// The sequence with its noise.
  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue {
    guard adds(context) else { return x }
    return noisy(x, RandomDraws().words(x.channelShape.elementCount, x, context))
  }

  private func noisy(_ x: SequenceValue, _ words: Value) -> SequenceValue {
    let noise = sampler.noise(words).reshaped(x.values.shape).converted(to: x.dtype)
    return x.mapValues { $0 + noise }
  }
}

/// The input plus random numbers: `x + noise`, with `trainingOnly` only in training.
///
/// Noise is uniform in `minval ..< maxval`, normal with `mean` and `stddev`, or normal and limited to
/// two standard deviations about the mean. Draws depend on seed, path, row key and position only, so
/// `step` makes the same ones as `layer`.
///
/// - Shape: `[b, t, ...] -> [b, t, ...]`.
/// - Mask: unchanged; where noise is added, invalid timesteps do not stay 0.
/// - Streaming: state `rowKey u32[b]` and `position i32[b]` where noise is added, otherwise none.
/// - Beyond: steps draw what the layer draws.
/// - Throws: ``LayerError`` `.invalidConfig` when `stddev` is negative or `minval > maxval`,
///   `.invalidInput` for input that is not floating-point.
/// - Source: sequence_layers/jax/simple.py `AddNoise`; the numbers drawn are not the original's.
extension AddNoise: NoiseLayer {}

/// The same as ``AddNoise``, under the name that the original's TensorFlow layers have.
///
/// - Shape: `[b, t, ...] -> [b, t, ...]`.
/// - Mask: unchanged; where noise is added, invalid timesteps do not stay 0.
/// - Streaming: as ``AddNoise``.
/// - Throws: ``LayerError`` as ``AddNoise``.
/// - Source: sequence_layers/tensorflow/simple.py `Noise`; the numbers drawn are not the original's.
extension Noise: NoiseLayer {}

/// Noise of another package, in the place of one of ``NoiseSampler``.
public protocol NoiseDistribution: Sendable {
  /// Checks the numbers of the distribution.
  func check() throws(LayerError)
  /// One number for each uniform one in `0 ..< 1`, float32.
  func noise(_ uniform: Value) -> Value
}

extension NoiseSampler {
  /// Checks the numbers of a distribution.
  func check(_ layer: any SequenceLayer, _ field: String) throws(LayerError) {
    switch self {
    case .uniform(let noise):
      guard noise.minval <= noise.maxval else {
        throw .config(
          layer, field, found: "bounds \(noise.minval) and \(noise.maxval)",
          expected: "minval not above maxval")
      }
    case .normal(let noise): try Self.checkSpread(noise.stddev, layer, field)
    case .truncatedNormal(let noise): try Self.checkSpread(noise.stddev, layer, field)
    case .custom(let part):
      guard let noise = part.value as? any NoiseDistribution else {
        throw .config(
          layer, field, found: "\(type(of: part.value))",
          expected: "a type that is a NoiseDistribution")
      }
      try noise.check()
    }
  }

  private static func checkSpread(
    _ stddev: Double, _ layer: any SequenceLayer, _ field: String
  ) throws(LayerError) {
    guard stddev >= 0 else {
      throw .config(layer, field, found: "stddev \(stddev)", expected: "0 or more")
    }
  }

  /// One number a random word.
  func noise(_ words: Value) -> Value {
    switch self {
    case .uniform(let noise):
      words.uniform.scaled(by: noise.maxval - noise.minval).adding(noise.minval)
    case .normal(let noise):
      words.symmetricUniform.erfInverse
        .scaled(by: noise.stddev * 1.4142135623730951).adding(noise.mean)
    case .truncatedNormal(let noise):
      // erf(2 / sqrt(2)) is the probability of two standard deviations.
      words.symmetricUniform.scaled(by: 0.9544997361036416).erfInverse
        .scaled(by: noise.stddev * 1.4142135623730951).adding(noise.mean)
    case .custom(let part):
      // Anything else was refused.
      (part.value as? any NoiseDistribution)?.noise(words.uniform) ?? words.uniform
    }
  }
}
