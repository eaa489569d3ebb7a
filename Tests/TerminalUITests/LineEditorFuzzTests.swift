import Foundation
import PtyHarness
import TerminalUI
import Testing

@Suite("The line editor under any keys", .serialized)
struct LineEditorFuzzTests {
  /// `LINE_EDITOR_KEYS` makes a long run of it.
  private static let count =
    ProcessInfo.processInfo.environment["LINE_EDITOR_KEYS"].flatMap(Int.init) ?? 1200

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

  /// Ctrl-Z stops the program, which nobody would continue here.
  private static let controls: [UInt8] = (0...31).filter { $0 != 0x1a }

  /// One key, or a part of one.
  private func key(_ random: inout Seeded) -> [UInt8] {
    func pick<T>(_ choices: [T], _ random: inout Seeded) -> T {
      choices[Int.random(in: choices.indices, using: &random)]
    }
    let printable = UInt8.random(in: 0x20...0x7e, using: &random)
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<25: return [printable]
    case 25..<50: return [pick(Self.controls, &random)]
    case 50..<65: return [0x1b, printable]
    case 65..<70: return [0x1b, pick(Self.controls, &random)]
    case 70..<78: return [0x18, pick([printable, pick(Self.controls, &random)], &random)]
    case 78..<82: return Array(pick(["é", "東", "e\u{301}", "👩🏽"], &random).utf8)
    case 82..<86: return [UInt8.random(in: 0x80...0xff, using: &random)]
    case 86..<96:
      return Array(
        pick(
          [
            "\u{1b}[A", "\u{1b}[B", "\u{1b}OC", "\u{1b}OD", "\u{1b}[H", "\u{1b}[4~", "\u{1b}[3~",
            "\u{1b}[1;5D", "\u{1b}[Z", "\u{1b}[99;9", "\u{1b}[1;5s", "\u{1b}\u{1b}[A", "\r", "\t",
          ], &random
        ).utf8)
    default: return Array("\u{1b}[200~pasted\ntext \u{c}\u{1b}[201~".utf8)
    }
  }

  private func start(_ folder: URL, vi: Bool) throws -> PtyProgram {
    let program = try PtyProgram(
      BuiltProduct.path("TerminalProbe"),
      environment: [
        "PROBE_HISTORY": folder.appendingPathComponent("history").path,
        "INPUTRC": vi ? folder.appendingPathComponent("inputrc").path : "/dev/null",
      ])
    try program.wait(for: "probe>")
    try program.settle()
    return program
  }

  @Test(
    "no keys end the program, hang it, or leave the terminal broken",
    arguments: [(1, false), (2, false), (3, true)] as [(UInt64, Bool)])
  func survives(seed: UInt64, vi: Bool) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try "set editing-mode vi\n".write(
      to: folder.appendingPathComponent("inputrc"), atomically: true, encoding: .utf8)
    try "step\nshow c1\nstep 3 é東\nshow masks\n".write(
      to: folder.appendingPathComponent("history"), atomically: true, encoding: .utf8)
    var random = Seeded(state: seed)
    var program = try start(folder, vi: vi)
    var sent: [[UInt8]] = []
    while sent.count < Self.count {
      let burst = (0..<Int.random(in: 1...8, using: &random)).map { _ in key(&random) }
      sent += burst
      program.send(burst.flatMap { $0 })
      do { try program.settle() } catch {
        // Ctrl-D on an empty line leaves, and so do the words for it.
        let exit = program.waitForExit(seconds: 5)
        try #require(
          exit == .status(0) || exit == .status(7),
          "\(exit) after \(sent.suffix(24)) of \(sent.count)")
        #expect(program.isCooked)
        program = try start(folder, vi: vi)
      }
    }
    // Still an editor: the line is dropped, and a new one does what it says.
    try program.type("\u{3}\u{3}\u{3}")
    try program.type("line\r")
    #expect(program.terminal.screenText.contains("line 'line'"))
    #expect(program.terminal.unknown == [])
  }

  @Test(
    "keys that once ended the program do not",
    arguments: [
      [":", "\u{12}", "\u{18}", "a"], ["\u{1d}", "\u{1b}y", "x"], ["\u{1b}\u{1d}", "\u{1b}y", "x"],
      ["\u{1b}[A", "\u{1b}p", "\u{7}", "a", "\u{1b}[A", "\u{3}", "\u{1b}[A", "\u{3}"],
      ["\u{12}", "st", "\u{7}", "\u{3}"],
      ["\u{12}", "zzz", "\u{12}", "\u{13}", "\u{8}", "\u{1b}[A"],
      ["\u{1b}n", "\u{1b}p", "\u{1b}p", "\u{3}"], ["\u{16}", "\u{3}"],
      ["\u{18}(", "ab", "\u{3}", "\u{18}e"],
      ["\u{1b}9", "\u{3}", "a"], ["\u{18}", "\u{3}", "a"],
    ])
  func known(keys: [String]) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try "step\nshow c1\n".write(
      to: folder.appendingPathComponent("history"), atomically: true, encoding: .utf8)
    let program = try start(folder, vi: false)
    for key in keys { try program.type(key) }
    try program.type("\u{3}done\r")
    #expect(program.terminal.screenText.contains("line 'done'"))
  }
}
