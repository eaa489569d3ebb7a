package import TerminalUI

/// Where everything stands on a screen of some size.
package struct ScreenLayout: Hashable, Sendable {
  /// How much room there is.
  package enum Kind: Hashable, Sendable {
    /// Below 80×24: one line that says so.
    case tooSmall
    /// One panel at a time, and Tab walks them.
    case single
    /// All main panels beside each other.
    case wide
    /// More panels than a wide screen has.
    case large
  }

  package let kind: Kind
  /// Whether panels share one place, so that only one of them is seen.
  package let showsOnePanel: Bool
  package let header: Rect
  /// Below the header: the selected layer's path and the verdict.
  package let path: Rect
  package let prompt: Rect
  package let footer: Rect
  /// Panels with their frames; on a single-panel screen they share one place.
  package let panels: [PanelID: Rect]
  /// The last lines of the log where its panel is not shown.
  package let tail: Rect

  package static let minimum = Size(rows: 24, columns: 80)

  /// A panel as it is laid out.
  package struct Entry: Hashable, Sendable {
    package var id: PanelID
    package var place: PanelPlace
    /// Whether there is something for it, which then has a place of its own on a large screen.
    package var isWanted: Bool

    package init(id: PanelID, place: PanelPlace, isWanted: Bool) {
      self.id = id
      self.place = place
      self.isWanted = isWanted
    }
  }

  /// The panels in the order of Tab.
  private let order: [PanelID]

  /// `isEnlarged` gives the focused panel the place of all.
  package init(_ size: Size, _ entries: [Entry], isEnlarged: Bool = false) {
    order = entries.map(\.id)
    let whole = Rect(size)
    if size.rows < Self.minimum.rows || size.columns < Self.minimum.columns {
      kind = .tooSmall
    } else if size.columns < 110 || size.rows < 30 {
      kind = .single
    } else {
      kind = size.columns >= 160 && size.rows >= 45 ? .large : .wide
    }
    showsOnePanel = kind == .single || (isEnlarged && kind != .tooSmall)
    let tailRows = kind == .single && !isEnlarged ? 3 : 0
    let bands = whole.rows([
      .fixed(1), .fixed(1), .weight(1), .fixed(tailRows), .fixed(1), .fixed(1),
    ])
    header = bands[0]
    path = bands[1]
    tail = bands[3]
    prompt = bands[4]
    footer = bands[5]
    let rects = Self.slots(
      showsOnePanel ? .single : kind, body: bands[2],
      hasUnderLowerLeft: entries.contains { $0.place.large == .underLowerLeft && $0.isWanted })
    let isLarge = kind == .large
    let body = bands[2]
    let isSingle = showsOnePanel
    panels = Dictionary(
      uniqueKeysWithValues: kind == .tooSmall
        ? []
        : entries.map { entry in
          let slot = isLarge ? entry.place.large : entry.place.wide
          return (entry.id, isSingle ? body : rects[slot] ?? body)
        })
  }

  private static func slots(
    _ kind: Kind, body: Rect, hasUnderLowerLeft: Bool
  ) -> [PanelPlace.Slot: Rect] {
    switch kind {
    case .tooSmall, .single: return [:]
    case .wide:
      let bands = body.rows([.weight(9), .weight(8), .weight(4)])
      let top = bands[0].columns([.weight(9), .weight(15)])
      let middle = bands[1].columns([.weight(12), .weight(9)])
      return [
        .upperLeft: top[0], .upperRight: top[1], .middleLeft: middle[0], .middleRight: middle[1],
        .lowerLeft: bands[2], .lowerMiddle: bands[2], .lowerRight: bands[2],
        .underLowerLeft: bands[2], .upper: bands[0], .middle: bands[1],
        .main: Rect(
          row: body.row, column: body.column, rows: body.rows - bands[2].rows,
          columns: body.columns),
      ]
    case .large:
      let bands = body.rows([.weight(9), .weight(8), .weight(8)])
      let top = bands[0].columns([.weight(6), .weight(14)])
      let middle = bands[1].columns([.weight(11), .weight(9)])
      let bottom = bands[2].columns([.weight(8), .weight(6), .weight(6)])
      let left = bottom[0].rows(
        hasUnderLowerLeft ? [.weight(7), .weight(10)] : [.weight(1)])
      return [
        .upperLeft: top[0], .upperRight: top[1], .middleLeft: middle[0], .middleRight: middle[1],
        .lowerLeft: left[0], .underLowerLeft: left[left.count - 1], .lowerMiddle: bottom[1],
        .lowerRight: bottom[2], .upper: bands[0], .middle: bands[1],
        .main: Rect(
          row: body.row, column: body.column, rows: body.rows - bands[2].rows,
          columns: body.columns),
      ]
    }
  }

  /// The panels to draw; of those that stand in each other's way the focused one, or else the first.
  package func visible(focus: PanelID, last: PanelID) -> [(panel: PanelID, rect: Rect)] {
    let wanted = focus == .commandLine ? last : focus
    var taken: [Rect] = []
    let shown = ([wanted] + order.filter { $0 != wanted }).filter { id in
      guard let rect = panels[id], !taken.contains(where: rect.intersects) else { return false }
      taken.append(rect)
      return true
    }
    return order.filter(shown.contains).compactMap { id in panels[id].map { (id, $0) } }
  }

  /// What can be focused, in the order of Tab.
  package var focusable: [PanelID] { order.filter { panels[$0] != nil } + [.commandLine] }
}
