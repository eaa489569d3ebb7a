package import Layers
import Notation

extension SessionFile {
  /// What became of a last command that ended the program.
  func unfinishedNotes(kept: [SessionEvent]) -> [String] {
    guard let unfinished else { return [] }
    return [unfinished.note(keptEvents: max(0, kept.count - unfinished.eventCount))]
  }

  /// The stack that the commands of the session make, with notes for people.
  ///
  /// What the first line names is only believed where the commands make it: a file can say anything.
  ///
  /// - Throws: ``CommandError`` when the file is damaged, it has no stack, a layer is missing here, or what
  ///   the first line names is not made because a command cannot be carried out.
  package func stack(
    _ registry: LayerRegistry, name: String, trusted: [String] = []
  ) throws -> (spec: SpecNode, notes: [String]) {
    if let damage { throw CommandError(.file, found: "\(name): \(damage)") }
    let session = Session(registry: registry)
    session.files.lend(self, folder: RelativePath.folder(of: name), trusted: trusted)
    var failure: CommandError?
    // Answers of checks belong to positions, which are not gone to.
    for event in events where event.holds == nil {
      let outcome = session.performDocument(of: event)
      if outcome.status == 3 { failure = failure ?? outcome.error }
    }
    guard let layer = session.document.layer else {
      throw failure ?? CommandError(.notReady, found: "\(name) has no stack")
    }
    guard let note = session.headerNote(self) else { return (try session.spec(of: layer), []) }
    if let failure {
      throw CommandError(
        .file,
        found: "\(name): its first line names another stack than its commands make here, where "
          + "one cannot be carried out (\(failure))",
        expected: "the same stack", suggestion: "workbench replay \(name) tells which one")
    }
    return (try session.spec(of: layer), ["\(name): \(note)"])
  }
}

extension Session {
  /// An event of a file as it was carried out here.
  func event(_ event: SessionEvent, since mark: EventMark) -> SessionEvent {
    var made = self.event(typed: event.typed, canonical: event.canonical, since: mark)
    (made.files, made.drawn) = (event.files, event.drawn)
    (made.holds, made.continues) = (event.holds, event.continues)
    return made
  }

  /// What is wrong with the stack that a header names, where all events have made another one.
  func headerNote(_ file: SessionFile) -> String? {
    guard let text = file.header.stack, let stackText, text != stackText, file.damage == nil,
      file.dropped == nil, file.unfinished == nil
    else { return nil }
    let named = (try? notation.read(text, as: .swift)).map { notation.swift($0.spec, width: .max) }
    guard named != stackText else { return nil }
    return "its first line names another stack than its commands make; theirs counts"
  }
}
