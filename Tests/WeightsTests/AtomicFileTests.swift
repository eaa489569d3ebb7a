import Foundation
import Testing
import Weights

@Suite struct AtomicFileTests {
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(!left.contains { $0.hasSuffix(".part") })
  }

  private func facts(_ path: String) -> stat {
    var facts = stat()
    lstat(path, &facts)
    return facts
  }

  @Test(
    "a file that is replaced keeps its mode", arguments: [0o600, 0o640, 0o444, 0o755] as [mode_t])
  func mode(_ mode: mode_t) throws {
    try withFolder { folder in
      try AtomicFile.write([1], to: "\(folder)/a")
      chmod("\(folder)/a", mode)
      try AtomicFile.write([2], to: "\(folder)/a")
      #expect(facts("\(folder)/a").st_mode & 0o7777 == mode)
      #expect(try ByteFile(path: "\(folder)/a").readAll() == [2])
    }
  }

  @Test("links stay links, also those that lead to links or nowhere yet", arguments: [true, false])
  func links(isThere: Bool) throws {
    try withFolder { folder in
      mkdir("\(folder)/sub", 0o755)
      symlink("sub/b", "\(folder)/a")
      symlink("../c", "\(folder)/sub/b")
      if isThere { try AtomicFile.write([1], to: "\(folder)/c") }
      try AtomicFile.write([2], to: "\(folder)/a")
      #expect(facts("\(folder)/a").st_mode & S_IFMT == S_IFLNK)
      #expect(facts("\(folder)/sub/b").st_mode & S_IFMT == S_IFLNK)
      #expect(try ByteFile(path: "\(folder)/c").readAll() == [2])
    }
  }

  @Test("a file with several names keeps them")
  func hardLinks() throws {
    try withFolder { folder in
      try AtomicFile.write([1, 2, 3], to: "\(folder)/a")
      link("\(folder)/a", "\(folder)/b")
      try AtomicFile.write([4], to: "\(folder)/a")
      #expect(facts("\(folder)/a").st_ino == facts("\(folder)/b").st_ino)
      #expect(try ByteFile(path: "\(folder)/b").readAll() == [4])
    }
  }

  @Test("what is to be kept is kept, whatever it is")
  func kept() throws {
    try withFolder { folder in
      try AtomicFile.write([1], to: "\(folder)/a", existing: .kept)
      symlink("a", "\(folder)/b")
      for name in ["a", "b"] {
        let error = #expect(throws: FileError.self) {
          try AtomicFile.write([2], to: "\(folder)/\(name)", existing: .kept)
        }
        #expect(error?.code == .exists)
      }
      #expect(try ByteFile(path: "\(folder)/a").readAll() == [1])
    }
  }

  @Test("a device stays a device, and a folder is refused")
  func others() throws {
    try AtomicFile.write([1], to: "/dev/null")
    #expect(facts("/dev/null").st_mode & S_IFMT == S_IFCHR)
    let full = #expect(throws: FileError.self) { try AtomicFile.write([1], to: "/dev/full") }
    #expect(full?.code == .notWritable)
    try withFolder { folder in
      let error = #expect(throws: FileError.self) { try AtomicFile.write([1], to: folder) }
      #expect(error?.code == .isDirectory)
    }
  }
}
