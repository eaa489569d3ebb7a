import Execution
import Runtime
import Sessions
import Testing

/// Long commands: what they tell, how they are stopped, and what a crash would lose of them.
@Suite struct LongWorkTests {
  /// A session on which every look at the clock takes a while, so that all work is long.
  private func slow(_ lines: [String], milliseconds: Int = 300) throws -> Workspace {
    let workspace = try Scratch().workspace(lines)
    var now = Duration.zero
    workspace.session.clock = {
      now += .milliseconds(milliseconds)
      return now
    }
    return workspace
  }

  private func expectReplay(
    _ workspace: Workspace, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    if case .same = Replay.run(workspace.recording) { return }
    Issue.record("the recording diverges", sourceLocation: sourceLocation)
  }

  /// Commands that compute for long, each with what it needs first.
  static let long: [(setup: [String], line: String)] = [
    ([Small.stack], "input noise --channels 3 --lengths 12,7"),
    ([Small.stack, Small.input], "step 5"), ([Small.stack, Small.input], "run"),
    ([Small.stack, Small.input, "run"], "set c1.kernelSize 5"),
    ([Small.stack, Small.input, "run", "set c1.kernelSize 5"], "undo"),
    ([Small.stack, Small.input, "run"], "seed 4"),
    ([Small.stack, Small.input, "step 5"], "check max-diff < 1"),
    ([Small.stack, Small.input], "show masks"), ([Small.stack, Small.input], "show stack"),
    ([Small.stack, Small.input], "show params"),
    ([Small.stack, Small.input, "step 5"], "show state"),
    ([Small.stack, Small.input, "step 9"], "diff all"), ([Small.stack, Small.input], "verify"),
    ([Small.bytes, "input text \"ab\"", "run"], "decode 8"),
    ([Small.bytes, "input text \"ab\"", "run"], "force \"some more text\""),
  ]

  @Test("it tells how much is done, of how much", arguments: long)
  func progress(setup: [String], line: String) throws {
    let workspace = try slow(setup)
    var told: [(Int, Int)] = []
    workspace.session.progress = { told.append(($0, $1)) }
    try workspace.performAll([line])
    // What a screen shows of it is part of the work.
    try workspace.session.prepareScreen { told.append(($0, $1)) }
    #expect(!told.isEmpty)
    #expect(told.allSatisfy { (0...$1).contains($0) && $1 > 0 })
  }

  @Test("it can be stopped, what was done is recorded, and the session goes on", arguments: long)
  func stops(setup: [String], line: String) throws {
    let workspace = try slow(setup)
    let session = workspace.session
    session.progress = { _, _ in session.cancel.raise() }
    let outcome = workspace.perform(line)
    // Work that a screen does afterwards is stopped by other means.
    if outcome.status != 0 { #expect(outcome.error?.code == .cancelled, "\(line)") }
    session.progress = { _, _ in }
    expectReplay(workspace)
    _ = workspace.perform("redo")
    try workspace.performAll(["run", "check equal"])
    expectReplay(workspace)
  }

  @Test(
    "stopped, what looks at a session says what holds of the part that it has seen",
    arguments: [
      ("bisect", "stopped: every layer is equal in the first "), ("sweep 1 2 3 4", "were not run"),
      ("verify", "checks made and "),
    ])
  func partly(line: String, part: String) throws {
    // More steps than bisect looks at first.
    let input = line == "verify" ? Small.input : "input noise --channels 3 --time 200 --seed 3"
    let workspace = try slow([Small.stack, input])
    let session = workspace.session
    var (calls, seen) = (0, 0)
    session.progress = { _, _ in calls += 1 }
    try workspace.performAll([line])
    let all = calls
    for stop in stride(from: 1, to: all, by: max(1, all / 12)) {
      calls = 0
      session.progress = { _, _ in
        calls += 1
        if calls == stop { session.cancel.raise() }
      }
      let outcome = workspace.perform(line)
      if let error = outcome.error {
        // Before anything was found out.
        #expect(error.code == .cancelled)
        continue
      }
      #expect(outcome.status == 0)
      let text = outcome.lines.joined(separator: "\n")
      guard text.contains("stopped") else { continue }
      seen += 1
      #expect(text.contains(part), "\(text)")
      #expect(!text.contains("the contract holds") && !text.contains("nothing to bisect"))
    }
    #expect(seen > 0, "of \(all) calls none came in the middle")
    session.progress = { _, _ in }
    try workspace.performAll([line])
  }

  @Test("a layer-wise run counts the turns of its loops, and ends between two of them")
  func layerWise() throws {
    let workspace = try slow([Small.stack, Small.input])
    let session = workspace.session
    var told: [(done: Int, total: Int)] = []
    try session.prepareScreen { told.append(($0, $1)) }
    let total = try #require(told.first?.total)
    #expect(total > 12 && told.allSatisfy { $0.total == total })
    #expect(told.map(\.done) == told.map(\.done).sorted())
    try workspace.performAll(["seed 3"])
    #expect(throws: RuntimeError.self) {
      try session.prepareScreen { _, _ in session.cancel.raise() }
    }
    #expect(!session.hasLayerWise)
    try workspace.performAll(["run", "check equal"])
  }

