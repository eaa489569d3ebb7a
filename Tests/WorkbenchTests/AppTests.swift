import Execution
import TerminalUI
import Testing
import Workbench

/// A session that counts steps, says what it was told and can run for ever.
private final class CountingClient: SessionClient {
  private var steps = 0
  func open(
    showing request: ViewRequest?, progress: @escaping (Progress) -> Void
  ) -> Outcome {
    Outcome([OutputLine("opened", .hint)])
  }
  let vocabulary = Vocabulary(commands: [.init("step"), .init("run"), .init("quit")])

  private let flag = CancelFlag()
  var canceller: @Sendable () -> Void { { [flag] in flag.raise() } }

  func perform(
    _ line: String, showing request: ViewRequest?, progress: @escaping (Progress) -> Void
  ) -> Outcome {
    flag.lower()
    switch line {
    case "step": steps += 1
    case "quit": return Outcome(status: .quit)
    case "run":
      while !flag.isRaised { progress(Progress(label: "run", done: steps, total: 9)) }
      return Outcome([OutputLine("stopped")])
    default: return Outcome([OutputLine("no command '\(line)'", .bad)], status: .failed)
    }
    return Outcome([OutputLine("step \(steps)", .good)])
  }

  func view(_ request: ViewRequest) -> SessionView {
    var view = SampleView.speech(request)
    view.position.step = steps
    return view
  }
}

/// A line editor for tests: bytes are the line, CR ends it.
private final class PlainEditor: CommandLineEditor {
  var vocabulary = Vocabulary()
  private(set) var isEditing = false
  let isViInsertion = false
  var hasTypedAhead: Bool { !queue.isEmpty }
  let matches: [String] = []
  private var text: [UInt8] = []
  private var queue: [UInt8] = []

  func begin(prompt: String, text: String) {
    isEditing = true
    self.text = Array(text.utf8)
  }
  func end() { isEditing = false }
  func feed(_ press: KeyPress) -> Bool {
    queue += press.bytes
    return true
  }
  func paste(_ text: String) { queue += Array(text.utf8) }
  func take() -> LineEditor.Outcome {
    while isEditing, !queue.isEmpty {
      let byte = queue.removeFirst()
      guard byte == 13 else {
        text.append(byte)
        continue
      }
      isEditing = false
      return .line(String(decoding: text, as: UTF8.self))
    }
    return .editing
  }
  func view(prompt: String, width: Int) -> LineView {
    let line = String(decoding: text, as: UTF8.self)
    return LineView(prompt: prompt, line: line, point: text.count, width: width)
  }
  func remember(_ line: String) {}
  func clearMatches() {}
  func dropLine() { (text, queue) = ([], []) }
}

@Suite("The application runs a session on its own thread")
struct AppTests {
  /// Plays events, waiting after each until the engine is idle, and gives the last screen.
  private func play(_ events: [TerminalEvent], waits: Bool = true) -> MemoryDriver {
    let script = events.flatMap { waits ? [$0, .ping] : [$0] }
    let driver = MemoryDriver(size: Size(rows: 24, columns: 80), script: [.ping] + script)
    let app = TerminalApp(driver: driver, editor: PlainEditor()) { CountingClient() }
    _ = app.run()
    return driver
  }

  private func keys(_ text: String) -> [TerminalEvent] {
    text.unicodeScalars.map { scalar in
      let byte = UInt8(truncatingIfNeeded: scalar.value)
      let key: Key = byte == 13 ? .enter : .character(Character(scalar))
      return .key(KeyPress(key, bytes: [byte]))
    }
  }

  @Test("a key steps the session and the screen follows")
  func steps() {
    let driver = play(keys("sss"))
    #expect(driver.screen.line(0).contains("T 3/150"))
    #expect(driver.screen.text.contains("= step 3"))
    #expect(driver.pongCount == 4)
  }

  @Test("typed lines run, bad ones stay for repair")
  func types() {
    let driver = play(keys(":step\rfoo\r"))
    #expect(driver.screen.text.contains("! no command 'foo'"))
    #expect(driver.screen.line(22) == "› foo")
    #expect(driver.screen.line(0).contains("T 1/150"))
  }

  @Test("lines typed ahead wait for the running one")
  func typesAhead() {
    let driver = play(keys(":step\rstep\rstep\r") + [.ping], waits: false)
    #expect(driver.screen.line(0).contains("T 3/150"))
  }

  @Test("what runs for ever stops on Ctrl-C, and leaving never waits for it")
  func cancels() {
    let stop: TerminalEvent = .key(KeyPress(.control("c"), bytes: [3]))
    let stopped = play(keys("r") + [stop, .ping], waits: false)
    // Whether the line had begun when Ctrl-C came is the engine's own time.
    let text = stopped.screen.text
    #expect(text.contains("stopped") || text.contains("not begun: run"))
    // It returns at all: leaving ends a run that would go on for ever. Nothing behind the first ping is answered.
    #expect(play(keys("rq"), waits: false).pongCount <= 1)
  }
}
