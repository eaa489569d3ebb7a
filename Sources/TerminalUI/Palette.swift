/// How many colours a terminal shows.
package enum ColorDepth: Hashable, Sendable {
  case none, eight, full

  /// The depth for a terminal of so many colours, where `NO_COLOR` (set and not empty) wins.
  package init(colors: Int, noColor: String?) {
    if let noColor, !noColor.isEmpty {
      self = .none
    } else if colors >= 256 {
      self = .full
    } else {
      self = colors >= 8 ? .eight : .none
    }
  }
}

/// A style in a terminal's own terms: a palette index (-1 for the terminal's own colour) and
/// attributes.
package struct ResolvedStyle: Hashable, Sendable {
  package var foreground: Int
  package var attributes: Attributes

  package init(foreground: Int, attributes: Attributes) {
    self.foreground = foreground
    self.attributes = attributes
  }
}

/// Colours of roles and ramps at each depth.
///
/// Foregrounds only, of middling brightness, so that dark and light terminals both read well.
/// Good and bad are teal and orange rather than green and red.
package enum Palette {
  package static let heatLevels = 8

  /// Glyphs of a ramp from least to most; they say without colours what the colours say.
  ///
  /// None is a blank or the middle dot of an exact zero.
  package static let heatGlyphs: [Unicode.Scalar] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

  private static let fullHeat = [61, 67, 73, 79, 114, 149, 185, 220]
  private static let eightHeat = [4, 4, 6, 6, 2, 2, 3, 3]

  package static func resolve(_ style: Style, depth: ColorDepth) -> ResolvedStyle {
    var attributes = style.attributes
    var foreground = -1
    switch style.color {
    case .plain: break
    case .heat(let level):
      let index = min(max(0, level), heatLevels - 1)
      if depth == .full { foreground = fullHeat[index] }
      if depth == .eight { foreground = eightHeat[index] }
    case .role(let role):
      attributes.formUnion(emphasis(role))
      if depth == .full { foreground = fullColor(role) }
      if depth == .eight { foreground = eightColor(role) }
    }
    return ResolvedStyle(foreground: foreground, attributes: attributes)
  }

  /// What a role adds at every depth.
  private static func emphasis(_ role: Role) -> Attributes {
    switch role {
    case .title, .focusedFrame, .key, .bad: .bold
    case .selection: .reverse
    case .faint, .frame, .good, .caution, .input, .step, .layer, .selected, .expected, .padding,
      .warmUp:
      []
    }
  }

  private static func fullColor(_ role: Role) -> Int {
    switch role {
    case .title, .selection: -1
    case .faint, .frame: 244
    case .focusedFrame, .key: 32
    case .good: 37
    case .selected: 107
    case .expected: 138
    case .caution: 172
    case .bad: 202
    case .input: 67
    case .step: 172
    case .layer: 133
    case .padding: 242
    case .warmUp: 136
    }
  }

  private static func eightColor(_ role: Role) -> Int {
    switch role {
    case .title, .selection, .faint, .frame, .padding: -1
    case .focusedFrame, .key, .good, .input: 6
    case .caution, .step, .warmUp: 3
    case .selected: 2
    case .expected: 4
    case .bad: 1
    case .layer: 5
    }
  }
}
