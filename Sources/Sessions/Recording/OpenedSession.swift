import Execution
package import Layers
import Notation
import Tensors
import Weights

/// A session made from a file, or a new one, with a journal of its own.
package struct OpenedSession {
  package var session: Session
  /// The file that was opened, without its folder.
  package var name: String
  /// What the header calls it: the file that it was opened from or saved to last.
  package var title: String {
    session.origin.map { String($0.split(separator: "/").last ?? "") } ?? name
  }
  /// Where what happens is written.
  package private(set) var journal: Journal?
  /// What the user should know.
  package var notes: [String]
  /// Why the file could not be opened; then the session is a new one.
  package var error: CommandError?

  /// Opens a session, a layer config, or nothing.
  ///
  /// The file is only read. Events that no longer work are said and left out.
  /// Without a path a new session begins. With `keepsJournal` what happens is written to a journal.
  /// `progress` is told of the session before its recording is carried out.
  package init(
    path: String?, registry: LayerRegistry = .builtIn, keepsJournal: Bool = true,
    folder: String = "", progress: ((Session) -> Void)? = nil
  ) {
    session = Session(registry: registry)
    session.files.folder = folder
    name = path.map { String($0.split(separator: "/").last ?? "") } ?? "new session"
    notes = []
    progress?(session)
    guard path != nil else {
      record(SessionFile(), keepsJournal)
      return
    }
    do {
      if let path, path.hasSuffix(".session") {
        try openRecording(path, keepsJournal)
      } else if let path {
        record(SessionFile(), keepsJournal)
        try openConfig(path)
      }
    } catch {
      self.error = Session.commandError(error)
      name = "new session"
      session = Session(registry: registry)
      session.files.folder = folder
      record(SessionFile(), keepsJournal)
    }
  }

  private mutating func openRecording(_ path: String, _ keepsJournal: Bool) throws {
    let place = session.files.resolved(path)
    let bytes = try ByteFile(path: place).readAll()
    let file = try SessionFile(bytes: bytes, name: path)
    if let damage = file.damage { notes.append("\(name): \(damage)") }
    if let dropped = file.dropped { notes.append(dropped) }
    file.lend(to: session.files, folder: RelativePath.folder(of: place))
    session.origin = path
    session.originDigest = FileDigest.of(bytes)
    var kept = file
    session.opening = OpeningPace(start: session.clock(), total: file.events.count)
    defer { session.opening = nil }
    for (index, event) in file.events.enumerated() {
      let mark = EventMark(position: session.position, run: session.run)
      let outcome = session.perform(event)
      session.opening?.done = index + 1
      session.tell(index + 1, of: file.events.count)
      if session.cancel.isRaised {
        kept.events = Array(file.events[..<index]) + [done(event, since: mark)].compactMap { $0 }
        notes.append(
          "stopped in event \(index + 1) of \(file.events.count); what was carried out stays, and "
            + "open \(path) opens all of it")
        break
      }
      guard let failure = outcome.error, outcome.status == 3, failure.code != .cancelled else {
        continue
      }
      notes += Self.unplayed(file, from: index, failure)
      kept.events = Array(file.events[..<index])
      break
    }
    // What is not all of a file is not saved in its place unless that is said.
    if kept.events.count < file.events.count || file.damage != nil || file.dropped != nil {
      session.origin = nil
    }
    notes.append("\(NumberText.counted(kept.events.count, "event")) of \(name) carried out")
    record(kept, keepsJournal)
  }

  /// As much of an event as was carried out when it was stopped; nil if that is nothing.
  private func done(_ event: SessionEvent, since mark: EventMark) -> SessionEvent? {
    guard session.run !== mark.run || session.position != mark.position else { return nil }
    var done = session.event(typed: event.typed, canonical: event.canonical, since: mark)
    (done.files, done.drawn, done.continues) = (event.files, event.drawn, event.continues)
    return done
  }

  /// What cannot be carried out, readable all the same.
  private static func unplayed(
    _ file: SessionFile, from index: Int, _ failure: CommandError
  ) -> [String] {
    var lines = ["event \(index + 1) cannot be carried out: \(failure)"]
    if failure.found.contains("no layer is called") {
      lines.append("this workbench does not have that layer; a package that registers it opens the")
      lines.append("session through WorkbenchKit")
    }
    if let stack = file.header.stack { lines.append("the stack, as recorded: \(stack)") }
    lines.append("not carried out:")
    let rest = file.events[index...]
    let most = 20
    lines += rest.prefix(most).map { "  \($0.from) → \($0.to)  \($0.typed)" }
    if rest.count > most { lines.append("  … \(rest.count - most) more") }
    return lines
  }

  private mutating func openConfig(_ path: String) throws {
    let ending = path.split(separator: ".").last.map { $0.lowercased() } ?? ""
    switch ending {
    case "safetensors", "gguf":
      throw CommandError(
        .file, found: "\(path) holds weights, which do not say how layers are put together",
        expected: "a session, or a layer config (.textproto, .json, .binpb)",
        suggestion: "open the config, give an input, then: weights \(path)")
    case "wav", "npy", "npz", "txt":
      throw CommandError(
        .file, found: "\(path) holds data", expected: "a session or a layer config",
        suggestion: "input \(path)")
    default: break
    }
    let outcome = session.perform("stack @\(path)")
    notes += outcome.lines
    if let error = outcome.error { throw error }
  }

  private mutating func record(_ file: SessionFile, _ keepsJournal: Bool) {
    guard keepsJournal else {
      session.recorder = Recorder(continuing: file)
      return
    }
    let journal = Journal()
    self.journal = journal
    session.recorder = Recorder(continuing: file) { journal.append($0) }
  }
}

