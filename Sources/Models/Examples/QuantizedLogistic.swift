import Runtime

/// A logistic distribution rounded up to whole steps of 1/8192 from -1 to 1: what ``WaveRNN`` predicts of a sample.
///
/// With `s = 1e-16 + softplus(width)` in steps: `P(n) = σ((n - place)/s) - σ((n - 1 - place)/s)`, all of the
/// mass beyond the ends in the first and the last step.
///
/// - Source: sequence_layers/tensorflow/examples/wavernn.py, `QuantizedDistribution` of a `Logistic`;
///   PixelCNN++, arXiv 1701.05517.
public struct QuantizedLogistic: Hashable, Sendable {
  /// Steps from 0 to 1.
  public static let steps = 8192

  /// Where the distribution lies, in steps.
  public var place: Double
  /// How wide it is, in steps.
  public var spread: Double

  /// Makes the distribution of the two numbers that the model gives.
  public init(place: Double, width: Double) {
    self.place = place
    spread = 1e-16 + Self.softplus(width)
  }

  /// The logarithm of the probability of a sample of the waveform; minus infinity for what lies between steps.
  public func logProbability(of sample: Double) -> Double {
    let step = sample * Double(Self.steps)
    guard step == step.rounded(), step.magnitude <= Double(Self.steps) else { return -.infinity }
    let (below, above) = ((step - 1 - place) / spread, (step - place) / spread)
    if step == -Double(Self.steps) { return -Self.softplus(-above) }
    if step == Double(Self.steps) { return -Self.softplus(below) }
    // log(σ(above) - σ(below)) without the difference of numbers near 1.
    return -Self.softplus(-above) - Self.softplus(below)
      + DecodingMath.log(1 - DecodingMath.exp(below - above))
  }

  /// The sample below which a part `uniform`, from 0 to 1, of the distribution lies.
  public func sample(_ uniform: Double) -> Double {
    let inside = min(max(uniform, 1e-12), 1 - 1e-12)
    let step = (place + spread * DecodingMath.log(inside / (1 - inside))).rounded(.up)
    let most = Double(Self.steps)
    return min(max(step, -most), most) / most
  }

  private static func softplus(_ x: Double) -> Double {
    max(x, 0) + DecodingMath.log(1 + DecodingMath.exp(-x.magnitude))
  }
}
