public import Layers
import Sessions
import TerminalUI

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Opens the workbench on the terminal that the program was started on.
public enum FrontEnd {
  /// Shows a session full screen, or line by line where there is no terminal to show it on.
  ///
  /// A package with layers of its own gives a registry that knows them:
  ///
  ///     exit(FrontEnd.run(path: CommandLine.arguments.dropFirst().first, registry: try .withGain))
  ///
  /// - Parameters:
  ///   - path: a session or layer config to open; nil begins a new session.
  ///   - resumesLast: whether to open the newest journal instead.
  ///   - isPlain: whether to go line by line on any terminal.
  ///   - registry: the layers that can be named, those of other packages among them.
  /// - Returns: the exit status, 3 when a line read from a pipe failed.
  public static func run(
    path: String?, resumesLast: Bool = false, isPlain: Bool = false,
    registry: LayerRegistry = .builtIn
  ) -> Int32 {
    run(isPlain: isPlain) { showsScreens in
      EngineClient(
        path: path, resumesLast: resumesLast, registry: registry, showsScreens: showsScreens)
    }
  }

  /// Shows a stack made in Swift, whose layers may have no notation yet.
  ///
  ///     exit(FrontEnd.run(Serial([MyLayer(), Tanh()]), lines: ["input sine --channels 3 --time 40"]))
  ///
  /// A stack that a notation can write is recorded like any other. Otherwise the session runs,
  /// compares and shows it, but neither records nor edits it.
  ///
  /// - Parameters:
  ///   - stack: the layer to begin with.
  ///   - lines: commands to begin with, such as one that gives an input.
  ///   - isPlain: whether to go line by line on any terminal.
  ///   - registry: the layers that can be named.
  /// - Returns: the exit status, 3 when a line read from a pipe failed.
  public static func run(
    _ stack: any SequenceLayer, lines: [String] = [], isPlain: Bool = false,
    registry: LayerRegistry = .builtIn
  ) -> Int32 {
    run(isPlain: isPlain) { showsScreens in
      EngineClient(stack: stack, lines: lines, registry: registry, showsScreens: showsScreens)
    }
  }

  private static func run(
    isPlain: Bool, client: @escaping @Sendable (_ showsScreens: Bool) -> EngineClient
  ) -> Int32 {
    let history = historyPath()
    if !isPlain, let driver = NcursesDriver(noColor: variable("NO_COLOR")) {
      let editor = ReadlineEditor(onScreen: true, historyPath: history)
      let wayBack = TerminalApp(driver: driver, editor: editor) { client(true) }.run()
      if let wayBack { writeOut("\(wayBack)\n") }
      return 0
    }
    if !isPlain, PlainTerminal.isInteractive, let reason = lineModeReason(variable("TERM")) {
      writeOut("\(reason)\n")
    }
    let repl = Repl(client: client(false), historyPath: history, write: writeOut)
    let allDone = repl.run()
    return allDone || PlainTerminal.inputIsTerminal ? 0 : 3
  }

  /// Why there is no screen on a terminal, and what to set; nil where that was asked for.
  package static func lineModeReason(_ term: String?) -> String? {
    let way = "TERM=xterm-256color workbench shows the screen on nearly every terminal"
    switch term {
    case "dumb": return nil
    case nil, "": return "line by line, because TERM is not set; \(way)"
    case let term?:
      return "line by line, because no terminal '\(term)' is known here that can move its cursor "
        + "(TERM=\(term)); \(way)"
    }
  }

  private static func writeOut(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  /// Beside the journals, whose folder it makes.
  private static func historyPath() -> String? {
    let directory = Journal.directory()
    guard Journal.make(directory) else { return nil }
    return "\(directory)/history"
  }
}
