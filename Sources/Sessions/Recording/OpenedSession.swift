import Diagnostics
import Execution
package import Layers
import Notation
import ONNX
import Serialization
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
  /// Notes for the user.
  package var notes: [String]
  /// Why the file could not be opened; then the session is a new one.
  package var error: CommandError?

  /// Opens a session, a layer config, or nothing.
  ///
  /// The file is only read. Events that no longer work are said and left out.
  /// Without a path a new session begins. With `keepsJournal` what happens is written to a journal.
  /// `trusted` are files outside its folder that the session may read, besides those that the user has agreed
  /// to before. `progress` is called with the session
  /// before its recording is carried out.
  package init(
    path: String?, registry: LayerRegistry = .builtIn, keepsJournal: Bool = true,
    folder: String = "", trusted: [String] = [], agreements: Agreements = Agreements(),
    progress: ((Session) -> Void)? = nil
  ) {
    session = Session(registry: registry)
    session.files.folder = folder
    session.files.agreements = agreements
    name = path.map { String($0.split(separator: "/").last ?? "") } ?? "new session"
    notes = []
    progress?(session)
    guard path != nil else {
      record(SessionFile(), keepsJournal)
      return
    }
    do {
      if let path, try isRecording(path) {
        try openRecording(path, trusted, keepsJournal)
      } else if let path {
        record(SessionFile(), keepsJournal)
        try openConfig(path)
      }
    } catch {
      self.error = CommandError(error)
      name = "new session"
      session = Session(registry: registry)
      session.files.folder = folder
      session.files.agreements = agreements
      record(SessionFile(), keepsJournal)
    }
  }

  private mutating func openRecording(
    _ path: String, _ trusted: [String], _ keepsJournal: Bool
  ) throws {
    let place = session.files.resolved(path)
    let bytes = try ByteFile(path: place, isStopped: session.files.isStopped).readAll()
    var file = try SessionFile(bytes: bytes, name: path)
    if let damage = file.damage { notes.append("\(name): \(damage)") }
    if let dropped = file.dropped { notes.append(dropped) }
    session.origin = path
    let digest = ByteDigest.of(bytes)
    session.originDigest = digest
    session.openedPath = (path, digest)
    let agreed = session.files.agreements.places(session: place, digest: digest)
    session.files.lend(file, folder: RelativePath.folder(of: place), trusted: trusted + agreed)
    let eventCount = file.events.count
    if session.files.access?.isJournal == true {
      let note = OpeningNote(digest: digest)
      session.openingNote = note
      if let count = note.eventCount, let said = file.leaveOutLast(of: count) { notes.append(said) }
    }
    var kept = carryOut(file, path)
    // What the session comes to from here on is not what the file came to.
    kept.header.stack = nil
    // What is not all of a file is not saved in its place unless that is said.
    if kept.events.count < eventCount || file.damage != nil || file.dropped != nil
      || file.unfinished != nil
    {
      session.origin = nil
    }
    notes += file.unfinishedNotes(kept: kept.events)
    session.savedCount = kept.events.count
    notes.append("\(NumberText.counted(kept.events.count, "event")) of \(name) carried out")
    record(kept, keepsJournal)
  }

  /// Carries out the events of a file; gives those that were, as they were.
  private mutating func carryOut(_ file: SessionFile, _ path: String) -> SessionFile {
    var kept = file
    session.opening = ReplayProgress(start: session.clock(), total: file.events.count)
    defer { session.opening = nil }
    for (index, event) in file.events.enumerated() {
      let mark = EventMark(position: session.position, run: session.run)
      let outcome = session.perform(event)
      session.opening?.done = index + 1
      session.tell(index + 1, of: file.events.count)
      if session.cancel.isRaised {
        kept.events = Array(kept.events[..<index]) + [done(event, since: mark)].compactMap { $0 }
        notes.append(
          "stopped in event \(index + 1) of \(file.events.count); what was carried out stays, and "
            + "open \(path) opens all of it")
        return kept
      }
      if let failure = outcome.error, outcome.status == 3, failure.code != .cancelled {
        notes += unplayed(file, from: index, failure)
        kept.events = Array(kept.events[..<index])
        return kept
      }
      // What is written down is what was done, not what the file calls so.
      let hasEarlierNames = session.hasEarlierNames(event)
      if event.from != mark.position || event.to != session.position || hasEarlierNames {
        kept.events[index] = session.event(event, since: mark)
      }
      if hasEarlierNames, !notes.contains(SessionEvent.earlierNamesNote) {
        notes.append(SessionEvent.earlierNamesNote)
      }
      kept.events[index].files = session.files.used
    }
    if let note = session.headerNote(file) { notes.append(note) }
    return kept
  }

  /// As much of an event as was carried out when it was stopped; nil if that is nothing.
  private func done(_ event: SessionEvent, since mark: EventMark) -> SessionEvent? {
    guard session.run !== mark.run || session.position != mark.position else { return nil }
    var done = session.event(event, since: mark)
    done.files = session.files.used
    return done
  }

  /// What cannot be carried out, readable all the same.
  private func unplayed(
    _ file: SessionFile, from index: Int, _ failure: CommandError
  ) -> [String] {
    let rest = file.events[index...]
    var lines = ["event \(index + 1) cannot be carried out: \(failure)"]
    if failure.code == .untrusted {
      session.files.request(rest.flatMap(\.files))
      let names = session.files.requests.map(\.operand)
      if names.count > 1 {
        lines.append("all that it wants to read: trust \(names.joined(separator: " "))")
      }
    }
    if failure.code == .unknownLayer {
      lines.append("this workbench does not have that layer; a package that registers it opens the")
      lines.append("session through WorkbenchKit")
    }
    if let stack = file.header.stack { lines.append("the stack, as recorded: \(stack)") }
    lines.append("not carried out:")
    let most = 20
    lines += rest.prefix(most).map { "  \($0.from) → \($0.to)  \($0.canonical)" }
    if rest.count > most { lines.append("  … \(rest.count - most) more") }
    return lines
  }

  /// Whether a file is a session, by its ending or by what it begins with.
  private func isRecording(_ path: String) throws -> Bool {
    if path.hasSuffix(".session") { return true }
    let file = try ByteFile(path: session.files.resolved(path), isStopped: session.files.isStopped)
    return SessionLines.areBegun(by: try file.read(0..<min(file.count, 64)))
  }

  private mutating func openConfig(_ path: String) throws {
    let ending = path.split(separator: ".").last.map { $0.lowercased() } ?? ""
    let isModel = session.isModel(path)
    // Of configs the ending alone says what they are; JSON may be something else.
    let format = NotationFormat(fileExtension: ending)
    if !isModel, format == nil || format == .json {
      try refuseOther(path, isConfig: format == .json)
    }
    let outcome = session.perform("stack @\(path)")
    notes += outcome.lines
    if isModel, outcome.error == nil { notes += try session.requireGraph(nil).graph.summary }
    if let error = outcome.error { throw error }
  }

  /// Refuses a file of a known kind that is no config, with what it is for.
  private func refuseOther(_ path: String, isConfig: Bool) throws {
    let file = try ByteFile(path: session.files.resolved(path), isStopped: session.files.isStopped)
    guard let kind = try FileKind.of(file) else { return }
    let expected = "a session, or a layer config (.textproto, .json, .binpb)"
    switch kind {
    case .safetensors, .safetensorsIndex:
      throw CommandError(
        .file, found: "\(path) holds weights, which do not say how layers are put together",
        expected: expected, suggestion: "open the config, give an input, then: weights \(path)")
    case .npy, .npz, .wav, .recording, .table, .text:
      throw CommandError(
        .file, found: "\(path) holds data: \(kind.saying)", expected: expected,
        suggestion: "input \(path)")
    case .foreign(let foreign):
      if isConfig, foreign == .json { return }
      throw CommandError(
        .file, found: "\(path): \(kind.saying)", expected: expected,
        suggestion: foreign.advice(for: path))
    }
  }

  private mutating func record(_ file: SessionFile, _ keepsJournal: Bool) {
    guard keepsJournal else {
      session.recorder = Recorder(continuing: file)
      return
    }
    session.recorder = Recorder(continuing: file, journal: Journal())
  }
}

