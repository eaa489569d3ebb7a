package import TerminalUI

/// The full-screen workbench: events of the terminal and of the engine in, screens out.
package final class TerminalApp {
  private let driver: any Driver
  private let editor: any CommandLineEditor
  private let engine: EngineThread
  private var model: AppModel
  private var shownRequest: ViewRequest?
  private var pings = 0
  private var hasShown = false
  private var isDone = false
  private var busySince: ContinuousClock.Instant?
  /// Whether the editor holds a line that failed and has not been touched since.
  private var holdsFailedLine = false
  /// What is said when the screen is gone.
  private var farewell: [OutputLine] = []

  /// Work that takes longer is shown as running.
  private static let slowMilliseconds = 300

  /// Shows a session, made on its own thread by `client`, on a terminal.
  package init(
    driver: any Driver, editor: any CommandLineEditor,
    client: @escaping @Sendable () -> any SessionClient
  ) {
    self.driver = driver
    self.editor = editor
    engine = EngineThread(waker: driver.waker, client: client)
    model = AppModel(size: driver.size)
    model.isOpening = true
    model.view.facts.name = "opening …"
  }

  /// Runs until the user leaves or the terminal is gone, and returns what is to be said then.
  package func run() -> [OutputLine] {
    model.pendingCount = 1
    let request = model.request
    shownRequest = request
    engine.start(showing: request)
    editor.begin(prompt: model.prompt, text: "")
    draw()
    while !isDone {
      for event in driver.events(timeoutMilliseconds: untilSlow) { handle(event) }
      for event in engine.takeEvents() { handle(event) }
      requestView()
      noteTime()
      draw()
      answerPings()
    }
    editor.end()
    engine.close()
    driver.close()
    // What could not be kept is known when the session has ended.
    return farewell + engine.waitForEnd()
  }

  /// How long to wait before quick work has become slow; nil when nothing runs.
  private var untilSlow: Int? {
    guard let busySince, !model.isSlow else { return nil }
    let passed = (ContinuousClock.now - busySince) / .milliseconds(1)
    return max(0, Self.slowMilliseconds - Int(passed))
  }

  private func noteTime() {
    guard model.isBusy else {
      busySince = nil
      model.isSlow = false
      return
    }
    busySince = busySince ?? .now
    model.isSlow = model.isSlow || untilSlow == 0
  }

  private func handle(_ event: TerminalEvent) {
    switch event {
    case .ping: pings += 1
    case .hangUp:
      // The terminal is gone: nothing can be asked or shown.
      isDone = true
      return
    // With the keys of vi ESC first ends typing, and only then leads to the panels.
    case .key(let press)
    where press.key == .escape && isTyping && editor.isViInsertion:
      edit(.press(press))
      return
    default: break
    }
    carryOut(model.handle(event))
  }

  private var isTyping: Bool { model.focus == .commandLine && model.help == nil }

  private func handle(_ event: EngineEvent) {
    switch event {
    case .opened(let greeting, let vocabulary):
      model.pendingCount -= 1
      model.progress = nil
      model.vocabulary = vocabulary
      model.append(greeting.lines)
      show(greeting.view)
      takeLines()
    case .progress(let progress): model.progress = progress
    case .finished(_, let outcome, _) where outcome.status == .quit:
      farewell = outcome.lines
      isDone = true
    case .finished(let line, let outcome, let vocabulary):
      if let vocabulary { model.vocabulary = vocabulary }
      let effects = model.finish(line, outcome)
      show(outcome.view)
      carryOut(effects)
    case .view(let view): show(view)
    }
  }

  /// Takes in a view; where there is none, and nothing that gives one runs, it is requested.
  private func show(_ view: SessionView?) {
    guard let view else {
      if !model.isBusy { shownRequest = nil }
      return
    }
    let effects = model.show(view)
    shownRequest = model.isComparing ? nil : view.answered
    carryOut(effects)
    // A new session begins with typing, one with a stack with looking.
    if !hasShown, model.isNew, model.focus == StackPanel.id { model.focusCommandLine() }
    hasShown = true
  }

  private func carryOut(_ effects: [Effect]) {
    for effect in effects {
      switch effect {
      case .perform(let line):
        let request = model.request
        shownRequest = request
        engine.perform(line, showing: request)
      case .cancel: engine.cancel()
      case .editor(let input): edit(input)
      case .repaint: driver.forceRepaint()
      case .suspend:
        driver.suspend()
        model.size = driver.size
      case .quit:
        // Asked for twice, so without waiting for an answer.
        farewell = [OutputLine("workbench --last goes on with what was done")]
        isDone = true
      }
    }
  }

  private func edit(_ input: EditorInput) {
    switch input {
    case .press(let press):
      if case .character(let character) = press.key, !character.isWhitespace { typeOver() }
      editor.clearMatches()
      if editor.feed(press) {
        holdsFailedLine = false
        takeLines()
      } else if case .alt(let character) = press.key {
        // Alt with an unknown key is ESC and the key, typed fast.
        carryOut(model.handle(.key(KeyPress(.escape, bytes: [0x1b]))))
        let rest = KeyPress(.character(character), bytes: Array(press.bytes.dropFirst()))
        carryOut(model.handle(.key(rest)))
      }
    case .paste(let text):
      typeOver()
      editor.paste(text)
      takeLines()
    case .prefill(let text): begin(text)
    case .repair(let text):
      // What was typed ahead is the next line, and no part of this one.
      begin(editor.hasTypedAhead ? "" : text)
      holdsFailedLine = editor.isEditing
    case .dropLine:
      editor.dropLine()
      begin("")
    }
  }

  private func begin(_ text: String) {
    if editor.isEditing { editor.dropLine() }
    holdsFailedLine = false
    editor.begin(prompt: model.prompt, text: text)
    takeLines()
  }

  /// A command that is typed while a failed line stands there takes its place; the history has both.
  private func typeOver() {
    guard holdsFailedLine else { return }
    begin("")
  }

  /// Takes finished lines while nothing runs; what is typed ahead waits in the editor.
  private func takeLines() {
    guard !model.isBusy else { return }
    editor.vocabulary = model.vocabulary
    switch editor.take() {
    case .editing: break
    case .endOfInput:
      editor.begin(prompt: model.prompt, text: "")
      carryOut(model.perform(.quit))
    case .line(let line):
      if line.contains(where: { !$0.isWhitespace }) { editor.remember(line) }
      carryOut(model.submit(line))
    }
  }

  private func requestView() {
    let request = model.request
    guard request != shownRequest else { return }
    shownRequest = request
    engine.show(request)
  }

  private func draw() {
    model.editorLine = editor.view(prompt: model.prompt, width: model.size.columns)
    model.matches = editor.matches
    driver.present(MainScreen.draw(model))
  }

  /// A ping is answered when nothing that was asked before it is still under way.
  private func answerPings() {
    guard pings > 0, !model.isBusy, engine.isIdle, shownRequest == model.request else { return }
    for _ in 0..<pings { driver.pong() }
    pings = 0
  }
}

/// A line editor as the workbench uses it: readline, or a simple one in tests.
package protocol CommandLineEditor: AnyObject {
  var vocabulary: Vocabulary { get set }
  var isEditing: Bool { get }
  var isViInsertion: Bool { get }
  /// Whether keys wait for a line to begin.
  var hasTypedAhead: Bool { get }
  var matches: [String] { get }

  func begin(prompt: String, text: String)
  func end()
  func feed(_ press: KeyPress) -> Bool
  func paste(_ text: String)
  func take() -> LineEditor.Outcome
  func view(prompt: String, width: Int) -> LineView
  func remember(_ line: String)
  func clearMatches()
  func dropLine()
}
