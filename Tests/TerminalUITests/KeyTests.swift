import TerminalUI
import Testing

@Suite("Bytes become keys, and lines become views")
struct KeyTests {
  struct Case: CustomTestStringConvertible {
    let bytes: [UInt8]
    let keys: [Key]
    var testDescription: String { "\(bytes)" }
  }

  @Test(
    "bytes are put together",
    arguments: [
      Case(bytes: Array("aé東".utf8), keys: [.character("a"), .character("é"), .character("東")]),
      Case(
        bytes: [3, 13, 9, 127, 0, 31],
        keys: [
          .control("c"), .enter, .tab, .backspace, .control(" "), .control("_"),
        ]),
      Case(bytes: [27], keys: [.escape]),
      Case(bytes: [27, 0x62], keys: [.alt("b")]),
      Case(bytes: [27] + Array("é".utf8), keys: [.alt("é")]),
      Case(bytes: [0xc3, 0x61], keys: [.character("\u{fffd}")]),
      Case(bytes: [0xe6, 0x9d], keys: [.character("\u{fffd}")]),
      Case(bytes: [0xff, 0x80], keys: [.character("\u{fffd}"), .character("\u{fffd}")]),
    ])
  func assembles(test: Case) {
    var assembler = KeyAssembler()
    var presses = test.bytes.compactMap { assembler.add($0) }
    if let last = assembler.finish() { presses.append(last) }
    #expect(presses.map(\.key) == test.keys)
    #expect(presses.flatMap(\.bytes) == test.bytes)
  }

  @Test("the cursor counts columns, not bytes")
  func cursor() {
    let view = LineView(prompt: "› ", line: "é東x", point: 5, width: 20)
    #expect(view.text == "› é東x")
    #expect(view.cursor == 5)
  }

  @Test("a long line scrolls so that the cursor is seen")
  func scrolls() {
    let line = String(repeating: "0123456789", count: 5)
    let end = LineView(prompt: "› ", line: line, point: 50, width: 20)
    #expect(end.cursor == 19)
    #expect(end.text.columns == 19)
    let start = LineView(prompt: "› ", line: line, point: 0, width: 20)
    #expect(start.cursor == 2)
    #expect(start.text.hasPrefix("› 0123"))
  }

  @Test("line ends and control characters show")
  func controls() {
    let view = LineView(prompt: "", line: "a\nb\u{1}", point: 2, width: 20)
    #expect(view.text == "a⏎b^A")
    #expect(view.cursor == 2)
  }

  @Test("NO_COLOR and few colours lose colour, never emphasis")
  func palette() {
    #expect(ColorDepth(colors: 256, noColor: nil) == .full)
    #expect(ColorDepth(colors: 256, noColor: "") == .full)
    #expect(ColorDepth(colors: 256, noColor: "1") == .none)
    #expect(ColorDepth(colors: 8, noColor: nil) == .eight)
    #expect(ColorDepth(colors: 0, noColor: nil) == .none)
    for role in Role.allCases {
      let none = Palette.resolve(.role(role), depth: .none)
      let eight = Palette.resolve(.role(role), depth: .eight)
      #expect(none.foreground == -1)
      #expect(eight.foreground < 8)
      #expect(none.attributes == eight.attributes)
    }
    let glyphs = Set(Palette.heatGlyphs)
    #expect(glyphs.count == Palette.heatLevels)
  }
}
