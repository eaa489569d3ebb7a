import Foundation
import Sessions
import Testing
import Weights

@Suite struct JournalTests {
  @Test("a journal begins with the first event, and never before")
  func beginsLate() throws {
    let scratch = try Scratch()
    let journal = Journal(directory: scratch.path)
    journal.append("header\n")
    #expect(journal.path == nil)
    journal.append("one\n")
    journal.append("two\n")
    let path = try #require(journal.path)
    #expect(try ByteFile(path: path).readAll() == Array("header\none\ntwo\n".utf8))
    #expect(Journal.newest(in: scratch.path) == path)
  }

  @Test("however many sessions begin at once, none writes to the file of another")
  func exclusive() async throws {
    let scratch = try Scratch()
    let paths = await withTaskGroup(of: String?.self) { group in
      for index in 0..<16 {
        group.addTask {
          let journal = Journal(directory: scratch.path)
          journal.append("header \(index)\n")
          journal.append("event \(index)\n")
          return journal.path
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    let known = paths.compactMap { $0 }
    #expect(known.count == 16 && Set(known).count == 16)
    for path in known {
      let words = String(decoding: try ByteFile(path: path).readAll(), as: UTF8.self)
        .split(separator: "\n").map { $0.split(separator: " ") }
      #expect(words.count == 2 && words[0][1] == words[1][1])
    }
  }

  @Test("the file of a journal is locked against other processes")
  func locked() throws {
    let scratch = try Scratch()
    let journal = Journal(directory: scratch.path)
    journal.append("header\n")
    journal.append("event\n")
    let path = try #require(journal.path)
    // A process of its own: a lock belongs to an open file, and flock asks for it anew.
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["flock", "--nonblock", path, "true"]
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus != 0)
  }

  @Test("opening reads only: the file stays as it was, and further events go elsewhere")
  func openingReads() throws {
    let scratch = try Scratch()
    try scratch.workspace([Small.stack, Small.input, "step 3", "save a.session"])
    let before = try scratch.bytes("a.session")
    let workspace = try scratch.workspace(["open a.session", "run", "set out.features 3"])
    #expect(try scratch.bytes("a.session") == before)
    #expect(workspace.recording.events.count == 5)
    #expect(try workspace.performAll(["open -"]) == ["back in new session"])
  }
}
