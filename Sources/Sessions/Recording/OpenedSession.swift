package import Layers
import Weights

/// A session made from a file, or a new one, with a journal of its own.
package struct OpenedSession {
  package var session: Session
  /// What the header calls it.
  package var name: String
  /// What the user should know.
  package var notes: [String]
  /// Why the file could not be opened; then the session is a new one.
  package var error: CommandError?

  /// Opens a session, a layer config, or nothing.
  ///
  /// The file is only read. Events that no longer work are said and left out.
  package init(path: String?, registry: LayerRegistry = .builtIn) {
    session = Session(registry: registry)
    name = path.map { String($0.split(separator: "/").last ?? "") } ?? "new session"
    notes = []
    do {
      if let path, path.hasSuffix(".session") {
        try openRecording(path)
      } else {
        record(SessionFile())
        if let path { openConfig(path) }
      }
    } catch {
      self.error = error as? CommandError ?? CommandError(.file, found: "\(error)")
      name = "new session"
      record(SessionFile())
    }
  }

  private mutating func openRecording(_ path: String) throws {
    let file = try SessionFile(bytes: try ByteFile(path: path).readAll(), name: path)
    if let dropped = file.dropped { notes.append(dropped) }
    var kept = file
    for (index, event) in file.events.enumerated() {
      let outcome = session.perform(event.canonical)
      guard let failure = outcome.error, outcome.status == 3 else { continue }
      notes.append("stopped at event \(index + 1) (\(event.typed)): \(failure)")
      kept.events = Array(file.events[..<index])
      break
    }
    notes.append("\(kept.events.count) events of \(name) carried out")
    record(kept)
  }

  private mutating func openConfig(_ path: String) {
    let outcome = session.perform("stack @\(path)")
    notes += outcome.lines
    error = outcome.error
  }

  private func record(_ file: SessionFile) {
    let journal = Journal(waitingLines: 1 + file.events.count)
    session.recorder = Recorder(continuing: file) { journal.append($0) }
  }
}
