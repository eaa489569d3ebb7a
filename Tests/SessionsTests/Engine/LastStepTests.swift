import Execution
import Sessions
import Tensors
import Testing

/// What the last step changed is a function of document and position: it does not depend on how one
/// got there.
@Suite struct LastStepTests {
  private static let setUp = [
    Small.stack, "input noise --channels 3 --lengths 100,40 --seed 3",
  ]

  /// Ways to positions at which there is a checkpoint, and to others.
  private static let ways: [(lines: [String], position: Int)] = [
    (["goto 70", "goto 64"], 64), (["goto 70", "back 6"], 64), (["run", "goto 32"], 32),
    (["goto 40", "reset", "goto 32"], 32), (["goto 96", "goto 33"], 33),
    (["goto 64", "fault lstm stale-state at 80"], 64), (["run", "reset"], 0),
    (["goto 64", "block 2", "block 1"], 64), (["goto 64", "goto 80", "goto 64", "step"], 65),
  ]

  @Test("jumps tell the same as steps", arguments: ways)
  func jumps(lines: [String], position: Int) throws {
    let jumped = Workspace(keepsJournal: false)
    try jumped.performAll(Self.setUp + lines)
    try expectTruth(jumped, at: position)
  }

  @Test(
    "a run that was stopped tells the same, wherever it was stopped", arguments: [2, 9, 33, 64])
  func stops(after ticks: Int) throws {
    let stopped = Workspace(keepsJournal: false)
    try stopped.performAll(Self.setUp)
    let session = stopped.session
    // Every look at the clock takes a second, so that progress is told at every chance.
    var now = Duration.zero
    session.clock = {
      now += .seconds(1)
      return now
    }
    var left = ticks
    session.progress = { _, _ in
      left -= 1
      if left == 0 { session.cancel.raise() }
    }
    #expect(stopped.perform("run").error?.code == .cancelled)
    session.progress = { _, _ in }
    #expect(session.position < 100)
    try expectTruth(stopped, at: session.position)
  }

  @Test("finding out changes nothing else, also when it is stopped itself")
  func recalls() throws {
    let workspace = Workspace(keepsJournal: false)
    try workspace.performAll(Self.setUp + ["run", "goto 64"])
    let session = workspace.session
    let before = states(session)
    var now = Duration.zero
    session.clock = {
      now += .seconds(1)
      return now
    }
    session.progress = { _, _ in session.cancel.raise() }
    #expect(workspace.perform("show state").error?.code == .cancelled)
    #expect(session.position == 64 && !session.knowsChanges)
    session.progress = { _, _ in }
    try workspace.performAll(["show state"])
    #expect(session.position == 64 && session.knowsChanges)
    #expect(zip(before, states(session)).allSatisfy { $0.bitsEqual($1) })
    try workspace.performAll(["run", "check equal"])
  }

  private func states(_ session: Session) -> [Tensor] {
    (0..<session.leafCount("")).compactMap { session.leaf($0, of: "")?.value }
  }

  /// Compares with a session that stepped to the position and looked at the state before the last.
  private func expectTruth(
    _ workspace: Workspace, at position: Int, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    #expect(workspace.session.position == position, sourceLocation: sourceLocation)
    let table = try workspace.performAll(["show state"])
    let stepped = Workspace(keepsJournal: false)
    try stepped.performAll(Self.setUp)
    let start = states(stepped.session)
    if position > 1 { try stepped.performAll(["step \(position - 1)"]) }
    let before = position > 1 ? states(stepped.session) : start
    if position > 0 { try stepped.performAll(["step"]) }
    let after = states(stepped.session)
    for index in after.indices {
      let leaf = try #require(workspace.session.leaf(index, of: ""))
      let isChanged = position > 0 && !before[index].bitsEqual(after[index])
      #expect(leaf.isChanged == isChanged, "\(leaf.name)", sourceLocation: sourceLocation)
      let line = table.first { $0.hasPrefix("\(leaf.name) ") } ?? ""
      #expect(line.hasSuffix("this step") == isChanged, "\(line)", sourceLocation: sourceLocation)
    }
  }
}
