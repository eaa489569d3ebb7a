import Layers
import Serialization

/// A session as lines of JSON, each with a checksum: a header, then the bytes of files and one event
/// a command.
///
/// A line is `{"sum":"…","event":…}` with the digest of the text of its content. A file that was cut at any
/// byte gives its whole lines and says what is behind them; a line that was changed afterwards, or that
/// holds a command which sessions do not record, is damage, and said as such. A journal has marks too, which
/// tell whether its last command ended the program. `Protos/session.proto` describes every field.
package struct SessionFile: Sendable {
  package var header: SessionHeader
  /// The bytes of files by their digest.
  package var contents: [UInt64: [UInt8]] = [:]
  package var events: [SessionEvent]
  /// What was dropped behind the last whole line, for people; nil if the file was whole.
  package var dropped: String?
  /// Which line is damaged, for people; the events behind it are dropped too.
  package var damage: String?
  /// The last command of a journal, where it ended the program; its events are dropped if that was behind
  /// them.
  package private(set) var unfinished: UnfinishedCommand?

  package init(header: SessionHeader = SessionHeader(), events: [SessionEvent] = []) {
    self.header = header
    self.events = events
  }

  /// Reads a session.
  ///
  /// - Throws: ``CommandError`` `.file` for a file that is no session, or of another format.
  package init(bytes: [UInt8], name: String) throws(CommandError) {
    let cut = SessionLines(bytes)
    guard let first = cut.lines.first, first.kind == .header,
      let header = SessionHeader(first.content)
    else {
      throw Self.noSession(bytes, name)
    }
    guard header.format == SessionHeader.currentFormat else {
      throw CommandError(
        .file, found: "\(name) has format \(header.format)",
        expected: "format \(SessionHeader.currentFormat)",
        suggestion: header.format > SessionHeader.currentFormat
          ? "use a newer workbench" : "record it again: its lines can be read as text")
    }
    self.header = header
    events = []
    damage = cut.damage
    dropped = cut.dropped
    for (index, line) in cut.lines.dropFirst().enumerated() {
      do throws(CommandError) { try take(line) } catch {
        damage = damage ?? "line \(index + 2) is damaged: \(error)"
        break
      }
    }
    unfinished = unfinished.flatMap { $0.endedProgram ? $0 : nil }
    if let unfinished, unfinished.wasShowing {
      events.removeLast(max(0, events.count - unfinished.eventCount))
    }
  }

  private mutating func take(_ line: SessionLines.Line) throws(CommandError) {
    switch line.kind {
    case .event:
      guard let event = SessionEvent(line.content) else { break }
      try RecordedCommand.check(event.canonical)
      return events.append(event)
    case .file:
      guard let (digest, bytes) = Self.file(line.content) else { break }
      contents[digest] = bytes
      return
    case .mark:
      guard let mark = SessionMark(line.content) else { break }
      unfinished = .following(unfinished, mark, eventCount: events.count)
      return
    case .header: break
    }
    throw CommandError(.file, found: "it is neither a command nor a file")
  }

  private static func noSession(_ bytes: [UInt8], _ name: String) -> CommandError {
    guard !bytes.isEmpty else {
      return CommandError(
        .file, found: "\(name) is empty", expected: "a file that workbench saved")
    }
    return CommandError(
      .file, found: "\(name) is no session, or its first line is damaged",
      expected: "a file that workbench saved")
  }

  // MARK: - Writing

  /// The line that carries the bytes of a file.
  static func line(of bytes: [UInt8], digest: UInt64) -> String {
    SessionLines.text(
      .file,
      .object([
        .init("digest", .string(digest.hex)), .init("data", .string(Base64.encode(bytes))),
      ]))
  }

  private static func file(_ line: JSONValue) -> (UInt64, [UInt8])? {
    guard let digest = line["digest"]?.string.flatMap({ UInt64(hex: $0) }),
      let bytes = line["data"]?.string.flatMap(Base64.decode), ByteDigest.of(bytes) == digest
    else { return nil }
    return (digest, bytes)
  }

  /// The whole file as text, each kept file before the first command that reads it.
  package var text: String {
    var written: Set<UInt64> = []
    var text = SessionLines.text(.header, header.json)
    for event in events {
      for use in event.files where written.insert(use.digest).inserted {
        if let bytes = contents[use.digest] {
          text += Self.line(of: bytes, digest: use.digest)
        }
      }
      text += SessionLines.text(.event, event.json)
    }
    return text
  }

  /// The whole file.
  package var bytes: [UInt8] { Array(text.utf8) }
}
