/// A layer inside another, and where it stands there.
public struct LayerChild: Sendable {
  /// The child.
  public var layer: any SequenceLayer
  /// Its names below the parent.
  public var scope: ChildScope
  /// The field of the parent's config that holds it, such as `layers`.
  public var field: String
  /// Its position in that field.
  public var position: Int

  /// Makes a child.
  public init(_ layer: any SequenceLayer, at scope: ChildScope, field: String, position: Int = 0) {
    self.layer = layer
    self.scope = scope
    self.field = field
    self.position = position
  }
}
