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
      Case(bytes: [27, 27], keys: [.escape]),
      Case(bytes: [27, 27, 0x62], keys: [.escape, .alt("b")]),
      Case(bytes: [27, 0x5b], keys: [.alt("[")]),
      Case(bytes: [27, 0x4f], keys: [.alt("O")]),
    ])
  func assembles(test: Case) {
    var assembler = KeyAssembler()
    var presses = test.bytes.flatMap { assembler.add($0) }
    if let last = assembler.finish() { presses.append(last) }
    #expect(presses.map(\.key) == test.keys)
    if test.bytes != [27, 27] { #expect(presses.flatMap(\.bytes) == test.bytes) }
  }

  @Test(
    "bytes that are no UTF-8 never reach the editor as they are",
    arguments: [
      Case(bytes: [0xc3, 0x61], keys: [.character("\u{fffd}"), .character("a")]),
      Case(bytes: [0xe6, 0x9d], keys: [.character("\u{fffd}")]),
      Case(bytes: [0xff, 0x80], keys: [.character("\u{fffd}"), .character("\u{fffd}")]),
      Case(bytes: [0xe0, 0x80, 0x80], keys: [.character("\u{fffd}")]),
      Case(bytes: [27, 0xff], keys: [.alt("\u{fffd}")]),
    ])
  func broken(test: Case) {
    var assembler = KeyAssembler()
    let presses = test.bytes.flatMap { assembler.add($0) } + [assembler.finish()].compactMap { $0 }
    #expect(presses.map(\.key) == test.keys)
    #expect(String(validating: presses.flatMap(\.bytes), as: UTF8.self) != nil)
  }

  /// What terminals send for a key, in every dialect.
  private static let sequences: [(text: String, key: Key)] = [
    ("[H", .home), ("OH", .home), ("[1~", .home), ("[7~", .home),
    ("[F", .end), ("OF", .end), ("[4~", .end), ("[8~", .end),
    ("[A", .up), ("OA", .up), ("[B", .down), ("[C", .right), ("OD", .left),
    ("[2~", .insert), ("[3~", .delete), ("[5~", .pageUp), ("[6~", .pageDown), ("[Z", .backTab),
    ("[a", .shiftUp), ("[1;2B", .shiftDown), ("OP", .function(1)), ("[[E", .function(5)),
    ("[24~", .function(12)), ("OM", .enter), ("Ot", .character("4")),
    // Nothing that is known: Ctrl and Shift with keys, answers, focus, mice that nobody asked for.
    ("[1;5s", .other), ("[1;5A", .other), ("[27;5;115~", .other), ("[115;5u", .other),
    ("[7$", .other), ("[I", .other), ("[?1;2c", .other), ("[<0;40;5M", .other), ("[M !!", .other),
    ("]11;rgb:0000/0000/0000\u{7}", .other), ("P1$r0m\u{1b}\\", .other),
    ("_Gi=31;OK\u{1b}\\", .other),
    ("\u{1b}[A", .other), ("\u{1b}OB", .other),
  ]

  @Test(
    "a sequence is one key, known or not, and the next key is itself", arguments: sequences.indices)
  func sequence(index: Int) {
    let (text, key) = Self.sequences[index]
    var assembler = KeyAssembler()
    let presses = Array("\u{1b}\(text)s".utf8).flatMap { assembler.add($0) }
    #expect(presses.map(\.key) == [key, .character("s")])
    #expect(!assembler.isWaiting)
  }

  @Test("a sequence without an end is dropped, and what cuts it off counts")
  func unfinished() {
    var assembler = KeyAssembler()
    #expect(Array("\u{1b}[1;5".utf8).flatMap { assembler.add($0) }.isEmpty)
    #expect(assembler.isInSequence)
    #expect(assembler.finish() == nil)
    #expect(assembler.add(0x73).map(\.key) == [.character("s")])
    let cut = Array("\u{1b}[1;5\u{3}s".utf8).flatMap { assembler.add($0) }
    #expect(cut.map(\.key) == [.control("c"), .character("s")])
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
