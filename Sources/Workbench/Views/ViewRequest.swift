/// The data that the visible panels need; nothing else is computed.
package struct ViewRequest: Hashable, Sendable {
  /// Where the user looks, whatever the panel.
  package var look = Look()
  /// The request of each visible panel.
  package var panels: [PanelRequest] = []
  /// Whether each layer is to be compared; each view of a long run goes on with a part of it.
  package var wantsAgreement = false

  package init() {}

  /// The request of a panel; nil where it is not visible.
  package func of<P: Panel>(_ panel: P.Type) -> P.Request? {
    panels.first { $0.panel.id == P.id }?.value.of(P.Request.self)
  }
}

/// What all panels look at.
package struct Look: Hashable, Sendable {
  /// The selected layer, `.` for the root.
  package var path = "."
  /// The row of the batch.
  package var row = 0
  /// The input timestep under the cursor; nil follows the position.
  package var cursorTime: Int?

  package init() {}
}

/// A place in a two-dimensional layout of values.
package struct GridPosition: Hashable, Sendable {
  package var row = 0
  package var column = 0

  package init(row: Int = 0, column: Int = 0) {
    self.row = row
    self.column = column
  }
}
