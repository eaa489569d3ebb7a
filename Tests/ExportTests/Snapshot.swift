import Foundation
import Testing

/// Bytes in a file beside the tests, as hexadecimal text; `UPDATE_SNAPSHOTS=1` accepts new ones.
struct Snapshot {
  let name: String

  init(_ name: String) { self.name = name }

  private var place: URL {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Snapshots/\(name).hex")
  }

  func check(_ bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) throws {
    let text = Self.text(bytes)
    if ProcessInfo.processInfo.environment["UPDATE_SNAPSHOTS"] == "1" {
      try text.write(to: place, atomically: true, encoding: .utf8)
    }
    let known = try String(contentsOf: place, encoding: .utf8)
    #expect(text == known, "other bytes than in \(name).hex", sourceLocation: sourceLocation)
  }

  /// 32 bytes a line, with their characters.
  private static func text(_ bytes: [UInt8]) -> String {
    stride(from: 0, to: bytes.count, by: 32).map { start in
      let line = bytes[start..<min(start + 32, bytes.count)]
      let digits = line.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
      let characters = line.map { (33...126).contains($0) ? String(UnicodeScalar($0)) : "." }
      return digits + "  " + characters.joined() + "\n"
    }.joined()
  }
}
