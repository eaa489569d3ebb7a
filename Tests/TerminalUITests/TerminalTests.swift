import Foundation
import PtyHarness
import TerminalUI
import Testing

@Suite("On a terminal", .serialized)
struct TerminalTests {
  private static let shell = "$ earlier\r\n$ probe\r\n"

  private func probe(
    size: Size = Size(rows: 24, columns: 80), environment: [String: String] = [:]
  ) throws -> PtyProgram {
    let program = try PtyProgram(
      BuiltProduct.path("TerminalProbe"), environment: environment, size: size, shown: Self.shell)
    try program.wait(for: "probe>")  // before that, the terminal would echo a ping
    if environment["TERM"] != "dumb" { try program.settle() }
    return program
  }

  /// The terminal is as the shell left it: screen, cursor, modes and settings.
  private func expectRestored(_ program: PtyProgram, at location: SourceLocation) {
    let terminal = program.terminal
    #expect(!terminal.isOnSecondScreen, sourceLocation: location)
    #expect(terminal.modes == VirtualTerminal.shellModes, sourceLocation: location)
    #expect(!terminal.isKeypadOn, sourceLocation: location)
    #expect(terminal.line(0) == "$ earlier", sourceLocation: location)
    #expect(terminal.line(1) == "$ probe", sourceLocation: location)
    #expect(program.isCooked, sourceLocation: location)
    #expect(terminal.unknown == [], sourceLocation: location)
  }

  private func expectCursorBack(_ program: PtyProgram, at location: SourceLocation) {
    #expect(program.terminal.row == 2, sourceLocation: location)
    #expect(program.terminal.column == 0, sourceLocation: location)
  }

  @Test("the screen has the colours and characters that were drawn")
  func draws() throws {
    let program = try probe()
    let terminal = program.terminal
    #expect(terminal.line(0).hasPrefix("24 x 80 é 東京 ▁█"))
    #expect(terminal.line(23) == "probe>")
    #expect(terminal[0, 0].attributes == [.bold])
    #expect(terminal[0, 47].scalar == 0x2588)
    #expect(terminal[0, 47].foreground == 220)
    #expect(terminal.modes.isSuperset(of: [1049, 2004, 25]))
    #expect(terminal.unknown == [])
  }

  @Test("readline edits, completes, searches", arguments: ["C.UTF-8", "C"])
  func edits(locale: String) throws {
    let program = try probe(environment: ["LC_ALL": locale])
    try program.type("sp\t")
    #expect(program.terminal.line(23) == "probe> spin")
    #expect(program.terminal.column == 12)
    try program.type("\u{15}héllo 東京 x\u{1b}[D\u{1b}[D")
    #expect(program.terminal.line(23) == "probe> héllo 東京 x")
    #expect(program.terminal.column == 17)
    try program.type("\u{1b}b")
    #expect(program.terminal.column == 13)
    try program.type("\u{1}\u{b}first\rsecond\r\u{12}fi")
    #expect(program.terminal.line(23) == "(reverse-i-search)`fi': first")
    try program.type("\u{7}s\t")
    #expect(program.terminal.screenText.contains("scroll  set-layer  set-step  show  spin"))
    try program.type("\u{3}ab\u{1b}[D\u{1b}[3~")
    #expect(program.terminal.line(23) == "probe> a")
    try program.type("\u{3}repair\r")
    #expect(program.terminal.line(23) == "probe> repair me")
    #expect(program.terminal.unknown == [])
  }