extension OpenedSession {
  /// Opens the journal that was written to last, of those that hold anything.
  ///
  /// Those that cannot be read, and those without a whole event, are passed over and named.
  /// - Parameters:
  ///   - registry: the layers that can be named.
  ///   - journals: their folder.
  ///   - other: opened when there is no such journal.
  ///   - progress: told of the session before its recording is carried out.
  package init(
    last registry: LayerRegistry, in journals: String = Journal.directory(),
    otherwise other: String? = nil,
    progress: ((Session) -> Void)? = nil
  ) {
    var passedOver: [String] = []
    for path in Journal.newestFirst(in: journals) {
      let name = String(path.split(separator: "/").last ?? "")
      do {
        let file = try SessionFile(bytes: try ByteFile(path: path).readAll(), name: name)
        guard !file.events.isEmpty else {
          passedOver.append("passed over \(name): it holds no whole event")
          continue
        }
        self.init(path: path, registry: registry, progress: progress)
        notes = passedOver + notes
        return
      } catch {
        passedOver.append("passed over \(name): \(Session.commandError(error))")
      }
    }
    self.init(path: other, registry: registry, progress: progress)
    notes = passedOver + notes + ["there is no journal to go on with in \(journals)"]
  }
}

extension SessionFile {
  /// Gives the files that the session keeps to the commands that read them.
  package func lend(to files: SessionFiles, folder: String) {
    for (digest, bytes) in contents { files.keep(bytes, digest: digest) }
    files.originFolder = folder
    for file in header.files { files.relativePaths[file.use.digest] = file.relative }
  }

  /// The stack that the session came to.
  ///
  /// - Throws: ``CommandError`` when it has none, or a layer is missing here.
  package func stack(_ registry: LayerRegistry, name: String) throws -> SpecNode {
    let session = Session(registry: registry)
    if let text = header.stack {
      return try session.notation.read(text, as: .swift).spec
    }
    lend(to: session.files, folder: RelativePath.folder(of: name))
    var failure: CommandError?
    for event in events { failure = session.performDocument(of: event).error ?? failure }
    guard let layer = session.document.layer else {
      throw failure ?? CommandError(.notReady, found: "\(name) has no stack")
    }
    return try SpecNode(layer: layer)
  }
}
