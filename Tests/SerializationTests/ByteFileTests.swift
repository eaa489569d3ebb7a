import Foundation
import Serialization
import Synchronization
import Testing

/// Files that do not end, or that nobody writes to, can be left.
@Suite struct ByteFileTests {
  private func withPipe(_ body: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("pipe-\(UUID().uuidString)").path
    #expect(mkfifo(path, 0o600) == 0)
    defer { unlink(path) }
    try body(path)
  }

  /// A wish to stop that comes when it is asked for the third time.
  private final class Stop: Sendable {
    let asked = Atomic<Int>(0)
    func isWanted() -> Bool { asked.wrappingAdd(1, ordering: .relaxed).newValue >= 3 }
  }

  @Test("a pipe without a writer, and a device without an end", arguments: ["pipe", "/dev/zero"])
  func stops(path: String) throws {
    try withPipe { pipe in
      let stop = Stop()
      let path = path == "pipe" ? pipe : path
      let error = #expect(throws: FileError.self) {
        try ByteFile(path: path, isStopped: stop.isWanted)
      }
      #expect(error?.code == .stopped)
    }
  }

  @Test("a long file is stopped between two pieces")
  func pieces() throws {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("long-\(UUID().uuidString)").path
    defer { unlink(path) }
    let size = 80 << 20
    #expect(FileManager.default.createFile(atPath: path, contents: nil))
    #expect(truncate(path, off_t(size)) == 0)
    let stop = Stop()
    let file = try ByteFile(path: path, isStopped: stop.isWanted)
    let error = #expect(throws: FileError.self) { try file.readAll() }
    #expect(error?.code == .stopped)
    #expect(try ByteFile(path: path).readAll().count == size)
  }

  @Test("a pipe is read to its end, however late and slowly it is written")
  func waits() throws {
    try withPipe { pipe in
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = [
        "-c", "sleep 0.3; exec > \"$1\"; printf one; sleep 0.2; printf two", "sh", pipe,
      ]
      try process.run()
      #expect(try ByteFile(path: pipe).readAll() == Array("onetwo".utf8))
      process.waitUntilExit()
    }
  }
}
