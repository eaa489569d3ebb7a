/// The composites that readers of programs recognise beside their expansion: name, operands and
/// attributes of each, encoded and decoded here only.
///
/// Layers make them, planner and exporters match them. A reader that does not recognise a composite, or cannot
/// serve its operands, runs the expansion instead.
public enum KnownComposite: Hashable, Sendable {
  /// `e^(x - max) / Σ e^(x - max)` along an axis: operand x, a result of its type.
  case softmax(axis: Int)
  /// `x / sqrt(mean(x²) + epsilon) * scale`: operands x, then scale if it is used, in the rank of x.
  case rmsNorm(NormalizationAttributes)
  /// `(x - mean) / sqrt(variance + epsilon) * scale + bias`: operands x, then scale and bias as far as
  /// they are used, in the rank of x.
  case layerNorm(NormalizationAttributes)
  /// One timestep of an LSTM with tanh and sigmoid: operands gates `[b, 4·units]` (input, forget,
  /// candidate, output), c and h `[b, units]` and the mask `[b]`; results the new c and h.
  case lstmCell
  /// Softmax attention: operands queries `[b, q, n, h]`, keys `[b, k, m, h]`, values `[b, k, m, v]`, key
  /// mask `bool[b, k]` and perhaps a bias `[b or 1, n, q, k]`; results the context `[b, q, n, v]` and, if
  /// requested, the probabilities `[b, q, n, k]`.
  case attention(AttentionAttributes)
  /// `sqrt(re² + im²)` without overflow in between: operands re and im.
  case complexAbs
  /// The identity, whose gradient is cut to `-limit ... limit`: operand x.
  case gradientClipping(limit: Double)

  /// What a normalisation over trailing axes has built in.
  public struct NormalizationAttributes: Hashable, Sendable {
    /// The axes that mean and variance are taken over.
    public var axes: [Int]
    /// Added to the variance or the mean square.
    public var epsilon: Double
    /// Whether the operand behind x is a scale.
    public var usesScale: Bool
    /// Whether the last operand is a bias.
    public var usesBias: Bool
    /// Whether low precisions are summed in float32.
    public var isWide: Bool

    /// Makes attributes.
    public init(
      axes: [Int], epsilon: Double, usesScale: Bool, usesBias: Bool = false, isWide: Bool = false
    ) {
      self.axes = axes
      self.epsilon = epsilon
      self.usesScale = usesScale
      self.usesBias = usesBias
      self.isWide = isWide
    }
  }

  /// Which keys a query sees by position, and what becomes of logits and of queries without a key.
  public struct AttentionAttributes: Hashable, Sendable {
    /// Keys before the query's position that it sees; negative for all.
    public var past: Int
    /// Keys behind the query's position that it sees; negative for all.
    public var future: Int
    /// The key position of query 0.
    public var offset: Int
    /// `cap * tanh(logits / cap)` if positive.
    public var softCap: Double
    /// Whether a query that sees no key gives 0 instead of the mean of all values.
    public var zerosFullyMasked: Bool
    /// Whether the last operand is a bias of the logits.
    public var hasBias: Bool
    /// Whether the keys are a window that slides along in steps, so that no sum may depend on the place
    /// of a key among them.
    public var isSliding: Bool

    /// Makes attributes.
    public init(
      past: Int, future: Int, offset: Int, softCap: Double = 0, zerosFullyMasked: Bool = false,
      hasBias: Bool = false, isSliding: Bool = false
    ) {
      self.past = past
      self.future = future
      self.offset = offset
      self.softCap = softCap
      self.zerosFullyMasked = zerosFullyMasked
      self.hasBias = hasBias
      self.isSliding = isSliding
    }
  }
}
