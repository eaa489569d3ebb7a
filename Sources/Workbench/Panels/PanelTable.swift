/// The panels, in the order that Tab walks them: a new one is its folder and a line here.
package struct PanelTable: Hashable, Sendable {
  package static let standard = PanelTable([
    StackPanel(), SequencePanel(), StatePanel(), BesidePanel(), MaskPanel(), LogPanel(),
    LatencyPanel(), AttentionPanel(), DifferencesPanel(), DecodePanel(),
  ])

  package let panels: [any Panel]
  package var ids: [PanelID] { panels.map(\.id) }

  package init(_ panels: [any Panel]) { self.panels = panels }

  package func panel(_ id: PanelID) -> (any Panel)? { panels.first { $0.id == id } }

  package static func == (a: Self, b: Self) -> Bool { a.ids == b.ids }
  package func hash(into hasher: inout Hasher) { hasher.combine(ids) }
}

/// A panel by name, or the command line.
package struct PanelID: Hashable, Sendable, CustomStringConvertible {
  /// One short word, which stands on the frame of a screen of one panel.
  package let name: String
  /// A few letters, for frames on which the names of all panels have no room.
  package let brief: String

  package init(_ name: String, brief: String? = nil) {
    self.name = name
    self.brief = brief ?? name
  }

  package var description: String { name }

  /// Where lines are typed, which is no panel.
  package static let commandLine = PanelID("command line")
}

/// Where a panel stands on screens that show several; of those in one place only one is seen.
package struct PanelPlace: Hashable, Sendable {
  /// A part of the screen below its head.
  package enum Slot: Hashable, Sendable {
    case upperLeft, upperRight, middleLeft, middleRight, lowerLeft, lowerMiddle, lowerRight
    /// Below what is in the lower left corner, where something is wanted there; else in its place.
    case underLowerLeft
    /// All the width.
    case upper, middle
    /// All but the lowest part.
    case main
  }

  package var wide: Slot
  package var large: Slot

  package init(wide: Slot, large: Slot) {
    self.wide = wide
    self.large = large
  }
}