extension OpenedSession {
  /// Opens the journal that was written to last, of those that hold anything.
  ///
  /// Those that cannot be read, and those without a whole event, are passed over and named. A last
  /// command that ended the program is left out, and named too.
  /// - Parameters:
  ///   - registry: the layers that can be named.
  ///   - journals: their folder.
  ///   - other: opened when there is no such journal.
  ///   - trusted: files that it may read wherever they lie.
  ///   - progress: called with the session before its recording is carried out.
  package init(
    last registry: LayerRegistry, in journals: String = JournalFolder.path(),
    otherwise other: String? = nil, trusted: [String] = [],
    progress: ((Session) -> Void)? = nil
  ) {
    var passedOver: [String] = []
    for path in Journal.newestFirst(in: journals) {
      let name = String(path.split(separator: "/").last ?? "")
      do {
        let file = try SessionFile(bytes: try ByteFile(path: path).readAll(), name: name)
        guard !file.events.isEmpty else {
          passedOver.append("passed over \(name): it holds no whole event")
          passedOver += file.unfinishedNotes(kept: [])
          continue
        }
        self.init(path: path, registry: registry, trusted: trusted, progress: progress)
        notes = passedOver + notes
        return
      } catch {
        passedOver.append("passed over \(name): \(CommandError(error))")
      }
    }
    self.init(path: other, registry: registry, trusted: trusted, progress: progress)
    notes = passedOver + notes + ["there is no journal to go on with in \(journals)"]
  }
}
