import Layers
import Runtime
import Sessions
import Tensors
import Testing

/// What a session keeps of its steps is bounded, and what it does not keep comes back bit for bit.
@Suite struct StepTraceTests {
  private static let long = "input noise --channels 3 --lengths 900,500 --seed 3"

  /// A session that keeps next to nothing of its runs.
  private func small(_ lines: [String]) throws -> Workspace {
    let workspace = Workspace(keepsJournal: false)
    try workspace.performAll(lines)
    workspace.session.history = HistoryBudget(24 << 10)
    // Another seed begins a new run, with that budget.
    try workspace.performAll(["seed 1"])
    return workspace
  }

  @Test(
    "every step of every layer is the same as with everything kept",
    arguments: [
      ("block 1", ""), ("block 1,3,2", ""), ("block 4", ""), ("block 1", "fault lstm stale-state"),
      ("block 2", "fault lstm drop-state at 100"), ("block 1,2", "fault c1 mask-multiply"),
    ])
  func recomputes(block: String, fault: String) throws {
    let lines = [Small.stack, Self.long, block] + (fault.isEmpty ? [] : [fault])
    let kept = try small(lines)
    let whole = Workspace(keepsJournal: false)
    try whole.performAll(lines + ["seed 1"])
    for session in [kept, whole] { try session.performAll(["run"]) }
    let last = kept.session.position
    #expect(last == whole.session.position && last > 100)
    for step in [0, 1, 2, last / 3, last / 2, last - 1, 5, last / 7] {
      for path in ["c1", "layers_1", "lstm", "out", ""] {
        let ours = try #require(kept.session.output(of: path, inStep: step))
        let theirs = try #require(whole.session.output(of: path, inStep: step))
        #expect(ours.values.bitsEqual(theirs.values) && ours.mask.bitsEqual(theirs.mask))
      }
    }
    for line in ["diff all", "check max-diff < 1e9", "show c1[1, 100:104]", "show out:diff[0, 77]"]
    {
      let (a, b) = (kept.perform(line), whole.perform(line))
      #expect(a.lines == b.lines && a.error == b.error, "\(line)")
    }
    for line in ["goto 40", "back 17", "goto 90", "diff all", "step 3", "show state"] {
      #expect(kept.perform(line).lines == whole.perform(line).lines, "\(line)")
    }
    #expect(kept.recording.events.map(\.steps) == whole.recording.events.map(\.steps))
  }

  @Test("a run stays within its budget, and says so")
  func budget() throws {
    let workspace = Workspace(keepsJournal: false)
    try workspace.performAll([
      Small.stack, "input noise --channels 3 --time 16000 --seed 3", "memory 2MB", "run",
    ])
    let table = try workspace.performAll(["show memory"])
    #expect(table.contains { $0.hasPrefix("layer-wise: in pieces of") }, "\(table)")
    for name in ["checkpoints", "values", "statistics", "layer-wise"] {
      let line = try #require(table.first { $0.hasPrefix("\(name) ") })
      #expect(line.contains("kB") || line.contains(" B"), "\(line)")
    }
    #expect(try workspace.performAll(["check equal"]).last?.contains("equal within 0") == true)
    #expect(try workspace.refusal(of: "memory 10kB").contains("at least"))
    #expect(try workspace.refusal(of: "memory much").contains("512MB"))
  }

  @Test("a budget set in the middle of a run changes nothing that is seen")
  func shrinks() throws {
    let workspace = Workspace(keepsJournal: false)
    try workspace.performAll([Small.stack, Self.long, "goto 700"])
    let before = try workspace.performAll(["diff all"])
    let values = try workspace.performAll(["show lstm[0, 3:9]"])
    try workspace.performAll(["memory 1MB"])
    #expect(try workspace.performAll(["diff all"]) == before)
    #expect(try workspace.performAll(["show lstm[0, 3:9]"]) == values)
    try workspace.performAll(["run", "check equal"])
  }
}
