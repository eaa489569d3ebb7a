package import Layers

/// The session that is worked in, and the one before it, with the commands that go from one to
/// another.
package final class Workspace {
  /// The session that is worked in.
  package private(set) var opened: OpenedSession
  private var previous: OpenedSession?
  private let registry: LayerRegistry
  private let keepsJournal: Bool
  private let folder: String
  /// Files outside their folders that sessions may read.
  private let trusted: [String]
  private let agreements: Agreements

  /// Opens a file, or begins a new session.
  ///
  /// With `keepsJournal` every session writes a journal. Relative paths start at `folder`, or in the
  /// working directory where it is empty. `trusted` are files that sessions may read wherever they lie.
  ///
  /// `willOpen` is called with the session before its recording is carried out.
  package init(
    path: String? = nil, registry: LayerRegistry = .builtIn, keepsJournal: Bool = true,
    folder: String = "", trusted: [String] = [], agreements: Agreements = Agreements(),
    willOpen: ((Session) -> Void)? = nil
  ) {
    self.registry = registry
    self.keepsJournal = keepsJournal
    self.folder = folder
    self.trusted = trusted
    self.agreements = agreements
    opened = OpenedSession(
      path: path, registry: registry, keepsJournal: keepsJournal, folder: folder, trusted: trusted,
      agreements: agreements, progress: willOpen)
  }

  /// Goes on with the newest journal that holds anything, or begins a new session.
  ///
  /// Without one it is `path` that is opened, if that is given.
  package init(
    last registry: LayerRegistry, otherwise path: String? = nil, trusted: [String] = [],
    willOpen: ((Session) -> Void)? = nil
  ) {
    self.registry = registry
    self.trusted = trusted
    keepsJournal = true
    folder = ""
    agreements = Agreements()
    opened = OpenedSession(
      last: registry, otherwise: path, trusted: trusted, progress: willOpen)
  }

  /// The session that is worked in.
  package var session: Session { opened.session }

  /// Carries out one line, `open` among them.
  ///
  /// `willOpen` is called with a session before its recording is carried out, so that it can be cancelled
  /// and its progress followed.
  package func perform(
    _ line: String, willOpen: @escaping (Session) -> Void = { _ in }
  ) -> Session.Outcome {
    let outcome = session.perform(line)
    switch outcome.effect {
    case nil, .quit?: return outcome
    case .open("-")?: return back(outcome)
    case .open(let path)?: return open(path, outcome, willOpen: willOpen)
    case .reopen(let places)?:
      guard let path = session.openedPath?.path else { return outcome }
      // What has not been worked in is not worth going back to.
      let isReplaced = session.recorder?.hasNewEvents == false
      return open(path, outcome, trusting: places, replaces: isReplaced, willOpen: willOpen)
    }
  }

  private func open(
    _ path: String, _ outcome: Session.Outcome, trusting places: [String] = [],
    replaces: Bool = false, willOpen: @escaping (Session) -> Void
  ) -> Session.Outcome {
    var outcome = outcome
    outcome.effect = nil
    let next = OpenedSession(
      path: path, registry: registry, keepsJournal: keepsJournal, folder: folder,
      trusted: trusted + places, agreements: agreements, progress: willOpen)
    guard next.error == nil else {
      return Session.Outcome(lines: next.notes, error: next.error, status: 3)
    }
    let lost = session.recorder?.flush().map {
      "\(opened.name) is not wholly in its journal: \($0)"
    }
    if !replaces { previous = opened }
    opened = next
    outcome.lines += [lost].compactMap { $0 } + next.notes
    if previous != nil { outcome.lines.append("open - returns") }
    return outcome
  }

  private func back(_ outcome: Session.Outcome) -> Session.Outcome {
    guard let back = previous else {
      let error = CommandError(
        .notReady, found: "no session was open before", suggestion: "open FILE")
      return Session.Outcome(error: error, status: 3)
    }
    (previous, opened) = (opened, back)
    var outcome = outcome
    outcome.effect = nil
    outcome.lines = ["back in \(opened.title)"]
    return outcome
  }
}
