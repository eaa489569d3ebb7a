package import Serialization

/// The lines of a session file, each with its checksum.
package struct SessionLines {
  /// What a line holds.
  package enum Kind: String, CaseIterable, Sendable {
    case header, file, event, mark
  }

  /// A line whose checksum holds.
  package struct Line {
    package var kind: Kind
    package var content: JSONValue
  }

  /// The whole lines, up to the first that is not as it was written.
  package private(set) var lines: [Line] = []
  /// What is behind them, for people.
  package private(set) var dropped: String?
  /// Why the first that was not kept is damaged; nil when it is only unfinished.
  package private(set) var damage: String?

  /// Reads lines.
  ///
  /// Checksums are over what the lines say: a byte order mark before the first, carriage returns at their
  /// ends and the newline of the last may have come and gone.
  package init(_ bytes: [UInt8]) {
    var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    while let end = bytes[start...].firstIndex(of: 0x0A) {
      guard let line = Self.line(bytes[start..<end]) else {
        damage = "line \(lines.count + 1) is damaged: its checksum does not hold"
        break
      }
      lines.append(line)
      start = end + 1
    }
    if damage == nil, let last = Self.line(bytes[start...]) {
      lines.append(last)
      return
    }
    guard start < bytes.endIndex else { return }
    let rest = bytes.endIndex - start
    dropped =
      damage == nil
      ? "dropped \(rest) bytes of an unfinished event" : "dropped \(rest) bytes from there on"
  }

  /// Whether a file that begins so is made of such lines.
  package static func areBegun(by start: [UInt8]) -> Bool {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    return start.dropFirst(start.starts(with: mark) ? mark.count : 0).starts(with: opening)
  }

  private static let opening = Array("{\"sum\":\"".utf8)

  /// What a line holds, if it is byte for byte what was written.
  private static func line(_ whole: ArraySlice<UInt8>) -> Line? {
    let bytes = whole.last == 0x0D ? whole.dropLast() : whole
    let sumStart = bytes.startIndex + opening.count
    let sumEnd = sumStart + 16
    guard sumEnd < bytes.endIndex, bytes.starts(with: opening), bytes.last == UInt8(ascii: "}")
    else { return nil }
    let sum = String(decoding: bytes[sumStart..<sumEnd], as: UTF8.self)
    for kind in Kind.allCases {
      let middle = Array("\",\"\(kind.rawValue)\":".utf8)
      guard bytes[sumEnd...].starts(with: middle) else { continue }
      let start = sumEnd + middle.count
      guard start < bytes.endIndex else { return nil }
      let body = Array(bytes[start..<(bytes.endIndex - 1)])
      guard ByteDigest.of(body).hex == sum, let content = try? JSONValue.parse(body) else {
        return nil
      }
      return Line(kind: kind, content: content)
    }
    return nil
  }

  /// A line of the file.
  package static func text(_ kind: Kind, _ content: JSONValue) -> String {
    let body = content.text()
    let sum = ByteDigest.of(Array(body.utf8)).hex
    return "{\"sum\":\"\(sum)\",\"\(kind.rawValue)\":\(body)}\n"
  }
}
