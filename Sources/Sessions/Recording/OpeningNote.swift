#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A note that a screen is being made of a journal that was opened again, so that a journal which ends the
/// program each time opens with one command less each time.
///
/// It lies beside the journals, because a file that was opened is never written to.
package struct OpeningNote: Sendable {
  private let path: String

  /// The note on the journal whose bytes have that digest.
  package init(digest: UInt64, directory: String = JournalFolder.path()) {
    path = "\(directory)/opening-\(digest.hex)"
  }

  /// How many events were carried out when the program ended while it showed them; nil if it never did.
  package var eventCount: Int? {
    guard let file = fopen(path, "re") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = Array(repeating: 0, count: 20)
    let count = fread(&bytes, 1, bytes.count, file)
    return Int(String(decoding: bytes[..<count], as: UTF8.self))
  }

  /// A screen is to be made of so many events; where that cannot be noted, it is made all the same.
  package func begin(eventCount: Int) {
    unlink(path)
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let text = Array("\(eventCount)".utf8)
    _ = text.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
  }

  /// The screen is there.
  package func end() { unlink(path) }
}

extension SessionFile {
  /// Leaves out the last command of those whose showing ended the program; gives a sentence that says so.
  mutating func leaveOutLast(of count: Int) -> String? {
    let shown = events.prefix(count)
    guard let start = shown.lastIndex(where: { !$0.continues }) else { return nil }
    let command = UnfinishedCommand(shown: shown[start].canonical, eventCount: start)
    events.removeLast(events.count - start)
    return command.note(keptEvents: 0)
  }
}
