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
    let opened = resumesLast ? Journal.newest() ?? path : path
    let history = historyPath()
    if !isPlain, let driver = NcursesDriver(noColor: variable("NO_COLOR")) {
      let editor = ReadlineEditor(onScreen: true, historyPath: history)
      TerminalApp(driver: driver, editor: editor) {
        EngineClient(path: opened, registry: registry)
      }.run()
      return 0
    }
    let client = EngineClient(path: opened, registry: registry)
    let repl = Repl(client: client, historyPath: history, write: writeOut)
    let allDone = repl.run()
    return allDone || PlainTerminal.inputIsTerminal ? 0 : 3
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
