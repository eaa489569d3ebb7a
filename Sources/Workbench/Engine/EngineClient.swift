import Execution
package import Layers
import Notation
import Sessions
import Synchronization

/// A session engine as the front ends see it, with the commands that change which session it is.
package final class EngineClient: SessionClient {
  private var workspace = Workspace()
  private let canceled: SharedFlag
  private let cache = RunCache()
  private let showsScreens: Bool
  /// Opens what there is to work in, and gives what its first commands answered.
  private let opener: Opener

  private typealias Opener = (@escaping (Session) -> Void) -> (Workspace, [OutputLine])

  /// The flag of the present session, for threads that may stop it.
  private final class SharedFlag: Sendable {
    private let flag: Mutex<CancelFlag>

    init(_ flag: CancelFlag) { self.flag = Mutex(flag) }

    func replace(by new: CancelFlag) { flag.withLock { $0 = new } }
    func raise() { flag.withLock { $0.raise() } }
  }

  private init(showsScreens: Bool, opener: @escaping Opener) {
    self.showsScreens = showsScreens
    self.opener = opener
    canceled = SharedFlag(workspace.session.cancel)
  }

  /// Opens a file, or begins a new session; it stays on the thread that calls ``open(progress:)``.
  ///
  /// With `resumesLast` the newest journal that holds anything is opened instead, if there is one.
  /// `trusted` are files that it may read wherever they lie. `showsScreens` is for front ends that draw
  /// views: then what they show is computed in time.
  package convenience init(
    path: String?, lines: [String] = [], resumesLast: Bool = false, trusted: [String] = [],
    registry: LayerRegistry, showsScreens: Bool = true
  ) {
    self.init(showsScreens: showsScreens) { willOpen in
      let workspace =
        resumesLast
        ? Workspace(last: registry, otherwise: path, trusted: trusted, willOpen: willOpen)
        : Workspace(path: path, registry: registry, trusted: trusted, willOpen: willOpen)
      guard workspace.opened.error == nil else { return (workspace, []) }
      return (workspace, lines.flatMap { Self.lines(workspace.perform($0)) })
    }
  }

  /// Begins a new session with a stack made in Swift and some commands.
  package convenience init(
    stack: any SequenceLayer, lines: [String] = [], registry: LayerRegistry = .builtIn,
    showsScreens: Bool = true
  ) {
    self.init(showsScreens: showsScreens) { willOpen in
      let workspace = Workspace(registry: registry, willOpen: willOpen)
      var answers = Self.lines(workspace.session.take(stack))
      for line in lines { answers += Self.lines(workspace.perform(line)) }
      return (workspace, answers)
    }
  }

  package func open(
    showing request: ViewRequest? = nil, progress: @escaping (Progress) -> Void
  ) -> Outcome {
    let (opened, answers) = opener { [canceled] session in
      session.progress = { progress(Progress(label: "opening, event", done: $0, total: $1)) }
      canceled.replace(by: session.cancel)
    }
    workspace = opened
    let session = workspace.session
    canceled.replace(by: session.cancel)
    if showsScreens {
      session.openingNote?.begin(eventCount: session.recorder?.file.events.count ?? 0)
    }
    let wantsResult = showsScreens || session.position > 0
    let missing = wantsResult ? prepared(progress) : []
    var outcome = Outcome(
      Self.lines(workspace.opened) + answers + missing + firstSteps,
      status: workspace.opened.error == nil ? .done : .failed)
    outcome.view = request.map(view)
    if showsScreens { markShown() }
    return outcome
  }

  private var firstSteps: [OutputLine] {
    FirstSteps(session: workspace.session, hasKeys: showsScreens).lines
  }

  /// Computes what the screen shows beyond the answers of commands, and says so when that was stopped.
  private func prepared(_ progress: @escaping (Progress) -> Void) -> [OutputLine] {
    let session = workspace.session
    session.cancel.lower()
    defer { session.cancel.lower() }
    do {
      try session.prepareScreen {
        progress(
          Progress(
            label: session.hasLayerWise ? "last step" : "layer-wise", done: $0, total: $1))
      }
    } catch  where session.cancel.isRaised {
      return [session.hasLayerWise ? Self.missingChanges : Self.missingResult]
    } catch {
      // The commands that need it say why it cannot be had.
    }
    return []
  }

  private static let missingResult = OutputLine(
    "the layer-wise result was stopped, so nothing is compared; the next command computes it", .hint
  )

  private static let missingChanges = OutputLine(
    "what the last step changed is not known, for that was stopped; show state finds out", .hint)

  /// What was opened, and what to do with it.
  private static func lines(_ opened: OpenedSession) -> [OutputLine] {
    let notes = opened.notes.map { OutputLine($0, .hint) }
    let errors = opened.error.map { Self.lines("\($0)") } ?? []
    return notes + errors
  }

  private static func lines(_ error: String) -> [OutputLine] {
    error.split(separator: "\n").map { OutputLine(String($0), .bad) }
  }

  package var canceller: @Sendable () -> Void {
    { [canceled] in canceled.raise() }
  }

  package func perform(
    _ line: String, showing request: ViewRequest? = nil, progress: @escaping (Progress) -> Void
  ) -> Outcome {
    guard !CommandLine.isOpen(line) else { return Outcome(status: .incomplete) }
    let label = line.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
    let tell: (Int, Int) -> Void = { progress(Progress(label: label, done: $0, total: $1)) }
    workspace.session.progress = tell
    let before = workspace.session
    if let path = request?.look.path { before.selected = path == "." ? "" : path }
    let outcome = workspace.perform(line) { [canceled] next in
      next.progress = tell
      canceled.replace(by: next.cancel)
    }
    canceled.replace(by: workspace.session.cancel)
    if outcome.effect == .quit {
      return Outcome(outcome.lines.map { OutputLine($0) }, status: .quit)
    }
    var lines = Self.lines(outcome)
    if showsScreens {
      // From here on until there is something to show: a journal that ends here is opened without this command.
      workspace.session.recorder?.mark(.showing)
      let wasStopped = outcome.error?.code == .cancelled && !workspace.session.hasLayerWise
      lines += wasStopped ? [Self.missingResult] : prepared(progress)
    }
    if workspace.session !== before { lines += firstSteps }
    var result = Outcome(
      lines, status: outcome.status == 0 ? .done : .failed, prefill: outcome.prefill)
    result.view = request.map(view)
    if showsScreens { markShown() }
    return result
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
    // A wish to stop that came too late is not meant for looking.
    workspace.session.cancel.lower()
    return ViewBuilder(
      session: workspace.session, request: request, cache: cache, name: workspace.opened.title
    ).view()
  }

  package func close() -> [OutputLine] {
    guard let obstacle = workspace.session.recorder?.flush() else { return [] }
    return [OutputLine("not all that was done is in the journal: \(obstacle)", .bad)]
  }

  private func markShown() {
    workspace.session.recorder?.mark(.shown)
    workspace.session.openingNote?.end()
  }

  /// The language stays the same while paths come and go, and there is much of it.
  private lazy var words = Vocabulary(workspace.session)

  package var vocabulary: Vocabulary {
    words.paths = Vocabulary.paths(workspace.session)
    words.leaves = workspace.session.leafPaths
    return words
  }
}
