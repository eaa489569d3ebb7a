import Foundation
import Layers
import Serialization
import Sessions
import Testing

/// Journals of programs that ended in the middle: what their last command did to them is known, and the
/// command that ended the program does not end the next one.
@Suite struct UnfinishedCommandTests {
  /// What the journal of some lines holds, as it grows on the disk; `lines` may look at the session.
  private func journal(_ scratch: Scratch, _ work: (Workspace) throws -> Void) throws -> String {
    let journal = Journal(directory: scratch.path)
    let workspace = try scratch.workspace()
    workspace.session.recorder = Recorder(journal: journal)
    try work(workspace)
    return String(decoding: try ByteFile(path: try #require(journal.path)).readAll(), as: UTF8.self)
  }

  private func file(_ text: String) throws -> SessionFile {
    let file = try SessionFile(bytes: Array(text.utf8), name: "journal")
    #expect(file.damage == nil && file.dropped == nil)
    return file
  }

  /// The journal as it is in front of the last mark of a kind.
  private func cut(_ text: String, before state: String) throws -> String {
    let mark = try #require(text.ranges(of: "\"mark\":{\"state\":\"\(state)\"").last)
    let line = try #require(text[..<mark.lowerBound].lastIndex(of: "\n"))
    return String(text[...line])
  }

  @Test("a journal whose commands all ended has all of them, whatever was refused")
  func whole() throws {
    let scratch = try Scratch()
    let text = try journal(scratch) { workspace in
      try workspace.performAll([Small.stack, Small.input, "step 3", "show c1"])
      _ = workspace.perform("goto 1000")
      _ = workspace.perform("nonsense")
    }
    #expect(try file(text).events.count == 3)
    #expect(try file(text).unfinished == nil)
    withExtendedLifetime(scratch) {}
  }

  @Test(
    "a command in which the program ended is named and left out",
    arguments: ["step 2", "show c1", "seed 4"])
  func inside(line: String) throws {
    let scratch = try Scratch()
    let text = try journal(scratch) { workspace in
      try workspace.performAll([Small.stack, Small.input, "step 3", line])
    }
    // As if the program had ended before the line did anything.
    let begun = try #require(text.ranges(of: "\"mark\":{\"state\":\"begun\"").last)
    let end = try #require(text[begun.upperBound...].firstIndex(of: "\n"))
    let cut = try file(String(text[...end]))
    #expect(cut.events.count == 3 && cut.unfinished?.typed == line)
    try scratch.write(Array(text[...end].utf8), "b.session")
    let said = try scratch.workspace().performAll(["open b.session"])
    #expect(
      said.contains("the program ended in this command, so it is left out: \(line)"), "\(said)")
    #expect(said.contains("3 events of b.session carried out"))
    withExtendedLifetime(scratch) {}
  }

  @Test("a command that ended the program when it was shown is left out, parts and all")
  func showing() throws {
    let scratch = try Scratch()
    let text = try journal(scratch) { workspace in
      try workspace.performAll([Small.stack])
      workspace.session.recorder?.mark(.showing)
      workspace.session.recorder?.mark(.shown)
      try workspace.performAll([Small.input])
      workspace.session.recorder?.mark(.showing)
    }
    let left = try file(text)
    #expect(left.events.count == 1 && left.unfinished?.typed == Small.input)
    // Shown after all.
    #expect(try file(text + SessionLines.text(.mark, markJSON("shown"))).events.count == 2)
    // Before it was to be shown it was done.
    #expect(try file(cut(text, before: "showing")).events.count == 2)
    #expect(try file(cut(text, before: "showing")).unfinished == nil)
    withExtendedLifetime(scratch) {}
  }

  private func markJSON(_ state: String) -> JSONValue {
    .object([.init("state", .string(state))])
  }

  @Test("of a long command what was done stays")
  func parts() throws {
    let scratch = try Scratch()
    let text = try journal(scratch) { workspace in
      var now = Duration.zero
      try workspace.performAll([Small.stack, Small.input])
      workspace.session.clock = {
        now += .milliseconds(300)
        return now
      }
      try workspace.performAll(["run"])
    }
    let killed = try file(cut(text, before: "done"))
    #expect(killed.events.count > 4)
    try scratch.write(Array(try cut(text, before: "done").utf8), "a.session")
    let workspace = try scratch.workspace()
    let said = try workspace.performAll(["open a.session"])
    #expect(
      said.contains("the program ended in this command, of which what was done stays: run"),
      "\(said)")
    #expect(workspace.session.position == killed.events.last?.to)
    withExtendedLifetime(scratch) {}
  }

  @Test("the newest journal opens without the command that ended the program")
  func last() throws {
    let scratch = try Scratch()
    let text = try journal(scratch) { workspace in
      try workspace.performAll([Small.stack, Small.input, "step 3"])
      workspace.session.recorder?.mark(.showing)
    }
    #expect(text.contains("\"state\":\"showing\""))
    let opened = OpenedSession(last: .builtIn, in: scratch.path)
    #expect(opened.session.position == 0 && opened.session.document.input != nil)
    #expect(opened.notes.contains { $0.contains("left out: step 3") }, "\(opened.notes)")
    withExtendedLifetime(scratch) {}
  }

  @Test("marks are of use behind events only: no journal begins with one")
  func beginsLate() throws {
    let scratch = try Scratch()
    let journal = Journal(directory: scratch.path)
    let workspace = try scratch.workspace()
    workspace.session.recorder = Recorder(journal: journal)
    try workspace.performAll(["help", "log"])
    #expect(journal.path == nil)
    try workspace.performAll(["seed 1"])
    let bytes = try ByteFile(path: try #require(journal.path)).readAll()
    let states = SessionLines(bytes).lines.map { $0.content["state"]?.string ?? $0.kind.rawValue }
    #expect(states == ["header", "begun", "event", "done"])
    withExtendedLifetime(scratch) {}
  }

  @Test("a note tells how much was carried out of a journal whose showing ended the program")
  func notes() throws {
    let scratch = try Scratch()
    let note = OpeningNote(digest: 7, directory: scratch.path)
    #expect(note.eventCount == nil)
    note.begin(eventCount: 12)
    #expect(OpeningNote(digest: 7, directory: scratch.path).eventCount == 12)
    #expect(OpeningNote(digest: 8, directory: scratch.path).eventCount == nil)
    note.begin(eventCount: 3)
    #expect(note.eventCount == 3)
    note.end()
    #expect(note.eventCount == nil)
    withExtendedLifetime(scratch) {}
  }
}
