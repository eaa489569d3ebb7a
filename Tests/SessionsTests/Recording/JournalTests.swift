import Foundation
import Layers
import Serialization
import Sessions
import Testing

@Suite struct JournalTests {
  @Test("a journal begins with the first event, and never before")
  func beginsLate() throws {
    let scratch = try Scratch()
    let journal = Journal(directory: scratch.path)
    #expect(journal.append("header\n") == nil)
    #expect(journal.path == nil)
    #expect(journal.append("one\n") == nil)
    #expect(journal.append("two\n") == nil)
    let path = try #require(journal.path)
    #expect(try ByteFile(path: path).readAll() == Array("header\none\ntwo\n".utf8))
    #expect(Journal.newestFirst(in: scratch.path) == [path])
  }

  @Test("however many sessions begin at once, none writes to the file of another")
  func exclusive() async throws {
    let scratch = try Scratch()
    let paths = await withTaskGroup(of: String?.self) { group in
      for index in 0..<16 {
        group.addTask {
          let journal = Journal(directory: scratch.path)
          _ = journal.append("header \(index)\n")
          _ = journal.append("event \(index)\n")
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
    _ = journal.append("header\n")
    _ = journal.append("event\n")
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

  @Test("what cannot be written is said, kept, and written when it can be")
  func waits() throws {
    let scratch = try Scratch()
    try scratch.write([], "folder")
    let journal = Journal(directory: scratch.file("folder"))
    #expect(journal.append("header\n") == nil)
    #expect(journal.append("one\n")?.contains("cannot be made") == true)
    try FileManager.default.removeItem(atPath: scratch.file("folder"))
    #expect(journal.append("two\n") == nil)
    let path = try #require(journal.path)
    #expect(try ByteFile(path: path).readAll() == Array("header\none\ntwo\n".utf8))
  }

  /// A workspace whose journal lies in a folder that cannot be made as long as `blocked` is a file.
  private func blockedWorkspace(_ scratch: Scratch) throws -> Workspace {
    try scratch.write([], "blocked")
    let workspace = try scratch.workspace()
    workspace.session.recorder = Recorder(journal: Journal(directory: scratch.file("blocked")))
    return workspace
  }

  @Test("a journal that cannot be written is said once, and so is one that can be again")
  func says() throws {
    let scratch = try Scratch()
    let workspace = try blockedWorkspace(scratch)
    #expect(try workspace.performAll(["seed 1"])[0].hasPrefix("not in the journal: "))
    #expect(try workspace.performAll(["seed 2"]).count == 1)
    try FileManager.default.removeItem(atPath: scratch.file("blocked"))
    #expect(try workspace.performAll(["seed 3"])[0].hasPrefix("the journal is written again"))
  }

  @Test("quit writes what the journal lacks, or says that it cannot")
  func quits() throws {
    let scratch = try Scratch()
    let workspace = try blockedWorkspace(scratch)
    try workspace.performAll(["seed 1", "seed 2"])
    #expect(try workspace.refusal(of: "quit").contains("quit --unsaved"))
    #expect(workspace.perform("quit --unsaved").effect == .quit)
    try FileManager.default.removeItem(atPath: scratch.file("blocked"))
    let outcome = workspace.perform("quit")
    #expect(outcome.effect == .quit && outcome.error == nil)
    let journal = try #require(Journal.newestFirst(in: scratch.file("blocked")).first)
    #expect(try SessionFile(bytes: ByteFile(path: journal).readAll(), name: "a").events.count == 2)
    #expect(
      outcome.lines == [
        "the journal is written again, with all that was missing",
        "workbench --last goes on with this session, at any time", "workbench \(journal)",
      ])
  }

  @Test("leaving says how to come back: by the file where that has everything, else by the journal")
  func farewell() throws {
    let scratch = try Scratch()
    let workspace = try scratch.workspace()
    workspace.session.recorder = Recorder(journal: Journal(directory: scratch.file("state")))
    #expect(workspace.perform("quit").lines == [])
    try workspace.performAll(["seed 1", "save it's.session"])
    #expect(
      workspace.perform("quit").lines == ["workbench 'it'\\''s.session' opens this session again"])
    try workspace.performAll(["seed 2"])
    #expect(workspace.perform("quit").lines.first?.hasPrefix("workbench --last") == true)
  }

  @Test("the newest journal that opens is gone on with, and those passed over are named")
  func fallsBack() throws {
    let scratch = try Scratch()
    let journals = scratch.file("state")
    let none = OpenedSession(last: .builtIn, in: journals)
    #expect(none.notes.contains { $0.contains("there is no journal") })
    #expect(JournalFolder.make(journals))
    try scratch.workspace([Small.stack, Small.input, "step 3", "save a.session"])
    let whole = try scratch.bytes("a.session")
    let header = whole.firstIndex(of: 10).map { Array(whole[...$0]) } ?? []
    let files: [(String, [UInt8])] = [
      ("1-good", whole), ("2-cut", Array(whole.dropLast(9))), ("3-header", header),
      ("4-half", Array(header.dropLast(7))), ("5-empty", []), ("6-noise", Array("noise".utf8)),
    ]
    for (place, (name, bytes)) in files.enumerated() {
      let path = "\(journals)/\(name).session"
      try AtomicFile.write(bytes, to: path)
      let date = Date(timeIntervalSince1970: 1_700_000_000 + Double(place))
      try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
    }
    let opened = OpenedSession(last: .builtIn, in: journals)
    #expect(opened.error == nil && opened.name == "2-cut.session")
    #expect(opened.session.stackText?.contains("c1") == true)
    for name in ["3-header", "4-half", "5-empty", "6-noise"] {
      #expect(opened.notes.contains { $0.hasPrefix("passed over \(name).session: ") }, "\(name)")
    }
    #expect(opened.notes.contains { $0.hasPrefix("dropped") })
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

  @Test("the folder of journals is the user's alone")
  func folder() throws {
    let scratch = try Scratch()
    let manager = FileManager.default
    func mode(_ path: String) throws -> Int {
      try #require(manager.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }
    #expect(JournalFolder.obstacle(making: scratch.file("a/b/new")) == nil)
    #expect(try mode(scratch.file("a/b/new")) == 0o700)
    try manager.createDirectory(
      atPath: scratch.file("wide"), withIntermediateDirectories: false,
      attributes: [.posixPermissions: 0o777])
    #expect(JournalFolder.obstacle(making: scratch.file("wide")) == nil)
    #expect(try mode(scratch.file("wide")) == 0o700)
    // Where everybody can write, what lies under the name may be a trap.
    try manager.setAttributes([.posixPermissions: 0o1777], ofItemAtPath: scratch.path)
    #expect(JournalFolder.obstacle(making: scratch.file("wide")) == nil)
    try manager.createSymbolicLink(
      atPath: scratch.file("link"), withDestinationPath: scratch.file("wide"))
    #expect(
      JournalFolder.obstacle(making: scratch.file("link"))?.contains("somebody else's") == true)
    try scratch.write([], "file")
    #expect(
      JournalFolder.obstacle(making: scratch.file("file"))?.contains("cannot be made") == true)
  }
}
