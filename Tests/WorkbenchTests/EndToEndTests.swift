import Foundation
import PtyHarness
import TerminalUI
import Testing

@Suite("The workbench on a terminal", .serialized)
struct EndToEndTests {
  private static let stack =
    "stack Serial([Conv1D(filters: 4, kernelSize: 3, padding: .causal, name: \"c1\"), "
    + "Dense(features: 2, name: \"out\")])\r"
  private static let input = "input sine --channels 3 --time 12 --rows 2\r"

  private func workbench(
    _ arguments: [String] = [], size: Size = Size(rows: 24, columns: 80), state: URL,
    shown: String = ""
  ) throws -> PtyProgram {
    try PtyProgram(
      BuiltProduct.path("workbench"), arguments, environment: ["XDG_STATE_HOME": state.path],
      size: size, shown: shown)
  }

  private static let shell = "$ earlier\r\n$ workbench\r\n"

  /// The terminal is as the shell left it: screen, cursor, modes and settings.
  private func expectRestored(
    _ program: PtyProgram, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let terminal = program.terminal
    #expect(!terminal.isOnSecondScreen, sourceLocation: sourceLocation)
    #expect(terminal.modes == VirtualTerminal.shellModes, sourceLocation: sourceLocation)
    #expect(!terminal.isKeypadOn, sourceLocation: sourceLocation)
    #expect(program.isCooked, sourceLocation: sourceLocation)
    #expect(terminal.line(0) == "$ earlier", sourceLocation: sourceLocation)
    #expect(terminal.line(1) == "$ workbench", sourceLocation: sourceLocation)
    #expect(terminal.row == 2 && terminal.column == 0, sourceLocation: sourceLocation)
    #expect(terminal.unknown == [], sourceLocation: sourceLocation)
  }

  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  @Test("a stack is built, stepped and looked at", arguments: [(24, 80), (36, 118), (60, 200)])
  func builds(rows: Int, columns: Int) throws {
    try withFolder { folder in
      let program = try workbench(size: Size(rows: rows, columns: columns), state: folder)
      try program.wait(for: "no stack")
      try program.settle()
      try program.type(Self.stack + Self.input)
      program.send("\u{1b}")
      try program.settle()
      try program.type("ss")
      #expect(program.terminal.line(0).contains("T 2/12"))
      #expect(program.terminal.screenText.contains("equal within"))
      try program.type("2")
      #expect(program.terminal.screenText.contains("valid 2"))
      try program.type("b")
      #expect(program.terminal.line(0).contains("T 1/12"))
      try program.type(":show c1\r")
      program.send("\u{1b}")
      try program.settle()
      #expect(program.terminal.unknown == [])
      program.send("q")
      #expect(program.waitForExit() == .status(0))
      #expect(program.terminal.screenText.contains("workbench --last goes on with this session"))
      #expect(program.terminal.modes == VirtualTerminal.shellModes)
      #expect(program.isCooked)
    }
  }

  @Test("what was done is in the journal when the program is killed, and opens again")
  func resumes() throws {
    try withFolder { folder in
      let first = try workbench(state: folder)
      try first.wait(for: "no stack")
      try first.settle()
      try first.type(Self.stack + Self.input + "step 3\r")
      kill(first.process, SIGKILL)
      _ = first.waitForExit()
      let second = try workbench(["--last"], state: folder)
      try second.wait(for: "T 3/12")
    }
  }

  @Test(
    "a signal gives the terminal back and loses at most one event",
    arguments: [
      SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGUSR1,
      SIGALRM, SIGPROF, SIGXCPU, SIGSYS,
    ])
  func signals(signal: Int32) throws {
    try withFolder { folder in
      let first = try workbench(state: folder, shown: Self.shell)
      try first.wait(for: "no stack")
      try first.settle()
      try first.type(Self.stack + Self.input + "step 3\rstep\r")
      kill(first.process, signal)
      #expect(first.waitForExit() == .signal(Int(signal)))
      expectRestored(first)
      let second = try workbench(["--last"], state: folder)
      try second.wait("the session as it was") { terminal in
        terminal.line(0).contains("T 4/12") || terminal.line(0).contains("T 3/12")
      }
    }
  }

  @Test("a trap in a layer gives the terminal back and shows its message")
  func traps() throws {
    try withFolder { folder in
      let program = try PtyProgram(
        BuiltProduct.path("TrapProbe"), environment: ["XDG_STATE_HOME": folder.path],
        shown: Self.shell)
      try program.wait(for: "T 3/12")
      try program.settle()
      program.send(":input sine --channels 3 --time 13\r")
      let exit = program.waitForExit()
      #expect(exit == .signal(Int(SIGILL)) || exit == .signal(Int(SIGTRAP)))
      #expect(!program.terminal.isOnSecondScreen && program.isCooked)
      #expect(program.terminal.modes == VirtualTerminal.shellModes)
      #expect(program.terminal.screenText.contains("a trap of our own"))
    }
  }

