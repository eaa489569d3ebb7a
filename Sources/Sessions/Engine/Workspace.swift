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

  /// Opens a file, or begins a new session.
  ///
  /// With `keepsJournal` every session writes a journal. Relative paths start at `folder`, or in the
  /// working directory where it is empty.
  ///
  /// `willOpen` is told of the session before its recording is carried out.
  package init(
    path: String? = nil, registry: LayerRegistry = .builtIn, keepsJournal: Bool = true,
    folder: String = "", willOpen: ((Session) -> Void)? = nil
  ) {
    self.registry = registry
    self.keepsJournal = keepsJournal
    self.folder = folder
    opened = OpenedSession(
      path: path, registry: registry, keepsJournal: keepsJournal, folder: folder,
      progress: willOpen)
  }

  /// Goes on with the newest journal that holds anything, or begins a new session.
  ///
  /// Without one it is `path` that is opened, if that is given.
  package init(
    last registry: LayerRegistry, otherwise path: String? = nil,
    willOpen: ((Session) -> Void)? = nil
  ) {
    self.registry = registry
    keepsJournal = true
    folder = ""
    opened = OpenedSession(last: registry, otherwise: path, progress: willOpen)
  }

  /// The session that is worked in.
  package var session: Session { opened.session }

  /// Carries out one line, `open` among them.
  ///
  /// `willOpen` is told of a session before its recording is carried out, so that it can be cancelled
  /// and its progress followed.
  package func perform(
    _ line: String, willOpen: @escaping (Session) -> Void = { _ in }
  ) -> Session.Outcome {
    var outcome = session.perform(line)
    guard case .open(let path)? = outcome.effect else { return outcome }
    outcome.effect = nil
    if path == "-" { return back(outcome) }
    let next = OpenedSession(
      path: path, registry: registry, keepsJournal: keepsJournal, folder: folder,
      progress: willOpen)
    guard next.error == nil else {
      return Session.Outcome(lines: next.notes, error: next.error, status: 3)
    }
    previous = opened
    opened = next
    outcome.lines = next.notes + ["open - returns"]
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
    outcome.lines = ["back in \(opened.title)"]
    return outcome
  }
}