  @Test("keys and mouse arrive with their names")
  func keys() throws {
    let program = try probe()
    try program.type(
      "\u{1b}OP\u{1b}[5~\u{1b}[Z\u{1b}[1;2A\u{1b}[<0;40;5M\u{1b}[<0;40;5m\u{1b}[<64;2;3M")
    let names = ["function(1)", "pageUp", "backTab", "shiftUp", "leftPress 4,39", "wheelUp 2,1"]
    for (row, name) in names.enumerated() { #expect(program.terminal.line(1 + row) == name) }
    program.send("\u{1b}")
    try program.wait(for: "escape")
    try program.type("\u{1b}§")
  }

  @Test("a sequence that nothing knows types nothing, and its parts may come one by one")
  func swallows() throws {
    let program = try probe()
    try program.type("ab\u{1b}[1;5s\u{1b}[27;6;9~\u{1b}[115;5u\u{1b}[Mabc")
    program.send("\u{1b}[1;")
    Thread.sleep(forTimeInterval: 0.04)
    try program.type("9Q")
    #expect(program.terminal.line(23) == "probe> ab")
    try program.type("\u{1b}[1~<\u{1b}[4~>\u{1b}[7~\u{1b}OF!")
    #expect(program.terminal.line(23) == "probe> <ab>!")
  }

  @Test("Alt-Enter is Enter, and a count stays within bounds")
  func bounds() throws {
    let program = try probe()
    try program.type("one\u{1b}\r\u{1b}9\u{1b}9\u{1b}9\u{1b}9\u{1b}9\u{1b}9x")
    #expect(program.terminal.screenText.contains("line 'one'"))
    #expect(program.terminal.line(23).hasSuffix("xx"))
    try program.type("\r")
    #expect(program.terminal.screenText.contains("line 'xxxx"))
  }

  @Test("a paste is one piece, however it arrives")
  func pastes() throws {
    let program = try probe()
    program.send("\u{1b}[200~one\ntw")
    Thread.sleep(forTimeInterval: 0.05)
    try program.type("o\u{1b}[201~")
    #expect(program.terminal.line(23) == "probe> one⏎two")
    let long = String(repeating: "0123456789é", count: 2000)
    try program.type("\u{3}\u{1b}[200~\(long)Z\u{1b}[201~")
    #expect(program.terminal.line(23).hasSuffix("éZ"))
    #expect(program.terminal.column == 79)
    program.send([0xc3])
    Thread.sleep(forTimeInterval: 0.05)
    program.send([0xa9])
    try program.settle()
    #expect(program.terminal.line(23).hasSuffix("Zé"))
  }

  @Test("resizes are followed, to any size and back")
  func resizes() throws {
    let program = try probe()
    for size in [(60, 200), (1, 1), (2, 300), (100, 3), (24, 80)] {
      try program.resize(Size(rows: size.0, columns: size.1))
      if size.1 >= 8 { #expect(program.terminal.line(0).hasPrefix("\(size.0) x")) }
    }
    #expect(program.terminal.line(23) == "probe>")
    #expect(program.terminal.unknown == [])
  }

  @Test("history is kept between runs")
  func history() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("history").path
    let first = try probe(environment: ["PROBE_HISTORY": path])
    try first.type("kept\rkept\r")
    kill(first.process, SIGKILL)
    _ = first.waitForExit()
    let second = try probe(environment: ["PROBE_HISTORY": path])
    try second.type("\u{1b}OA")
    #expect(second.terminal.line(23) == "probe> kept")
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "kept\n")
  }

