import Runtime
import Weights

/// A session as lines of JSON, each with a checksum: a header, then one event a command.
///
/// A line is `{"sum": "…", "line": …}` with the digest of the line's text. A file that was cut at any
/// byte gives its whole lines; what is behind the last whole one is dropped, and said.
package struct SessionFile: Sendable {
  package var header: SessionHeader
  package var events: [SessionEvent]
  /// What was dropped, for people; nil if the file was whole.
  package var dropped: String?

  package init(header: SessionHeader = SessionHeader(), events: [SessionEvent] = []) {
    self.header = header
    self.events = events
  }

  /// Reads a session.
  ///
  /// - Throws: ``CommandError`` `.file` for a file that is no session, or of a newer format.
  package init(bytes: [UInt8], name: String) throws(CommandError) {
    var lines: [JSONValue] = []
    var kept = 0
    var start = bytes.startIndex
    while let end = bytes[start...].firstIndex(of: 0x0A) {
      guard let line = Self.line(Array(bytes[start..<end])) else { break }
      lines.append(line)
      start = end + 1
      kept = start
    }
    guard let first = lines.first, let header = SessionHeader(first) else {
      throw CommandError(
        .file, found: "\(name) is no session, or its first line is damaged",
        expected: "a file that workbench saved")
    }
    guard header.format <= SessionHeader.currentFormat else {
      throw CommandError(
        .file, found: "\(name) has format \(header.format)",
        expected: "at most \(SessionHeader.currentFormat)", suggestion: "use a newer workbench")
    }
    self.header = header
    events = lines.dropFirst().compactMap(SessionEvent.init)
    let rest = bytes.count - kept
    dropped = rest == 0 ? nil : "dropped \(rest) bytes of an unfinished event"
  }

  private static func line(_ bytes: [UInt8]) -> JSONValue? {
    guard let json = try? JSONParser.parse(bytes), let sum = json["sum"]?.string,
      let content = json["line"]
    else { return nil }
    return checksum(content) == sum ? content : nil
  }

  private static func checksum(_ content: JSONValue) -> String {
    var digest = Digest()
    digest.add(content.text())
    return digest.value.hex
  }

  /// A line of the file.
  static func text(_ content: JSONValue) -> String {
    JSONValue.object([.init("sum", .string(checksum(content))), .init("line", content)]).text()
      + "\n"
  }

  /// The whole file.
  package var bytes: [UInt8] {
    Array((Self.text(header.json) + events.map { Self.text($0.json) }.joined()).utf8)
  }
}
