import Diagnostics
import Foundation
import PtyHarness
import TerminalUI
import Testing
import Workbench

/// A small seeded generator, so that a failure can be played again.
private struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

@Suite("A monkey at the keys")
struct MonkeyTests {
  /// `MONKEY_KEYS` makes a long run of it.
  private static let count =
    ProcessInfo.processInfo.environment["MONKEY_KEYS"].flatMap(Int.init) ?? 300

  private static let keys: [Key] = [
    .up, .down, .left, .right, .home, .end, .pageUp, .pageDown, .enter, .tab, .backTab, .escape,
    .backspace, .delete, .insert, .function(5), .other, .shiftLeft, .control("c"), .control("l"),
    .alt("x"), .alt("é"), .character("東"), .character("\u{301}"),
  ]

  private static let lines = [
    "stack Serial([Conv1D(filters: 3, kernelSize: 3, padding: .causal, name: \"c\"), "
      + "LSTM(units: 2)])",
    "stack Serial([Lookahead(length: 2), Downsample1D(rate: 2), Upsample1D(rate: 2)])",
    "stack Bidirectional(forward: LSTM(units: 2), backward: LSTM(units: 2))",
    "stack DotProductSelfAttention(numHeads: 2, unitsPerHead: 2, maxPastHorizon: 3)",
    "stack Serial([])", "stack Dense(features: 0)", "add Delay(length: 2)", "remove /0",
    "insert Relu() before /0", "wrap /0 Residual", "undo", "redo", "step", "step 3", "back 2",
    "run", "reset", "goto end", "goto i:3", "goto 99999", "flush", "block 2", "block 1,2",
    "input noise --channels 3 --lengths 9,4", "input ramp --channels 0 --time 3",
    "input sine --channels 2,2 --time 5 --rows 2", "input text \"é東x\"",
    "input noise --channels 3 --time 0", "diff all", "show masks", "show %:state", "show %[0, -1]",
    "fault /0 stale-state", "fault clear", "training on", "training off", "seed 9", "open -",
    "check equal", "nonsense (", ")", "\"", "#", "", "é東 \u{1b}", "log", "help", "help step",
  ]

  private func event(_ random: inout Seeded, size: Size) -> TerminalEvent {
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<55:
      let letters = "abcdefghijklmnoprstuvwxyzSU[]:?/.+-=12345678 "
      let letter = letters.randomElement(using: &random) ?? "s"
      return .key(KeyPress(.character(letter), bytes: Array(String(letter).utf8)))
    case 55..<80:
      let key = Self.keys.randomElement(using: &random) ?? .up
      return .key(KeyPress(key, bytes: key == .enter ? [13] : []))
    case 80..<90:
      let row = Int.random(in: -1...size.rows, using: &random)
      let column = Int.random(in: -1...size.columns, using: &random)
      let action: Mouse.Action =
        [.leftPress, .wheelUp, .wheelDown, .rightPress].randomElement(using: &random) ?? .wheelUp
      return .mouse(Mouse(action, row: row, column: column))
    case 90..<94:
      let rows = Int.random(in: 0...70, using: &random)
      return .resize(Size(rows: rows, columns: Int.random(in: 0...230, using: &random)))
    default:
      return .paste(Self.lines.randomElement(using: &random) ?? "")
    }
  }

  @Test("whatever is pressed, the screen stays whole", arguments: [1, 2, 3] as [UInt64])
  func headless(seed: UInt64) {
    var random = Seeded(state: seed)
    var desk = Desk(rows: 24, columns: 80)
    for _ in 0..<Self.count {
      if Int.random(in: 0..<6, using: &random) == 0 {
        desk.type(Self.lines.randomElement(using: &random) ?? "step")
      } else {
        desk.handle(event(&random, size: desk.model.size))
      }
      expectWhole(desk)
    }
  }

  private func expectWhole(_ desk: Desk) {
    let (model, screen) = (desk.model, desk.screen)
    #expect(screen.size == Size(rows: max(0, model.size.rows), columns: max(0, model.size.columns)))
    let paths = model.view.layers.map(\.path)
    #expect(paths.isEmpty || paths.contains(model.selectedPath))
    #expect(model.pendingCount == 0)
    if let cursor = screen.cursor {
      #expect(cursor.row < screen.size.rows && cursor.column < screen.size.columns)
    }
    guard model.layout.kind != .tooSmall else { return }
    #expect(!screen.line(0).isEmpty)
    #expect(model.layout.focusable.contains(model.focus))
    // No frame is broken by what is drawn inside it.
    for (_, rect) in model.layout.visible(focus: model.focus, last: model.lastPanel)
    where model.help == nil && model.matches.isEmpty {
      for row in rect.row + 1..<rect.row + rect.rows - 1 {
        let edges = [screen[row, rect.column], screen[row, rect.column + rect.columns - 1]]
        #expect(edges.allSatisfy { ["│", "┃"].contains(Unicode.Scalar($0.scalar)) })
      }
    }
  }

  @Test("on a terminal it is the same, and the terminal comes back")
  func terminal() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let program = try PtyProgram(
      BuiltProduct.path("workbench"), [Desk.project("Sessions/broken.session")],
      environment: ["XDG_STATE_HOME": folder.path])
    try program.wait(for: "c2")
    try program.settle()
    var random = Seeded(state: 7)
    let pieces = [
      "\u{1b}OA", "\u{1b}OB", "\u{1b}OC", "\u{1b}OD", "\t", "\u{1b}[Z", "\r", "\u{1b}", "\u{7f}",
      "\u{c}", "\u{12}", "\u{3}", "é", "東", "\u{1b}[5~", "\u{1b}[<0;40;5M", "\u{1b}[<64;10;9M",
      "\u{1b}[200~step\nback\u{1b}[201~", "s", "b", "d", "u", "U", "?", "/", ":", "[", "]", "+",
      "1", "2", "3", "4", "5", "6", "7", "8", "h", "j", "k", "l", "n", "x",
    ]
    for _ in 0..<60 {
      let burst = (0..<5).map { _ in pieces.randomElement(using: &random) ?? "s" }
      program.send(burst.joined())
      if Bool.random(using: &random) { try program.settle() }
    }
    program.send("\u{1b}")
    try program.settle()
    program.send("\u{3}\u{3}")
    try program.settle()
    program.send("\u{1b}\u{1b}")
    try program.settle()
    try program.type(":")
    program.send("\u{3}quit\r")
    #expect(program.waitForExit() == .status(0))
    #expect(program.terminal.modes == VirtualTerminal.shellModes)
    #expect(program.terminal.unknown == [])
    #expect(program.isCooked)
  }
}