  @Test("leaving gives the terminal back", arguments: ["quit", "exit"])
  func leaves(command: String) throws {
    let program = try probe()
    #expect(!program.isCooked)
    program.send(command + "\r")
    #expect(program.waitForExit() == .status(command == "quit" ? 0 : 7))
    expectRestored(program, at: #_sourceLocation)
    expectCursorBack(program, at: #_sourceLocation)
  }

  /// All signals that end a program which does not handle them, but for SIGKILL.
  private static let deadlySignals: [Int32] = [
    SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGUSR1,
    SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGXCPU, SIGSYS, SIGIO, SIGPWR, SIGSTKFLT, 34, 64,
  ]

  @Test("a signal gives the terminal back line by line, too", arguments: deadlySignals)
  func plainSignals(signal: Int32) throws {
    let program = try probe(environment: ["TERM": "dumb"])
    program.send("half")
    try program.wait(for: "half")
    kill(program.process, signal)
    guard signal != SIGINT else {
      try program.wait(for: "line ''")
      program.send("\u{4}")
      #expect(program.waitForExit() == .status(0))
      return
    }
    #expect(program.waitForExit() == .signal(Int(signal)))
    #expect(program.isCooked)
  }

  @Test(
    "a signal gives the terminal back and ends the program as it should", arguments: deadlySignals)
  func signals(signal: Int32) throws {
    let program = try probe()
    kill(program.process, signal)
    #expect(program.waitForExit() == .signal(Int(signal)))
    expectRestored(program, at: #_sourceLocation)
    expectCursorBack(program, at: #_sourceLocation)
  }

  @Test("a window that closes ends the program, even one that ignores SIGHUP")
  func hangsUp() throws {
    let command = "trap '' HUP; exec \(try BuiltProduct.path("TerminalProbe"))"
    let program = try PtyProgram("/bin/sh", ["-c", command])
    try program.wait(for: "probe>")
    try program.settle()
    program.hangUp()
    #expect(program.waitForExit() == .status(0))
  }

  @Test("the message of a trap is seen after the screen is given back")
  func traps() throws {
    let program = try probe()
    program.send("trap\r")
    #expect(
      program.waitForExit() == .signal(Int(SIGILL))
        || program.waitForExit() == .signal(Int(SIGTRAP)))
    #expect(!program.terminal.isOnSecondScreen)
    #expect(program.isCooked)
    #expect(program.terminal.screenText.contains("a trap of our own"))
  }

  @Test("a stack overflow gives the terminal back")
  func overflows() throws {
    let program = try probe()
    program.send("overflow\r")
    #expect(program.waitForExit() == .signal(Int(SIGSEGV)))
    expectRestored(program, at: #_sourceLocation)
  }

  @Test("standard error waits until the screen is given back")
  func warns() throws {
    let program = try probe()
    try program.type("warn\r")
    #expect(!program.terminal.screenText.contains("a warning"))
    program.send("quit\r")
    #expect(program.waitForExit() == .status(0))
    expectRestored(program, at: #_sourceLocation)
    #expect(program.terminal.screenText.contains("a warning"))
  }

  @Test("stopping and continuing keeps the shell's screen and the line", arguments: [true, false])
  func stops(byKey: Bool) throws {
    let program = try PtyProgram(
      "/bin/sh", ["-i"], environment: ["PS1": "$ ", "PS2": "", "ENV": ""])
    try program.wait(for: "$")
    program.send("stty -echo; \(try BuiltProduct.path("TerminalProbe")); echo \"left $?\"\r")
    try program.wait(for: "probe>")
    try program.type("half a line")
    program.send(byKey ? "\u{1a}" : "")
    if !byKey {
      let children = try String(
        contentsOfFile: "/proc/\(program.process)/task/\(program.process)/children",
        encoding: .utf8)
      let child = try #require(pid_t(children.split(separator: " ").first ?? ""))
      kill(child, SIGTSTP)
    }
    try program.wait("the shell's screen") {
      !$0.isOnSecondScreen && $0.screenText.contains("Stopped")
    }
    #expect(program.terminal.modes == VirtualTerminal.shellModes)
    program.send("fg\r")
    try program.wait("the probe's screen") { $0.isOnSecondScreen }
    try program.type("!")
    #expect(program.terminal.line(23) == "probe> half a line!")
    program.send("\u{3}quit\r")
    try program.wait("the shell's screen") { !$0.isOnSecondScreen }
    #expect(program.terminal.modes == VirtualTerminal.shellModes)
  }

  @Test("without a screen lines are read plainly, and Ctrl-C drops one")
  func plain() throws {
    let program = try probe(environment: ["TERM": "dumb"])
    try program.wait(for: "probe>")
    program.send("one\r")
    try program.wait(for: "line 'one'")
    program.send("half\u{3}")
    try program.wait(for: "line ''")
    program.send("two\r")
    try program.wait(for: "line 'two'")
    program.send("\u{4}")
    #expect(program.waitForExit() == .status(0))
  }

  @Test("a terminal without colour works", arguments: ["vt100", "xterm", "screen-256color"])
  func otherTerminals(name: String) throws {
    let program = try probe(environment: ["TERM": name])
    #expect(program.terminal.line(0).hasPrefix("24 x 80"))
    program.send("quit\r")
    #expect(program.waitForExit() == .status(0))
    #expect(program.isCooked)
  }
}
