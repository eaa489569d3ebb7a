/// What a piece of the screen means.
///
/// Panels name meanings; `Palette` maps them to colours.
package enum Role: UInt8, CaseIterable, Sendable {
  case faint, title, frame, focusedFrame, key, selection
  case good, caution, bad
  case input, step, layer, selected, expected
  case padding, warmUp
}

/// A colour by meaning.
package enum Color: Hashable, Sendable {
  /// The terminal's own colour.
  case plain
  case role(Role)
  /// A level of a ramp from 0 (least) to `Palette.heatLevels - 1`.
  case heat(Int)
}

/// Attributes of a character that need no colour.
package struct Attributes: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  package static let bold = Attributes(rawValue: 1)
  package static let reverse = Attributes(rawValue: 2)
  package static let underline = Attributes(rawValue: 4)
  package static let dim = Attributes(rawValue: 8)
}

/// How a character looks, apart from any terminal.
///
/// Colour never carries what a glyph or a word
/// does not carry too, so there is no background colour here: emphasis is an attribute.
package struct Style: Hashable, Sendable {
  package var color: Color
  package var attributes: Attributes

  package init(color: Color = .plain, attributes: Attributes = []) {
    self.color = color
    self.attributes = attributes
  }

  package static let plain = Style()

  package static func role(_ role: Role, _ attributes: Attributes = []) -> Style {
    Style(color: .role(role), attributes: attributes)
  }

  package static func heat(_ level: Int) -> Style { Style(color: .heat(level)) }

  package func with(_ attributes: Attributes) -> Style {
    Style(color: color, attributes: self.attributes.union(attributes))
  }
}
