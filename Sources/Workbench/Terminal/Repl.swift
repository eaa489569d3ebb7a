package import Serialization
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
  private let write: (String) throws(FileError) -> Void
  private var input = InputLines { PlainTerminal.takeInterrupt() }
  /// Why what was said could not be written.
  private var failure: FileError?
  /// What the next line begins as.
  private var prefill = ""

  /// Reads from the terminal with readline, or from a pipe without prompts.
  package init(
    client: any SessionClient, historyPath: String?,
    write: @escaping (String) throws(FileError) -> Void
  ) {
    self.client = client
    self.write = write
    editor =
      PlainTerminal.isInteractive
      ? ReadlineEditor(onScreen: false, historyPath: historyPath) : nil
  }

  /// Runs to the end of the input or until the user leaves; returns whether every line was done.
  ///
  /// - Throws: ``FileError`` where the input cannot be read or the output not be written.
  package func run() throws(FileError) -> Bool {
    PlainTerminal.guardSettings()
    PlainTerminal.catchInterrupts()
    let watch = InterruptWatch(client.canceller)
    let isOpened = open(watch)
    // Lines that were meant for what could not be opened are not for a new session.
    guard isOpened || editor != nil else { return try ended(false) }
    var openLines: [String] = []
    var allDone = isOpened
    while failure == nil {
      guard let line = try read(isOpen: !openLines.isEmpty) else {
        if !openLines.isEmpty { allDone = refuse(openLines) }
        if leave(watch) { break }
        // The journal lacks something, and somebody is there to save it.
        guard editor != nil else { return try ended(false) }
        openLines = []
        continue
      }
      openLines.append(line)
      let whole = openLines.joined(separator: "\n")
      if whole.contains(where: { !$0.isWhitespace }), CommandLine.isOpen(whole) { continue }
      openLines = []
      guard let isDone = perform(whole, watch) else { break }
      allDone = allDone && isDone
    }
    return try ended(allDone)
  }

  private func ended(_ allDone: Bool) throws(FileError) -> Bool {
    if let failure { throw failure }
    return allDone
  }

  /// Opens the session and says what it begins with; returns whether it could be opened.
  private func open(_ watch: InterruptWatch) -> Bool {
    var notice = ProgressNotice()
    let greeting = watch.during {
      client.open(showing: nil) { progress in
        if let line = notice.line(progress) { self.say(line) }
      }
    }
    let isOpened = greeting.status != .failed
    guard isOpened || editor != nil else {
      greeting.lines.forEach { complain($0.text) }
      return false
    }
    greeting.lines.forEach(show)
    return isOpened
  }

  /// What ends before its brackets and quotes do is no command.
  private func refuse(_ lines: [String]) -> Bool {
    let text = lines.count == 1 ? "the last line" : "the last \(lines.count) lines"
    complain(
      "the input ends inside a bracket or a quote: \(text), from \(lines[0].prefix(60)), not carried out"
    )
    return false
  }

  /// Performs the commands of some lines; returns whether all were done, nil when one of them leaves.
  private func perform(_ text: String, _ watch: InterruptWatch) -> Bool? {
    for command in ScriptLines.cut(text) {
      let outcome = perform(command: command, watch)
      switch outcome.status {
      case .quit:
        say(farewell: outcome)
        return nil
      case .failed:
        outcome.lines.forEach(show)
        // What was pasted behind a line that failed is not begun.
        return false
      case .done, .incomplete:
        guard editor != nil, let text = outcome.prefill else {
          outcome.lines.forEach(show)
          continue
        }
        prefill = text
      }
    }
    return true
  }

  private func perform(command: String, _ watch: InterruptWatch) -> Outcome {
    _ = PlainTerminal.takeInterrupt()
    var notice = ProgressNotice()
    return watch.during {
      client.perform(command, showing: nil) { progress in
        if let line = notice.line(progress) { self.say(line) }
      }
    }
  }

  /// Leaves at the end of the input; false where the session says that something would be lost.
  private func leave(_ watch: InterruptWatch) -> Bool {
    let outcome = perform(command: "quit", watch)
    guard outcome.status == .quit else {
      outcome.lines.forEach { complain($0.text) }
      return false
    }
    say(farewell: outcome)
    return true
  }

  /// How to come back is said to people only, not into a pipe.
  private func say(farewell outcome: Outcome) {
    if editor != nil { outcome.lines.forEach(show) }
  }

  private func read(isOpen: Bool) throws(FileError) -> String? {
    guard let editor else { return try input.next().map { ScriptLines.text($0).withoutLineEnd } }
    editor.vocabulary = client.vocabulary
    let prompt = isOpen ? AppModel.continuedPrompt : AppModel.firstPrompt
    defer { prefill = "" }
    guard case .line(let line) = editor.readPlain(prompt: prompt, text: prefill) else {
      say("")
      return nil
    }
    if line.contains(where: { !$0.isWhitespace }) { editor.remember(line) }
    return line
  }

  /// What is no answer to a line: among the answers for people, apart from them for programs.
  private func complain(_ text: String) {
    guard editor == nil else { return show(OutputLine(text, .bad)) }
    try? TextStream.errors.write("\(text)\n")
  }

  private func show(_ line: OutputLine) { say(line.tone == .bad ? "! \(line.text)" : line.text) }

  private func say(_ line: String) {
    guard failure == nil else { return }
    do throws(FileError) { try write("\(line)\n") } catch { failure = error }
  }
}

extension String {
  fileprivate var withoutLineEnd: String { hasSuffix("\n") ? String(dropLast()) : self }
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
