/// A named function that carries its own expansion.
///
/// The executor and exporters may serve those that ``known`` names; every other reader inlines the body.
public struct CompositeOp: Sendable {
  /// What it is called in programs, such as `softmax`.
  public var name: String
  /// Numbers that the expansion has built in, read by ``KnownComposite``.
  public var attributes: [String: Attribute]
  /// The expansion.
  public var body: Program
  /// Optional own gradient: inputs are the operands, the results, then the results' cotangents;
  /// outputs are the operands' cotangents.
  public var gradient: Program?

  /// An attribute of a composite.
  public enum Attribute: Hashable, Sendable {
    /// A whole number.
    case int(Int)
    /// Whole numbers.
    case ints([Int])
    /// A number.
    case double(Double)
    /// A flag.
    case bool(Bool)
    /// A word.
    case string(String)
  }

  /// Makes a composite.
  public init(
    name: String, attributes: [String: Attribute] = [:], body: Program, gradient: Program? = nil
  ) {
    self.name = name
    self.attributes = attributes
    self.body = body
    self.gradient = gradient
  }
}
