package import Layers
import Notation

extension SessionFile {
  /// What became of a last command that ended the program.
  func unfinishedNotes(kept: [SessionEvent]) -> [String] {
    guard let unfinished else { return [] }
    return [unfinished.note(keptEvents: max(0, kept.count - unfinished.eventCount))]
  }

  /// The stack that the session came to.
  ///
  /// - Throws: ``CommandError`` when the file is damaged, it has no stack, or a layer is missing here.
  package func stack(
    _ registry: LayerRegistry, name: String, trusted: [String] = []
  ) throws -> SpecNode {
    if let damage { throw CommandError(.file, found: "\(name): \(damage)") }
    let session = Session(registry: registry)
    if let text = header.stack {
      return try session.notation.read(text, as: .swift).spec
    }
    session.files.lend(self, folder: RelativePath.folder(of: name), trusted: trusted)
    var failure: CommandError?
    for event in events { failure = session.performDocument(of: event).error ?? failure }
    guard let layer = session.document.layer else {
      throw failure ?? CommandError(.notReady, found: "\(name) has no stack")
    }
    return try SpecNode(layer: layer)
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
