/// A layer that only arranges others and does no arithmetic of its own before its children do.
public protocol CombinatorLayer: SequenceLayer {}

/// How a child is named below its parent: as an instance (states, inspection), as an owner of
/// parameters, and as a source of emits.
public struct ChildScope: Hashable, Sendable {
  /// The path element of the instance; unique among siblings.
  public var path: String
  /// The path element of its parameters; empty when it shares the parent's scope.
  public var parameters: String
  /// The path element of its emits.
  public var emits: String
  /// Whether the child may declare a parameter that a sibling has declared.
  public var sharesParameters: Bool
  /// The path element without the name that the user gave: random numbers are drawn for it, so that they do not
  /// depend on that name, and sessions recorded before names counted have it.
  public var unnamedPath: String

  /// Makes a scope; parameters and emits are named as the instance unless said otherwise.
  public init(
    _ path: String, parameters: String? = nil, emits: String? = nil, sharesParameters: Bool = false
  ) {
    self.path = path
    self.parameters = parameters ?? path
    self.emits = emits ?? path
    self.sharesParameters = sharesParameters
    unnamedPath = path
  }

  /// The scope of the only child in a field, behind `copy`: named as the child, or else as the field.
  public static func single(
    _ field: String, _ child: any SequenceLayer, copy: String = "", emits: String? = nil
  ) -> ChildScope {
    var scope = ChildScope(LayerPath.join(copy, child.name ?? field), emits: emits)
    scope.unnamedPath = LayerPath.join(copy, field)
    return scope
  }

  /// The path element of parameters without the name that the user gave.
  var unnamedParameters: String { parameters == path ? unnamedPath : parameters }
}
