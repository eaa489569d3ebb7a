import TerminalUI
import Testing

@Suite("Regions draw inside themselves")
struct RegionTests {
  private func canvas(_ rows: Int = 4, _ columns: Int = 12) -> Canvas {
    Canvas(Size(rows: rows, columns: columns))
  }

  @Test("text is clipped, wide characters stay whole")
  func clips() {
    let canvas = canvas(3, 6)
    let region = canvas.region.part(row: 1, column: 1, rows: 1, columns: 4)
    #expect(region.text(row: 0, "ab東京") == 4)
    #expect(region.text(row: 0, "a東京") == 3)
    #expect(region.text(row: 5, "outside") == 4)
    #expect(canvas.screen.text == "\n a東\n")
  }

  @Test("a character over half of a wide one blanks the other half")
  func splitsWide() {
    let canvas = canvas(1, 6)
    canvas.region.text(row: 0, "東京")
    canvas.region.text(row: 0, column: 1, "x")
    #expect(canvas.screen.line(0) == " x京")
    canvas.region.text(row: 0, column: 2, "y")
    #expect(canvas.screen.line(0) == " xy")
  }

  @Test("control characters show, marks combine")
  func showsControls() {
    let canvas = canvas(1, 12)
    #expect(canvas.region.text(row: 0, "a\u{1b}[2Je\u{301}\u{7f}\u{85}") == 8)
    #expect(canvas.screen.line(0) == "a␛[2Je\u{301}␡�")
    #expect("e\u{301}東\u{200d}".columns == 3)
  }

  @Test("a frame shows title, note and focus without colour")
  func frames() {
    let canvas = canvas(3, 20)
    let inside = canvas.region.frame(title: "Stack", note: "6 layers", focused: false)
    inside.text(row: 0, "root")
    #expect(
      canvas.screen.text == """
        ╭─ Stack 6 layers ─╮
        │root              │
        ╰──────────────────╯
        """)
    canvas.region.frame(title: "Stack", focused: true)
    #expect(canvas.screen.line(0).hasPrefix("┏━ Stack "))
  }

  @Test("regions too small for a frame draw nothing and do not crash", arguments: 0...5)
  func tinyFrames(size: Int) {
    let canvas = canvas(size, size)
    let inside = canvas.region.frame(title: "A title", note: "note", focused: true)
    inside.text(row: 0, "text")
    inside.sparkline(row: 0, [1, 2, 3], range: ValueRange(low: 0, high: 1))
    canvas.region.part(row: -3, column: -3, rows: 99, columns: 99).fill(row: 3, .plain)
  }

  @Test("bars and heat glyphs follow the value, odd values have names of their own")
  func charts() {
    let canvas = canvas(2, 12)
    let range = ValueRange(of: [0, 7])
    let values: [Float?] = [0, 1, nil, 6.99, 7, .nan, .infinity]
    canvas.region.sparkline(row: 0, values, range: range)
    #expect(canvas.screen.line(0) == "▁▂ ██N∞")
    for (column, value) in [Float(0), 0.5, 3, 4, 7, .nan, .infinity, -.infinity].enumerated() {
      canvas.region.heat(row: 1, column: column, value, range: ValueRange(low: -1, high: 7))
    }
    #expect(canvas.screen.line(1) == "·▂▅▆█N∞m")
  }

  @Test("a range takes any finite values")
  func ranges() {
    #expect(ValueRange(of: []) == ValueRange(low: 0, high: 0))
    #expect(ValueRange(of: [.nan, 2, -.infinity]) == ValueRange(low: 2, high: 2))
    let whole = ValueRange(low: -Float.greatestFiniteMagnitude, high: .greatestFiniteMagnitude)
    #expect(whole.level(0, of: 8) == 4)
    #expect(whole.level(.greatestFiniteMagnitude, of: 8) == 7)
    #expect(ValueRange(low: 2, high: 2).level(2, of: 8) == 0)
  }

  @Test("shares fill a length exactly")
  func layouts() {
    let rect = Rect(row: 1, column: 0, rows: 23, columns: 80)
    let rows = rect.rows([.fixed(1), .weight(1), .weight(2), .fixed(2)])
    #expect(rows.map(\.rows) == [1, 6, 14, 2])
    #expect(rows.map(\.row) == [1, 2, 8, 22])
    #expect(rect.columns([.fixed(100), .weight(1)]).map(\.columns) == [80, 0])
    #expect(rect.columns([.weight(1), .weight(1), .weight(1)]).map(\.columns) == [26, 27, 27])
  }
}
