public import Layers
import Serialization
package import Sessions
import TerminalUI
package import Traces

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Opens the workbench on the terminal that the program was started on.
public enum FrontEnd {
  /// Shows a session full screen, or line by line where there is no terminal to show it on.
  ///
  /// A package with layers of its own gives a registry that contains them:
  ///
  ///     exit(FrontEnd.run(path: CommandLine.arguments.dropFirst().first, registry: try .withGain))
  ///
  /// - Parameters:
  ///   - path: a session, layer config or model to open; nil begins a new session.
  ///   - lines: commands to begin with.
  ///   - resumesLast: whether to open the newest journal instead.
  ///   - trusted: files outside its folder that a session may read.
  ///   - isPlain: whether to go line by line on any terminal.
  ///   - registry: the layers that can be named, those of other packages among them.
  /// - Returns: the exit status, 3 when a line read from a pipe failed or something could not be written.
  public static func run(
    path: String?, lines: [String] = [], resumesLast: Bool = false, trusted: [String] = [],
    isPlain: Bool = false, registry: LayerRegistry = .builtIn
  ) -> Int32 {
    run(isPlain: isPlain) { showsScreens in
      EngineClient(
        path: path, lines: lines, resumesLast: resumesLast, trusted: trusted, registry: registry,
        showsScreens: showsScreens)
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
  /// - Returns: the exit status, 3 when a line read from a pipe failed or something could not be written.
  public static func run(
    _ stack: any SequenceLayer, lines: [String] = [], isPlain: Bool = false,
    registry: LayerRegistry = .builtIn
  ) -> Int32 {
    run(isPlain: isPlain) { showsScreens in
      EngineClient(stack: stack, lines: lines, registry: registry, showsScreens: showsScreens)
    }
  }

  /// Shows two recorded runs of another framework: where they part, and why.
  ///
  /// - Parameters:
  ///   - isPlain: whether to go line by line on any terminal.
  ///   - open: opens the files, on the thread that works with them, and tells how far it is.
  /// - Returns: the exit status, 3 when the files cannot be opened or a line read from a pipe failed.
  package static func run(
    isPlain: Bool = false,
    traces open: @escaping @Sendable (_ watch: @escaping TraceWatch) throws -> TraceSession
  ) -> Int32 {
    run(isPlain: isPlain) { _ in TraceClient(open) }
  }

  private static func run(
    isPlain: Bool, client: @escaping @Sendable (_ showsScreens: Bool) -> any SessionClient
  ) -> Int32 {
    TextStream.prepare()
    do {
      if !isPlain, let driver = screen() {
        let editor = ReadlineEditor(onScreen: true, historyPath: historyPath())
        let farewell = TerminalApp(driver: driver, editor: editor) { client(true) }.run()
        try TextStream.output.write(farewell.map { "\($0.text)\n" }.joined())
        return 0
      }
      let repl = Repl(client: client(false), historyPath: historyPath()) { text throws(FileError) in
        try TextStream.output.write(text)
      }
      let allDone = try repl.run()
      return allDone || PlainTerminal.inputIsTerminal ? 0 : 3
    } catch {
      try? TextStream.errors.write("\(error)\n")
      return 3
    }
  }

  /// The full screen, where the terminal can show one; says why not where that may be a mistake.
  private static func screen() -> NcursesDriver? {
    do throws(ScreenObstacle) {
      return try NcursesDriver(noColor: variable("NO_COLOR"))
    } catch {
      if let reason = reason(error, type: variable("TERM") ?? "") {
        try? TextStream.errors.write("\(reason)\n")
      }
      return nil
    }
  }

  private static func reason(_ obstacle: ScreenObstacle, type: String) -> String? {
    let cure =
      "this goes line by line; for the full screen set TERM to what the terminal is, such as "
      + "xterm-256color, screen-256color or linux"
    switch obstacle {
    case .unknownType where type.isEmpty: return "TERM is not set: \(cure)"
    case .unknownType:
      return "this system has no description of a terminal '\(type)' (TERM): \(cure)"
    // A terminal that is declared plain gets the line interface.
    case .noCursor where type != "dumb":
      return "a terminal '\(type)' (TERM) cannot move its cursor: \(cure)"
    case .noResources: return "this process has no file descriptors left for a screen: line by line"
    case .noTerminal, .noCursor: return nil
    }
  }

  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  /// Beside the journals, whose folder it makes.
  private static func historyPath() -> String? {
    let directory = JournalFolder.path()
    guard JournalFolder.make(directory) else { return nil }
    return "\(directory)/history"
  }
}