  @Test("an edit is written when its way is long, and what is behind it as moves")
  func edits() throws {
    let workspace = try slow([Small.stack, Small.input, "run"])
    let start = workspace.recording.events.count
    try workspace.performAll(["set c1.kernelSize 5"])
    let events = Array(workspace.recording.events[start...])
    #expect(events.count > 2)
    #expect(events[0].canonical == "set c1.kernelSize 5" && !events[0].continues)
    #expect(events.dropFirst().allSatisfy { $0.canonical == "goto \($0.to)" && $0.continues })
    #expect(events[0].from == 12 && events.last?.to == 12)
    #expect(events.allSatisfy { $0.typed == "set c1.kernelSize 5" })
    expectReplay(workspace)
    // A crash after any of them leaves a recording that opens, and one undo takes the edit back.
    for count in 1...events.count {
      var cut = workspace.recording
      cut.events = Array(cut.events[..<(start + count)])
      guard case .same = Replay.run(cut) else {
        Issue.record("cut after \(count)")
        return
      }
    }
    try workspace.performAll(["undo"])
    #expect(workspace.session.stackText?.contains("kernelSize: 3") == true)
  }

  @Test(
    "decoding is written piece by piece, and is one change all the same",
    arguments: ["decode 10 --temperature 1 --seed 5", "force \"ten tokens\""])
  func decodes(line: String) throws {
    let setup = [Small.bytes, "input text \"ab\"", "run"]
    let whole = try Scratch().workspace(setup + [line])
    let scratch = try Scratch()
    let workspace = try scratch.workspace(setup)
    var now = Duration.zero
    workspace.session.clock = {
      now += .milliseconds(150)
      return now
    }
    let start = workspace.recording.events.count
    try workspace.performAll([line])
    let events = workspace.recording.events[start...]
    #expect(events.count > 2)
    #expect(events.map(\.continues) == [false] + Array(repeating: true, count: events.count - 1))
    let input = { (session: Session) in session.document.input?.sequence }
    let all = try #require(input(whole.session))
    #expect(input(workspace.session)?.rowDigests == all.rowDigests)
    expectReplay(workspace)
    // Opened again, one undo leads back to the text.
    try workspace.performAll(["save a.session"])
    let opened = try scratch.workspace(["open a.session"])
    #expect(input(opened.session)?.rowDigests == all.rowDigests)
    for session in [workspace, opened] {
      try session.performAll(["undo"])
      #expect(input(session.session)?.time == 2)
    }
  }

  @Test("opening tells of events, and stopped in the middle it keeps what was carried out")
  func opens() throws {
    let scratch = try Scratch()
    try scratch.workspace([
      Small.stack, Small.input, "step 3", "set out.features 3", "run", "check equal",
      "save a.session",
    ])
    var told: [(Int, Int)] = []
    func open(stopAt stop: Int?) -> OpenedSession {
      OpenedSession(
        path: "a.session", keepsJournal: false, folder: scratch.path
      ) { session in
        var now = Duration.zero
        session.clock = {
          now += .milliseconds(300)
          return now
        }
        session.progress = { done, total in
          told.append((done, total))
          if done == stop { session.cancel.raise() }
        }
      }
    }
    #expect(open(stopAt: nil).session.position == 12)
    #expect(told.map(\.1).allSatisfy { $0 == 6 } && told.last?.0 == 6)
    let stopped = open(stopAt: 4)
    #expect(stopped.error == nil)
    let file = try #require(stopped.session.recorder?.file)
    #expect((4...5).contains(file.events.count))
    #expect(stopped.notes.contains { $0.hasPrefix("stopped in event") })
    guard case .same = Replay.run(file) else {
      Issue.record("what was carried out is not what is recorded")
      return
    }
    // It is not all of the file, so it is not saved in its place.
    let refusal = stopped.session.perform("save").error
    #expect(refusal?.description.contains("save NAME.session") == true)
    stopped.session.progress = { _, _ in }
    #expect(stopped.session.perform("run").error == nil)
  }

  @Test("what was damaged, cut or cannot be carried out is never saved over the file it came from")
  func keepsOrigin() throws {
    let scratch = try Scratch()
    try scratch.workspace([Small.stack, Small.input, "step 3", "save a.session"])
    let whole = try scratch.bytes("a.session")
    try scratch.write(Array(whole.dropLast(20)), "cut.session")
    let workspace = try scratch.workspace(["open cut.session"])
    #expect(try workspace.refusal(of: "save").contains("save NAME.session"))
    #expect(try workspace.refusal(of: "save cut.session").contains("--replace"))
    #expect(try scratch.bytes("cut.session") == Array(whole.dropLast(20)))
  }
}
