import Runtime
package import Sessions

/// What panels make their views of: the session, where the user looks, and what earlier views have worked
/// out.
package struct PanelSource {
  package let session: Session
  let cache: RunCache
  /// The selected layer, as the engine names it.
  package let path: String
  /// The row of the batch.
  package let row: Int
  /// The input timestep under the cursor; nil follows the position.
  package let cursorTime: Int?
  /// Whether all layers are compared up to the position.
  package let isCompared: Bool

  /// The layer's own timestep under the cursor, of so many that it has; nil where the cursor follows.
  func cursor(among count: Int) -> Int? {
    guard let cursorTime, let input = session.document.input?.sequence.time, input > 0 else {
      return nil
    }
    return max(0, min(count - 1, cursorTime * count / input))
  }
}