  @Test("a signal in the middle of a long run gives the terminal back and loses at most a second")
  func signalsWhileBusy() throws {
    try withFolder { folder in
      let first = try workbench(state: folder, shown: Self.shell)
      try first.wait(for: "no stack")
      try first.settle()
      try first.type(
        "stack LSTM(units: 64)\rinput noise --channels 64 --time 200000\r")
      first.send("run\r")
      // Progress stands in the header from half a second on.
      try first.wait("progress") { $0.line(0).contains("run ") && $0.line(0).contains("^C stops") }
      Thread.sleep(forTimeInterval: 1.5)
      kill(first.process, SIGSEGV)
      #expect(first.waitForExit() == .signal(Int(SIGSEGV)))
      expectRestored(first)
      let second = try workbench(["--last"], state: folder)
      try second.wait("the steps that were made") { terminal in
        terminal.line(0).contains("T ") && !terminal.line(0).contains("T 0/")
      }
    }
  }

  @Test("Ctrl-C stops a long run at once, and what was done stays")
  func interrupts() throws {
    try withFolder { folder in
      let program = try workbench(state: folder)
      try program.wait(for: "no stack")
      try program.settle()
      try program.type("stack LSTM(units: 64)\rinput noise --channels 64 --time 200000\r")
      program.send("run\r")
      try program.wait("progress") { $0.line(0).contains("^C stops") }
      program.send("\u{3}")
      try program.wait(for: "stopped at step")
      try program.settle()
      #expect(!program.terminal.line(0).contains("T 0/"))
      try program.type("step\r")
      #expect(program.terminal.line(0).contains("T "))
      program.send("\u{1b}")
      try program.settle()
      program.send("q")
      #expect(program.waitForExit() == .status(0))
    }
  }

  @Test(
    "stopping and continuing keeps the shell's screen, the session and the line",
    arguments: [true, false])
  func stops(byKey: Bool) throws {
    try withFolder { folder in
      let program = try PtyProgram(
        "/bin/sh", ["-i"],
        environment: ["PS1": "$ ", "PS2": "", "ENV": "", "XDG_STATE_HOME": folder.path])
      try program.wait(for: "$")
      program.send("stty -echo; \(try BuiltProduct.path("workbench"))\r")
      try program.wait(for: "no stack")
      try program.settle()
      try program.type(Self.stack + Self.input + "step 3\rhalf a line")
      if byKey {
        program.send("\u{1a}")
      } else {
        let children = try String(
          contentsOfFile: "/proc/\(program.process)/task/\(program.process)/children",
          encoding: .utf8)
        kill(try #require(pid_t(children.split(separator: " ").first ?? "")), SIGTSTP)
      }
      try program.wait("the shell's screen") {
        !$0.isOnSecondScreen && $0.screenText.contains("Stopped")
      }
      #expect(program.terminal.modes == VirtualTerminal.shellModes)
      program.send("fg\r")
      try program.wait("the workbench's screen") { $0.isOnSecondScreen }
      try program.type("!")
      #expect(program.terminal.line(0).contains("T 3/12"))
      #expect(program.terminal.line(22) == "› half a line!")
      program.send("\u{3}quit\r")
      try program.wait("the shell's screen") { !$0.isOnSecondScreen }
      #expect(program.terminal.modes == VirtualTerminal.shellModes)
      #expect(program.terminal.unknown == [])
    }
  }

  @Test("Tab completes commands, paths, fields and files; Ctrl-R finds lines of an earlier run")
  func completes() throws {
    try withFolder { folder in
      let first = try workbench(state: folder)
      try first.wait(for: "no stack")
      try first.settle()
      try first.type(Self.stack + Self.input)
      #expect(try typed("sho\tc1.ker\tSi\t", first).contains("show c1.kernelSize"))
      #expect(try typed("stack Conv1D(padding: .rev\t", first).contains(".reverseCausal"))
      let project = Desk.project("Sess")
      #expect(try typed("open \(project)\tbro\t", first).hasSuffix("Sessions/broken.session"))
      try first.type("see 4\r")
      #expect(first.terminal.line(22) == "› see 4")
      kill(first.process, SIGKILL)
      _ = first.waitForExit()
      let second = try workbench(state: folder)
      try second.wait(for: "no stack")
      try second.settle()
      #expect(try typed("\u{12}sine", second).contains("--channels 3 --time 12"))
    }
  }

  /// The command line after some keys; it is dropped afterwards.
  private func typed(_ keys: String, _ program: PtyProgram) throws -> String {
    try program.type(keys)
    defer { program.send("\u{3}") }
    return program.terminal.line(22)
  }

  @Test("several pasted lines run one after another; a failed one stays with those behind it")
  func pastes() throws {
    try withFolder { folder in
      let program = try workbench(state: folder)
      try program.wait(for: "no stack")
      try program.settle()
      let lines = (Self.stack + Self.input + "step 2\rstp\rstep").split(separator: "\r")
      try program.type("\u{1b}[200~\(lines.joined(separator: "\n"))\u{1b}[201~")
      try program.type("\r")
      #expect(program.terminal.line(0).contains("T 2/12"))
      #expect(program.terminal.line(22) == "› stp⏎step")
    }
  }

  @Test("a line typed after a failed one takes its place; any other key mends the failed one")
  func typesOver() throws {
    try withFolder { folder in
      let program = try workbench(state: folder)
      try program.wait(for: "no stack")
      try program.settle()
      try program.type("stp\r")
      #expect(try typed("log", program) == "› log")
      try program.type("stp\r")
      #expect(try typed("\u{1b}[D\u{1b}[De", program) == "› setp")
      try program.type("stp\r")
      #expect(try typed(" 3", program) == "› stp 3")
      // Typed ahead of the answer, it is a line of its own.
      try program.type("stp\r\(Self.stack)")
      #expect(
        program.terminal.screenText.contains("2 layers")
          || program.terminal.line(0).contains("3 layers"))
    }
  }

