import Sessions
import Synchronization
import TerminalUI

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The same session line by line, without a screen: for pipes, dumb terminals and screen readers.
package final class Repl {
  private let client: any SessionClient
  private let editor: ReadlineEditor?
  private let write: (String) -> Void

  /// Reads from the terminal with readline, or from a pipe without prompts.
  package init(
    client: any SessionClient, historyPath: String?, write: @escaping (String) -> Void
  ) {
    self.client = client
    self.write = write
    editor =
      PlainTerminal.isInteractive
      ? ReadlineEditor(onScreen: false, historyPath: historyPath) : nil
  }

  /// Runs to the end of the input or until the user leaves; tells whether every line was done.
  package func run() -> Bool {
    PlainTerminal.catchInterrupts()
    let watch = InterruptWatch(client.canceller)
    var opening = ProgressNotice()
    let greeting = watch.during {
      client.open { progress in
        if let line = opening.line(progress) { self.write("\(line)\n") }
      }
    }
    greeting.lines.forEach(show)
    var openLines: [String] = []
    var allDone = greeting.status != .failed
    while let line = read(isOpen: !openLines.isEmpty) {
      openLines.append(line)
      let whole = openLines.joined(separator: "\n")
      guard whole.contains(where: { !$0.isWhitespace }) else {
        openLines = []
        continue
      }
      if CommandLine.isOpen(whole) { continue }
      openLines = []
      for command in ScriptLines.cut(whole) {
        switch perform(command, watch) {
        case .quit: return allDone
        case .failed: allDone = false
        case .done, .incomplete: continue
        }
        // What was pasted behind a line that failed is not begun.
        break
      }
    }
    return allDone
  }

  private func perform(_ command: String, _ watch: InterruptWatch) -> Outcome.Status {
    _ = PlainTerminal.takeInterrupt()
    var notice = ProgressNotice()
    let outcome = watch.during {
      client.perform(command) { progress in
        if let line = notice.line(progress) { self.write("\(line)\n") }
      }
    }
    outcome.lines.forEach(show)
    return outcome.status
  }

  private func read(isOpen: Bool) -> String? {
    guard let editor else { return readLine() }
    editor.vocabulary = client.vocabulary
    let prompt = isOpen ? AppModel.continuedPrompt : AppModel.firstPrompt
    guard case .line(let line) = editor.readPlain(prompt: prompt) else {
      write("\n")
      return nil
    }
    if line.contains(where: { !$0.isWhitespace }) { editor.remember(line) }
    return line
  }

  private func show(_ line: OutputLine) {
    write(line.tone == .bad ? "! \(line.text)\n" : "\(line.text)\n")
  }
}

/// Tells of long work now and then: first after half a second, then less and less often.
private struct ProgressNotice {
  private let start = ContinuousClock.now
  private var wait = Duration.milliseconds(500)

  mutating func line(_ progress: Progress) -> String? {
    guard ContinuousClock.now - start >= wait else { return nil }
    wait *= 2
    return "\(progress.text) (Ctrl-C stops)"
  }
}

/// Hands Ctrl-C to a command that runs on the thread that would have to notice it.
private final class InterruptWatch: Sendable {
  private let isRunning = Atomic<Bool>(false)
  private let stop: @Sendable () -> Void
  private static let pollMicroseconds: UInt32 = 50_000

  init(_ stop: @escaping @Sendable () -> Void) {
    self.stop = stop
    LargeThread.start { [weak self] in
      while let self {
        if self.isRunning.load(ordering: .relaxed), PlainTerminal.takeInterrupt() { self.stop() }
        usleep(Self.pollMicroseconds)
      }
    }
  }

  func during<Result>(_ body: () -> Result) -> Result {
    isRunning.store(true, ordering: .relaxed)
    defer { isRunning.store(false, ordering: .relaxed) }
    return body()
  }
}
