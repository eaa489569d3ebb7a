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

  /// `attends` says whether there is attention to show, which then has a place of its own on a large
  /// screen; `isEnlarged` gives the focused panel the place of all.
  package init(_ size: Size, attends: Bool = false, isEnlarged: Bool = false) {
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
    panels = Self.panels(showsOnePanel ? .single : kind, body: bands[2], attends: attends)
  }

  private static func panels(_ kind: Kind, body: Rect, attends: Bool) -> [PanelID: Rect] {
    switch kind {
    case .tooSmall: return [:]
    case .single:
      let shared = PanelID.allCases.filter { $0 != .commandLine }
      return Dictionary(uniqueKeysWithValues: shared.map { ($0, body) })
    case .wide:
      let bands = body.rows([.weight(9), .weight(8), .weight(4)])
      let top = bands[0].columns([.weight(9), .weight(15)])
      let middle = bands[1].columns([.weight(12), .weight(9)])
      return [
        .stack: top[0], .sequence: top[1], .state: middle[0], .masks: middle[0],
        .latency: middle[0], .heads: middle[0], .beside: middle[1], .log: bands[2],
      ]
    case .large:
      let bands = body.rows([.weight(9), .weight(8), .weight(8)])
      let top = bands[0].columns([.weight(6), .weight(14)])
      let middle = bands[1].columns([.weight(11), .weight(9)])
      let bottom = bands[2].columns([.weight(8), .weight(6), .weight(6)])
      let left = bottom[0].rows(attends ? [.weight(7), .weight(10)] : [.weight(1)])
      return [
        .stack: top[0], .sequence: top[1], .state: middle[0], .beside: middle[1],
        .log: left[0], .heads: left[left.count - 1], .masks: bottom[1], .latency: bottom[2],
      ]
    }
  }

  /// The panels to draw; of those that share a place the focused one, or else the first.
  package func visible(focus: PanelID, last: PanelID) -> [(panel: PanelID, rect: Rect)] {
    let wanted = focus == .commandLine ? last : focus
    let order = [wanted] + PanelID.allCases.filter { $0 != wanted }
    var taken: Set<Rect> = []
    let shown = order.filter { panel in panels[panel].map { taken.insert($0).inserted } ?? false }
    return PanelID.allCases.filter(shown.contains).compactMap { panel in
      panels[panel].map { (panel, $0) }
    }
  }

  /// Panels that can be focused, in the order of Tab.
  package var focusable: [PanelID] {
    PanelID.allCases.filter { panels[$0] != nil || $0 == .commandLine }
  }
}