  @Test("edit fills the line", arguments: [true, false])
  func edits(onScreen: Bool) throws {
    try withFolder { folder in
      let program = try workbench(onScreen ? [] : ["--plain"], state: folder)
      try program.wait(for: "›")
      if onScreen { try program.settle() }
      program.send(Self.stack)
      program.send("edit out\r")
      try program.wait(for: "› replace out Dense(features: 2, name: \"out\")")
      program.send("\u{3}quit\r")
      #expect(program.waitForExit() == .status(0))
    }
  }

  @Test("keys that no table has do nothing, and End is End in every dialect")
  func sequences() throws {
    try withFolder { folder in
      let program = try workbench([Desk.project("Sessions/broken.session")], state: folder)
      try program.wait(for: "c2")
      try program.type("0")
      let before = program.terminal.screenText
      try program.type("\u{1b}[1;5s\u{1b}[27;5;98~\u{1b}[I\u{1b}[O")
      #expect(program.terminal.screenText == before)
      try program.type("\u{1b}[4~")
      let end = program.terminal.screenText
      try program.type("\u{1b}[8~\u{1b}OF\u{1b}[F")
      #expect(program.terminal.screenText == end)
    }
  }

  @Test("leaving says how to come back, and says nothing where nothing was done")
  func farewell() throws {
    try withFolder { folder in
      let program = try workbench(state: folder, shown: Self.shell)
      try program.wait(for: "no stack")
      try program.settle()
      try program.type(Self.stack)
      program.send("\u{1b}")
      try program.settle()
      program.send("q")
      #expect(program.waitForExit() == .status(0))
      #expect(program.terminal.line(1) == "$ workbench")
      #expect(program.terminal.line(2).hasPrefix("workbench --last goes on"))
      #expect(program.isCooked)
      let idle = try workbench(state: folder, shown: Self.shell)
      try idle.wait(for: "no stack")
      try idle.settle()
      idle.send("\u{4}")
      #expect(idle.waitForExit() == .status(0))
      expectRestored(idle)
    }
  }

  @Test("a terminal without a description is used line by line, and that is said")
  func unknownTerminal() throws {
    try withFolder { folder in
      let program = try PtyProgram(
        BuiltProduct.path("workbench"),
        environment: ["XDG_STATE_HOME": folder.path, "TERM": "no-such-terminal"],
        size: Size(rows: 24, columns: 200))
      try program.wait(for: "no description of a terminal 'no-such-terminal' (TERM)")
      try program.wait(for: "set TERM to what the terminal is, such as xterm-256color")
      try program.wait(for: "›")
      program.send("\u{4}")
      #expect(program.waitForExit() == .status(0))
    }
  }

  @Test("a file that cannot be opened fails where nobody is there to see it")
  func missingFile() throws {
    try withFolder { folder in
      let program = Process()
      program.executableURL = URL(fileURLWithPath: try BuiltProduct.path("workbench"))
      program.arguments = [folder.appendingPathComponent("missing.session").path]
      program.environment = ["XDG_STATE_HOME": folder.path]
      program.standardInput = FileHandle.nullDevice
      program.standardOutput = FileHandle.nullDevice
      try program.run()
      program.waitUntilExit()
      #expect(program.terminationStatus == 3)
    }
  }

  @Test("line by line the same commands give the same answers")
  func plain() throws {
    try withFolder { folder in
      let program = try workbench(["--plain"], state: folder)
      try program.wait(for: "›")
      program.send(Self.stack)
      program.send(Self.input)
      program.send("step\r")
      try program.wait(for: "step 1 of 12")
      program.send("stepp\r")
      try program.wait(for: "there is no command 'stepp'")
      program.send("quit\r")
      #expect(program.waitForExit() == .status(0))
      #expect(program.isCooked)
    }
  }
}
