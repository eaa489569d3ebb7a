/// The names of the inputs and outputs in the programs of layers, made and read here only.
///
/// A layer's program has the sequence inputs ``input`` and ``constant(_:)``, plain inputs for parameters
/// and state leaves (named by their paths), and the sequence outputs ``output``, ``emit(_:)`` and
/// ``tap(_:)``; differentiated programs add cotangents and gradient probes.
public enum ProgramSignature {
  /// The names of what a sequence consists of: values, mask and, for complex values, the imaginary part.
  public struct SequenceNames: Hashable, Sendable {
    /// Values, or their real part.
    public let values: String
    /// Which timesteps are valid, `bool[b, t]`.
    public let mask: String
    /// The imaginary part of complex values.
    public let imaginary: String

    fileprivate init(_ values: String, mask: String? = nil) {
      self.values = values
      self.mask = mask ?? "\(values).mask"
      imaginary = ProgramSignature.imaginary(of: values)
    }
  }

  /// The sequence that a layer runs on.
  public static let input = SequenceNames("x")
  /// The sequence that a layer gives.
  public static let output = SequenceNames("y")
  /// The seed of random draws, `u32[2]`.
  public static let seed = "seed"
  /// The keys of rows in random draws, `u32[b]`.
  public static let rowKeys = "rowKeys"

  /// A constant of this name; one that is a plain array has values only.
  public static func constant(_ name: String) -> SequenceNames { SequenceNames("constant/\(name)") }

  /// What a layer emits under this path.
  public static func emit(_ path: String) -> SequenceNames { SequenceNames("emit/\(path)") }

  /// The output of the layer at this path, kept for inspection.
  public static func tap(_ path: String) -> SequenceNames {
    SequenceNames("\(path):out", mask: "\(path):mask")
  }

  /// The input of the layer at this path, where it is neither the input of the root nor the output of
  /// another layer.
  public static func tapInput(_ path: String) -> SequenceNames {
    SequenceNames("\(path):in", mask: "\(path):in.mask")
  }

  /// The imaginary part beside real values of this name.
  public static func imaginary(of values: String) -> String { "\(values).imaginary" }

  /// The cotangent of an output, an input of a differentiated program.
  public static func cotangent(of output: String) -> String { "\(cotangentPrefix)\(output)" }

  static let cotangentPrefix = "cotangent/"
  /// Where a gradient probe is added: to what a layer gets or to what it gives.
  public enum ProbeSide: String, CaseIterable, Sendable {
    /// The input of the layer.
    case input = "in"
    /// The output of the layer.
    case output = "out"

    fileprivate var prefix: String { "probe/\(rawValue)/" }
  }

  /// A zero that is added to the input or output of the layer at this path: its gradient is the gradient
  /// with respect to that.
  public static func gradientProbe(_ path: String, _ side: ProbeSide) -> String {
    side.prefix + path
  }

  /// The layer, and the side of it, that a gradient probe belongs to; nil for other inputs.
  public static func layer(ofGradientProbe name: String) -> (side: ProbeSide, path: String)? {
    for side in ProbeSide.allCases where name.hasPrefix(side.prefix) {
      return (side, String(name.dropFirst(side.prefix.count)))
    }
    return nil
  }
}
