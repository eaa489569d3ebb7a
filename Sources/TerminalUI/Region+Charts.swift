/// The values that a ramp or a lane spans.
package struct ValueRange: Hashable, Sendable {
  package var low: Float
  package var high: Float

  package init(low: Float, high: Float) {
    self.low = low
    self.high = high
  }

  /// The smallest range of the finite values; 0 to 0 when there is none.
  package init(of values: some Sequence<Float>) {
    var low = Float.infinity
    var high = -Float.infinity
    for value in values where value.isFinite {
      low = min(low, value)
      high = max(high, value)
    }
    self.init(low: low <= high ? low : 0, high: low <= high ? high : 0)
  }

  /// The level of a value among `count`, which all get an equal part of the range.
  package func level(_ value: Float, of count: Int) -> Int {
    guard high > low else { return value > high ? count - 1 : 0 }
    // In Double, because high - low may overflow a Float.
    let position = (Double(value) - Double(low)) / (Double(high) - Double(low))
    return min(count - 1, max(0, Int(min(1, max(0, position)) * Double(count))))
  }
}

extension Region {
  private static let bars: [Unicode.Scalar] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

  /// Draws values as bars, one a column; nil leaves its column blank.
  ///
  /// NaN is drawn as `N` and an infinity as `∞`, in the style for bad values.
  package func sparkline(
    row: Int, column: Int = 0, _ values: some Sequence<Float?>, range: ValueRange,
    _ style: Style = .plain
  ) {
    for (index, value) in values.enumerated() {
      guard let value else { continue }
      let cell: Cell
      if value.isFinite {
        cell = Cell(Self.bars[range.level(value, of: Self.bars.count)], style: style)
      } else {
        cell = Cell(value.isNaN ? "N" : "∞", style: .role(.bad))
      }
      set(row: row, column: column + index, cell)
    }
  }

  /// Draws one value of a heat map, by glyph and colour.
  ///
  /// A value that is exactly zero is a middle dot whatever its level, so that what was never
  /// written is seen; NaN is `N`, an infinity `∞` or `-∞` as `m`.
  package func heat(row: Int, column: Int, _ value: Float, range: ValueRange) {
    let level = value.isFinite ? range.level(value, of: Palette.heatLevels) : 0
    let cell =
      if value.isNaN {
        Cell("N", style: .role(.bad))
      } else if value.isInfinite {
        Cell(value > 0 ? "∞" : "m", style: .role(.caution))
      } else if value == 0 {
        Cell("·", style: .role(.faint))
      } else {
        Cell(Palette.heatGlyphs[level], style: .heat(level))
      }
    set(row: row, column: column, cell)
  }
}
