import Execution
import Sessions
import Testing
import Weights

@Suite struct RecordingTests {
  private static let script = [
    Small.stack, Small.input, "step 3", "set c1.kernelSize 5", "back", "check latency == 0",
    "block 2", "run end", "undo",
  ]

  private func recorded() throws -> [UInt8] {
    let scratch = try Scratch()
    try scratch.workspace(Self.script + ["save a.session"])
    return try scratch.bytes("a.session")
  }

  @Test("a recording replays with every digest")
  func replays() throws {
    let file = try SessionFile(bytes: recorded(), name: "a")
    #expect(file.events.count == Self.script.count)
    guard case .same(let events, let steps, let notes) = Replay.run(file) else {
      Issue.record("diverged")
      return
    }
    #expect(events == Self.script.count && steps >= 6 && notes.isEmpty)
  }

  @Test("writing what was read gives the same bytes")
  func roundTrip() throws {
    let bytes = try recorded()
    #expect(try SessionFile(bytes: bytes, name: "a").bytes == bytes)
  }

  @Test("a file cut at any byte opens to its last whole event and says what was dropped")
  func cuts() throws {
    let bytes = try recorded()
    let whole = try SessionFile(bytes: bytes, name: "a").events
    let ends = bytes.indices.filter { bytes[$0] == 0x0A }.map { $0 + 1 }
    for end in stride(from: ends[0], through: bytes.count, by: 7) {
      let file = try SessionFile(bytes: Array(bytes[..<end]), name: "a")
      // A line is whole without its newline, too.
      let lines = ends.count { $0 - 1 <= end }
      #expect(file.events == Array(whole.prefix(lines - 1)))
      let rest = max(0, end - (ends.last { $0 - 1 <= end } ?? 0))
      #expect(file.dropped == (rest == 0 ? nil : "dropped \(rest) bytes of an unfinished event"))
      #expect(file.damage == nil)
    }
  }

  @Test("other line ends, a byte order mark and a missing last newline change nothing")
  func lineEnds() throws {
    let bytes = try recorded()
    let whole = try SessionFile(bytes: bytes, name: "a")
    let returned = bytes.flatMap { $0 == 0x0A ? [0x0D, 0x0A] : [$0] }
    for other in [returned, [0xEF, 0xBB, 0xBF] + returned, Array(bytes.dropLast())] {
      let file = try SessionFile(bytes: other, name: "a")
      #expect(file.events == whole.events && file.damage == nil && file.dropped == nil)
    }
    // A carriage return within a line is no line end.
    let inner = bytes[..<40] + [0x0D] + bytes[40...]
    #expect(throws: CommandError.self) { try SessionFile(bytes: Array(inner), name: "a") }
  }

  @Test("a file cut inside its header is no session")
  func cutHeader() throws {
    let bytes = try recorded()
    for end in [0, 1, 40] {
      #expect(throws: CommandError.self) {
        try SessionFile(bytes: Array(bytes[..<end]), name: "a")
      }
    }
  }

  @Test("a changed byte is never taken for what was written")
  func flips() throws {
    let bytes = try recorded()
    let whole = try SessionFile(bytes: bytes, name: "a")
    var (read, refused) = (0, 0)
    for place in stride(from: 0, to: bytes.count, by: 5) {
      var changed = bytes
      changed[place] ^= 0x04
      let file: SessionFile
      do throws(CommandError) { file = try SessionFile(bytes: changed, name: "a") } catch {
        refused += 1
        continue
      }
      read += 1
      #expect(file.damage != nil || file.dropped != nil)
      #expect(whole.events.starts(with: file.events))
    }
    #expect(read > 0 && refused > 0)
  }

  @Test("a long run is written as several events, which replay as one")
  func longRun() throws {
    let workspace = try Scratch().workspace([Small.stack, Small.input])
    var now = Duration.zero
    workspace.session.clock = {
      now += .milliseconds(300)
      return now
    }
    try workspace.performAll(["run"])
    let moves = workspace.recording.events.dropFirst(2)
    #expect(moves.count > 2)
    #expect(moves.count { $0.typed == "run" && $0.canonical.hasPrefix("goto ") } == moves.count)
    #expect(zip(moves, moves.dropFirst()).allSatisfy { $0.to == $1.from })
    #expect(moves.last?.to == workspace.session.position)
    guard case .same = Replay.run(workspace.recording) else {
      Issue.record("diverged")
      return
    }
  }

  @Test("a run that was stopped stays where it is, and its event says how far it came")
  func stopped() throws {
    let workspace = try Scratch().workspace([Small.stack, Small.input])
    let session = workspace.session
    session.clock = { .seconds(session.position) }
    session.progress = { done, _ in if done == 5 { session.cancel.raise() } }
    let outcome = workspace.perform("run")
    #expect(outcome.error?.code == .cancelled && outcome.status == 3)
    #expect(session.position == 5)
    #expect(workspace.recording.events.last?.to == 5)
    session.progress = { _, _ in }
    try workspace.performAll(["run", "check equal"])
    guard case .same = Replay.run(workspace.recording) else {
      Issue.record("diverged")
      return
    }
  }

  @Test("an edit whose recomputing was stopped replays to where it stopped")
  func stoppedEdit() throws {
    let workspace = try Scratch().workspace([Small.stack, Small.input, "run"])
    let session = workspace.session
    var now = Duration.zero
    session.clock = {
      now += .milliseconds(600)
      return now
    }
    session.progress = { done, _ in if done == 4 { session.cancel.raise() } }
    #expect(workspace.perform("set out.features 3").error?.code == .cancelled)
    #expect(session.position == 4)
    guard case .same = Replay.run(workspace.recording) else {
      Issue.record("diverged")
      return
    }
  }

  @Test("a session needs nothing but itself: what it read is inside")
  func embeds() throws {
    let scratch = try Scratch()
    let workspace = try scratch.workspace([
      Small.stack, Small.input, "show .:in > in.npy", "input in.npy --lengths 12,7", "run",
      "save a.session",
    ])
    let bytes = try scratch.bytes("a.session")
    let file = try SessionFile(bytes: bytes, name: "a")
    #expect(file.header.files.map(\.use.path) == ["in.npy"])
    #expect(file.header.files.map(\.isEmbedded) == [true])
    #expect(file.header.stack == workspace.session.stackText)
    let elsewhere = try Scratch()
    try elsewhere.write(bytes, "b.session")
    let opened = try elsewhere.workspace(["open b.session"])
    #expect(opened.session.position == 12)
    guard case .same = Replay.run(file) else {
      Issue.record("diverged")
      return
    }
  }
}
