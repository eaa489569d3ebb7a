// Sessions that were recorded before only children were called by the names that users gave them.

extension SessionEvent {
  /// The text for people on a session that has such paths.
  static let earlierNamesNote =
    "recorded before only children, such as the layer of Repeat, were called by their own names; "
    + "its paths were brought up to date"
}

extension Session {
  /// The path of a state leaf without the names that only children were given.
  func unnamed(_ path: String) -> String {
    document.layer.map { LayerTree($0).unnamed(path) } ?? path
  }

  /// Whether a recorded event has state leaves under paths that the stack of now does not have, but had.
  func hasEarlierNames(_ event: SessionEvent) -> Bool {
    guard let layer = document.layer, !event.state.isEmpty else { return false }
    let renamed = LayerTree(layer).nodes.filter { $0.path != $0.unnamedPath }
    guard !renamed.isEmpty else { return false }
    return event.state.contains { leaf in
      renamed.contains {
        leaf.path.isInside($0.unnamedPath) && !leaf.path.isInside($0.path)
      }
    }
  }
}
