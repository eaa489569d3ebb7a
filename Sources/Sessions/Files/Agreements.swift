import Serialization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What the user agreed that sessions may read outside their folders, remembered in the user's own state
/// folder, never in a session.
///
/// An agreement holds for one session file, known by its path and the digest of its bytes: another version
/// of the file asks again. A line of the file is `{"session":PATH,"digest":HEX,"file":PATH}`.
package struct Agreements {
  private let directory: String
  private var path: String { "\(directory)/agreements" }

  /// The agreements in a folder, that of the journals if nothing else is said.
  package init(directory: String = JournalFolder.path()) {
    self.directory = directory
  }

  /// The files that a session may read.
  package func places(session: String, digest: UInt64) -> [String] {
    guard let real = RealPath.of(session), RealPath.isPlainFile(path),
      let bytes = try? ByteFile(path: path).readAll()
    else { return [] }
    return bytes.split(separator: 0x0A).compactMap { line in
      guard let json = try? JSONValue.parse(Array(line)), json["session"]?.string == real,
        json["digest"]?.string == digest.hex
      else { return nil }
      return json["file"]?.string
    }
  }

  /// Remembers that a session may read files; says why that is not possible, if so.
  package func add(session: String, digest: UInt64, files: [String]) -> String? {
    guard let real = RealPath.of(session), !files.isEmpty else { return nil }
    if let obstacle = JournalFolder.obstacle(making: directory) { return obstacle }
    let lines = files.map { file in
      let entry: JSONValue = .object([
        .init("session", .string(real)), .init("digest", .string(digest.hex)),
        .init("file", .string(file)),
      ])
      return entry.text() + "\n"
    }
    let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { return "\(path): \(String(cString: strerror(errno)))" }
    defer { close(descriptor) }
    let bytes = Array(lines.joined().utf8)
    let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    return written == bytes.count ? nil : "\(path): \(String(cString: strerror(errno)))"
  }
}
