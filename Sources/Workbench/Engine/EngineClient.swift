import Execution
package import Layers
import Notation
import Sessions
import Synchronization

/// A session engine as the front ends see it, with the commands that change which session it is.
package final class EngineClient: SessionClient {
  private let workspace: Workspace
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
    workspace = Workspace(path: path, registry: registry)
    canceled = SharedFlag(workspace.session.cancel)
  }

  /// Begins a new session with a stack made in Swift and some commands.
  package convenience init(
    stack: any SequenceLayer, lines: [String] = [], registry: LayerRegistry = .builtIn
  ) {
    self.init(path: nil, registry: registry)
    firstLines = Self.lines(workspace.session.take(stack))
    for line in lines { firstLines += Self.lines(workspace.perform(line)) }
  }

  package var greeting: [OutputLine] { firstLines + Self.lines(workspace.opened) }

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
    let label = line.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
    let tell: (Int, Int) -> Void = { progress(Progress(label: label, done: $0, total: $1)) }
    workspace.session.progress = tell
    let before = workspace.session
    let outcome = workspace.perform(line) { [canceled] next in
      next.progress = tell
      canceled.replace(by: next.cancel)
    }
    canceled.replace(by: workspace.session.cancel)
    if outcome.effect == .quit { return Outcome(status: .quit) }
    var lines = Self.lines(outcome)
    if workspace.session !== before { lines += FirstSteps.lines(workspace.session) }
    return Outcome(lines, status: outcome.status == 0 ? .done : .failed)
  }

  private static func lines(_ outcome: Session.Outcome) -> [OutputLine] {
    var lines = outcome.lines.map { OutputLine($0) }
    // The answer of a check stands among the lines already.
    if outcome.error?.code == .checkFailed, let last = lines.popLast() {
      lines.append(OutputLine(last.text, .bad))
    } else if let error = outcome.error {
      lines += Self.lines(error.description)
    }
    return lines
  }

  package func view(_ request: ViewRequest) -> SessionView {
    workspace.session.selected = request.path == "." ? "" : request.path
    return ViewBuilder(
      session: workspace.session, request: request, cache: cache, name: workspace.opened.name
    ).view()
  }

  /// The language stays the same while paths come and go, and there is much of it.
  private lazy var words = Vocabulary(workspace.session)

  package var vocabulary: Vocabulary {
    words.paths = Vocabulary.paths(workspace.session)
    return words
  }
}
