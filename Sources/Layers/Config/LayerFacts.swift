/// What the documentation of a layer says: generated from the doc comment of its file.
public struct LayerFacts: Sendable {
  /// The first paragraph: what it does, with the formula.
  public let summary: String
  /// The items of the list, such as `Shape`, `Mask` and `Streaming`, in their order.
  public let items: [(label: String, text: String)]

  /// Creates the facts of a layer.
  public init(_ summary: String, _ items: [(label: String, text: String)]) {
    self.summary = summary
    self.items = items
  }
}
