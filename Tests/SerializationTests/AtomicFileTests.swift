import Foundation
import Serialization
import Testing

@Suite struct AtomicFileTests {
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("atomic-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
    // Nothing is left of what was on the way.
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(!names.contains { $0.hasSuffix(".part") }, "\(names)")
  }

  private func bytes(_ path: String) throws -> [UInt8] { try ByteFile(path: path).readAll() }

  private func attributes(_ path: String) throws -> [FileAttributeKey: Any] {
    try FileManager.default.attributesOfItem(atPath: path)
  }

  @Test("a file keeps its permissions", arguments: [0o600, 0o640, 0o664, 0o755])
  func mode(mode: Int) throws {
    try withFolder { folder in
      let path = "\(folder)/a"
      try AtomicFile.write([1], to: path)
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
      try AtomicFile.write([2, 3], to: path)
      #expect(try bytes(path) == [2, 3])
      #expect(try attributes(path)[.posixPermissions] as? Int == mode)
    }
  }

  @Test("a writing that is stopped leaves what was there")
  func stopped() throws {
    try withFolder { folder in
      let path = "\(folder)/a"
      try AtomicFile.write([1], to: path)
      var looks = 0
      let error = #expect(throws: FileError.self) {
        try AtomicFile.write(
          Array(repeating: 0, count: 1 << 25), to: path,
          isStopped: {
            looks += 1
            return looks == 2
          })
      }
      #expect(error?.code == .stopped)
      #expect(try bytes(path) == [1])
    }
  }

  @Test("a link stays one, and what it leads to is written", arguments: [true, false])
  func symbolicLink(isThere: Bool) throws {
    try withFolder { folder in
      try FileManager.default.createDirectory(
        atPath: "\(folder)/b", withIntermediateDirectories: false)
      if isThere { try AtomicFile.write([1], to: "\(folder)/b/file") }
      let manager = FileManager.default
      try manager.createSymbolicLink(atPath: "\(folder)/b/near", withDestinationPath: "file")
      try manager.createSymbolicLink(atPath: "\(folder)/far", withDestinationPath: "b/near")
      try AtomicFile.write([2, 3], to: "\(folder)/far")
      #expect(try bytes("\(folder)/b/file") == [2, 3])
      for link in ["far", "b/near"] {
        #expect(
          try attributes("\(folder)/\(link)")[.type] as? FileAttributeType == .typeSymbolicLink)
      }
    }
  }

  @Test("a file of several names keeps them all, longer or shorter than before")
  func hardLink() throws {
    try withFolder { folder in
      try AtomicFile.write([1, 2, 3], to: "\(folder)/a")
      try FileManager.default.linkItem(atPath: "\(folder)/a", toPath: "\(folder)/b")
      for contents: [UInt8] in [[4], Array(repeating: 5, count: 3 << 20), []] {
        try AtomicFile.write(contents, to: "\(folder)/b")
        #expect(try bytes("\(folder)/a") == contents)
      }
    }
  }

  @Test("what cannot be written is refused, and stays as it was")
  func refuses() throws {
    try withFolder { folder in
      let manager = FileManager.default
      try manager.createSymbolicLink(atPath: "\(folder)/round", withDestinationPath: "round")
      #expect(throws: FileError.self) { try AtomicFile.write([1], to: "\(folder)/round") }
      #expect(throws: FileError.self) { try AtomicFile.write([1], to: folder) }
      #expect(throws: FileError.self) { try AtomicFile.write([1], to: "\(folder)/none/a") }
      // A device is written to, never replaced by a file.
      #expect(throws: FileError.self) { try AtomicFile.write([1], to: "/dev/full") }
      try AtomicFile.write([1], to: "/dev/null")
      #expect(try attributes("/dev/null")[.type] as? FileAttributeType == .typeCharacterSpecial)
      struct Stop: Error {}
      try AtomicFile.write([1], to: "\(folder)/a")
      #expect(throws: Stop.self) {
        try AtomicFile.write(to: "\(folder)/a") { _ in throw Stop() }
      }
      #expect(try bytes("\(folder)/a") == [1])
    }
  }

  @Test("what is to be kept is kept, whatever it is")
  func kept() throws {
    try withFolder { folder in
      try AtomicFile.write([1], to: "\(folder)/a", existing: .kept)
      try FileManager.default.createSymbolicLink(
        atPath: "\(folder)/b", withDestinationPath: "a")
      for name in ["a", "b"] {
        let error = #expect(throws: FileError.self) {
          try AtomicFile.write([2], to: "\(folder)/\(name)", existing: .kept)
        }
        #expect(error?.code == .exists)
      }
      #expect(try bytes("\(folder)/a") == [1])
    }
  }
}
