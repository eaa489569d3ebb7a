/// One character position of a screen.
package struct Cell: Hashable, Sendable {
  /// The character; 0 is the right half of a wide character to the left.
  package var scalar: UInt32
  /// A combining mark on it, or 0.
  package var combining: UInt32
  package var style: Style

  package init(_ scalar: Unicode.Scalar = " ", style: Style = .plain) {
    self.scalar = scalar.value
    self.combining = 0
    self.style = style
  }

  private init(rightHalf style: Style) {
    scalar = 0
    combining = 0
    self.style = style
  }

  package static func rightHalf(_ style: Style) -> Cell { Cell(rightHalf: style) }

  package var isRightHalf: Bool { scalar == 0 }
}
