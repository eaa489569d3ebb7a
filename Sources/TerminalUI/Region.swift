/// The screen being drawn, shared by all regions of one frame.
package final class Canvas {
  package fileprivate(set) var screen: Screen

  package init(_ size: Size) { screen = Screen(size) }

  package var size: Size { screen.size }

  /// The whole canvas as a region.
  package var region: Region { Region(canvas: self, rect: Rect(screen.size)) }
}

/// A rectangle of a canvas to draw into.
///
/// Coordinates are its own, and nothing is drawn outside.
package struct Region {
  package let canvas: Canvas
  package let rect: Rect
  /// The visible part: a region may reach beyond the canvas.
  private let clip: Rect

  init(canvas: Canvas, rect: Rect) {
    self.canvas = canvas
    self.rect = rect
    clip = rect.intersection(Rect(canvas.size))
  }

  package var rows: Int { rect.rows }
  package var columns: Int { rect.columns }

  /// A part of the canvas in absolute coordinates, as `Layout` cuts it.
  package func part(_ rect: Rect) -> Region {
    Region(canvas: canvas, rect: rect.intersection(self.rect))
  }

  /// A part in this region's own coordinates.
  package func part(row: Int, column: Int = 0, rows: Int, columns: Int? = nil) -> Region {
    let wanted = Rect(
      row: rect.row + row, column: rect.column + column, rows: rows,
      columns: columns ?? rect.columns - column)
    return part(wanted)
  }

  /// Sets one cell.
  ///
  /// Half of a wide character that it splits becomes a blank.
  package func set(row: Int, column: Int, _ cell: Cell) {
    let y = rect.row + row
    let x = rect.column + column
    guard clip.contains(row: y, column: x) else { return }
    if !cell.isRightHalf, canvas.screen[y, x].isRightHalf, x > 0 {
      canvas.screen[y, x - 1] = Cell(" ", style: canvas.screen[y, x - 1].style)
    }
    if x + 1 < canvas.size.columns, canvas.screen[y, x + 1].isRightHalf, !cell.isRightHalf {
      canvas.screen[y, x + 1] = Cell(" ", style: canvas.screen[y, x + 1].style)
    }
    canvas.screen[y, x] = cell
  }

  /// Draws one line of text, clipped, and returns the columns it used.
  ///
  /// A wide character that does not fit whole is left out; control characters become visible.
  @discardableResult
  package func text(
    row: Int, column: Int = 0, _ text: some StringProtocol, _ style: Style = .plain,
    width: Int? = nil
  ) -> Int {
    let limit = min(columns - column, width ?? .max)
    var used = 0
    for scalar in text.unicodeScalars {
      let wide = scalar.columns
      if wide == 0 {
        if used > 0 { combine(scalar, row: row, column: column + used - 1) }
        continue
      }
      if used + wide > limit { break }
      set(row: row, column: column + used, Cell(scalar.printable, style: style))
      if wide == 2 { set(row: row, column: column + used + 1, .rightHalf(style)) }
      used += wide
    }
    return used
  }

  /// Draws text that ends at column `end` (not included).
  package func textRight(row: Int, end: Int, _ text: some StringProtocol, _ style: Style = .plain) {
    let width = text.columns
    self.text(row: row, column: max(0, end - width), text, style, width: min(width, end))
  }

  /// Draws pieces of different styles one after another and returns the columns used.
  @discardableResult
  package func spans(row: Int, column: Int = 0, _ spans: [(String, Style)]) -> Int {
    spans.reduce(0) { used, span in
      used + text(row: row, column: column + used, span.0, span.1)
    }
  }

  /// Fills a row with blanks of a style, as the ground of a selected line.
  package func fill(row: Int, _ style: Style, scalar: Unicode.Scalar = " ") {
    for column in 0..<columns { set(row: row, column: column, Cell(scalar, style: style)) }
  }

  /// Blanks the whole region.
  package func clear() {
    for row in 0..<rows { fill(row: row, .plain) }
  }

  /// Adds a style's attributes to cells that are drawn already.
  package func emphasize(row: Int, columns range: Range<Int>, _ attributes: Attributes) {
    for column in range {
      let y = rect.row + row
      let x = rect.column + column
      guard clip.contains(row: y, column: x) else { continue }
      canvas.screen[y, x].style.attributes.formUnion(attributes)
    }
  }

  /// Draws a frame with a title, and returns what is inside it.
  ///
  /// The focused frame has heavy lines, so that it is seen without colour.
  @discardableResult
  package func frame(title: String, note: String = "", focused: Bool = false) -> Region {
    guard rows >= 2, columns >= 4 else { return part(row: 0, rows: 0) }
    let style: Style = .role(focused ? .focusedFrame : .frame)
    let glyphs: [Unicode.Scalar] =
      focused ? ["━", "┃", "┏", "┓", "┗", "┛"] : ["─", "│", "╭", "╮", "╰", "╯"]
    for column in 1..<columns - 1 {
      set(row: 0, column: column, Cell(glyphs[0], style: style))
      set(row: rows - 1, column: column, Cell(glyphs[0], style: style))
    }
    for row in 1..<max(1, rows - 1) {
      set(row: row, column: 0, Cell(glyphs[1], style: style))
      set(row: row, column: columns - 1, Cell(glyphs[1], style: style))
    }
    set(row: 0, column: 0, Cell(glyphs[2], style: style))
    set(row: 0, column: columns - 1, Cell(glyphs[3], style: style))
    set(row: rows - 1, column: 0, Cell(glyphs[4], style: style))
    set(row: rows - 1, column: columns - 1, Cell(glyphs[5], style: style))
    let head = part(row: 0, column: 2, rows: 1, columns: columns - 4)
    let used = head.text(row: 0, " \(title) ", .role(focused ? .focusedFrame : .title))
    if !note.isEmpty { head.text(row: 0, column: used, "\(note) ", .role(.faint)) }
    return part(rect.inset(by: 1))
  }

  private func combine(_ mark: Unicode.Scalar, row: Int, column: Int) {
    // Only marks show; zero-width joiners and the like would confuse column counts.
    guard mark.properties.generalCategory != .format else { return }
    var x = rect.column + column
    let y = rect.row + row
    guard clip.contains(row: y, column: x) else { return }
    if canvas.screen[y, x].isRightHalf { x -= 1 }
    if x >= 0 { canvas.screen[y, x].combining = mark.value }
  }

  /// Draws cells that are drawn already in another style.
  package func restyle(row: Int, columns range: Range<Int>, _ style: Style) {
    for column in range {
      let y = rect.row + row
      let x = rect.column + column
      guard clip.contains(row: y, column: x) else { continue }
      canvas.screen[y, x].style = style
    }
  }

  /// Puts the cursor here.
  package func placeCursor(row: Int, column: Int) {
    let y = rect.row + row
    let x = rect.column + column
    guard clip.contains(row: y, column: x) else { return }
    canvas.screen.cursor = Screen.Position(row: y, column: x)
  }
}
