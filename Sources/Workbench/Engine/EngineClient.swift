import Execution
package import Layers
import Notation
import Sessions
import Synchronization

/// A session engine as the front ends see it, with the commands that change which session it is.
package final class EngineClient: SessionClient {
  private var opened: OpenedSession
  /// The session before the last `open`.
  private var previous: OpenedSession?
  private let registry: LayerRegistry
  private let canceled: SharedFlag
  private let cache = RunCache()
  /// What the commands answered that the session began with.
  private var firstLines: [OutputLine] = []

  /// The flag of the present session, for threads that want to stop it.
  private final class SharedFlag: Sendable {
    private let flag: Mutex<CancelFlag>

    init(_ flag: CancelFlag) { self.flag = Mutex(flag) }

    func replace(by new: CancelFlag) { flag.withLock { $0 = new } }
    func raise() { flag.withLock { $0.raise() } }
  }

  /// Opens a file, or begins a new session; it stays on the calling thread.
  package init(path: String?, registry: LayerRegistry) {
    self.registry = registry
    opened = OpenedSession(path: path, registry: registry)
    canceled = SharedFlag(opened.session.cancel)
  }

  /// Begins a new session with a stack made in Swift and some commands.
  package convenience init(
    stack: any SequenceLayer, lines: [String] = [], registry: LayerRegistry = .builtIn
  ) {
    self.init(path: nil, registry: registry)
    firstLines = Self.lines(opened.session.take(stack))
    for line in lines { firstLines += Self.lines(opened.session.perform(line)) }
  }

  package var greeting: [OutputLine] { firstLines + Self.lines(opened) }

  /// What was opened, and what to do with it.
  private static func lines(_ opened: OpenedSession) -> [OutputLine] {
    let notes = opened.notes.map { OutputLine($0, .hint) }
    let errors = opened.error.map { Self.lines("\($0)") } ?? []
    return notes + errors + FirstSteps.lines(opened.session)
  }

  private static func lines(_ error: String) -> [OutputLine] {
    error.split(separator: "\n").map { OutputLine(String($0), .bad) }
  }

  package var canceller: @Sendable () -> Void {
    { [canceled] in canceled.raise() }
  }

  package func perform(
    _ line: String, progress: @escaping (Progress) -> Void
  ) -> Outcome {
    guard !CommandLine.isOpen(line) else { return Outcome(status: .incomplete) }
    let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
    switch words.first ?? "" {
    case "quit", "exit", "q": return Outcome(status: .quit)
    case "open": return open(words.dropFirst().joined(separator: " "))
    default: break
    }
    let label = words.first ?? ""
    opened.session.progress = { progress(Progress(label: label, done: $0, total: $1)) }
    let outcome = opened.session.perform(line)
    return Outcome(Self.lines(outcome), status: outcome.status == 0 ? .done : .failed)
  }

  private static func lines(_ outcome: Session.Outcome) -> [OutputLine] {
    outcome.lines.map { OutputLine($0) } + (outcome.error.map { lines($0.description) } ?? [])
  }

  /// Changes to another session; the present one stays in its journal, and `open -` returns to it.
  private func open(_ path: String) -> Outcome {
    guard !path.isEmpty else {
      return Outcome([OutputLine("open FILE, or open - for the one before", .bad)], status: .failed)
    }
    if path == "-" {
      guard let back = previous else {
        return Outcome([OutputLine("no session was open before", .bad)], status: .failed)
      }
      (previous, opened) = (opened, back)
      canceled.replace(by: opened.session.cancel)
      return Outcome([OutputLine("back in \(opened.name)", .hint)])
    }
    let next = OpenedSession(path: path, registry: registry)
    guard next.error == nil else { return Outcome(Self.lines(next), status: .failed) }
    previous = opened
    opened = next
    canceled.replace(by: opened.session.cancel)
    return Outcome(Self.lines(next) + [OutputLine("open - returns", .hint)])
  }

  package func view(_ request: ViewRequest) -> SessionView {
    opened.session.selected = request.path == "." ? "" : request.path
    return ViewBuilder(
      session: opened.session, request: request, cache: cache, name: opened.name
    ).view()
  }

  /// The language stays the same while paths come and go, and there is much of it.
  private lazy var words = Vocabulary(opened.session)

  package var vocabulary: Vocabulary {
    words.paths = Vocabulary.paths(opened.session)
    return words
  }
}
