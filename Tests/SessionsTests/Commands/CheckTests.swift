import Sessions
import Testing

/// Checks for scripts: what holds, what does not, and what is no check.
@Suite struct CheckTests {
  @Test(
    "facts and numbers",
    arguments: [
      ("check receptive-field == -2..0", 1), ("check receptive-field == -inf..0", 0),
      ("check receptive-field == 0", 3), ("check no-nan", 0), ("check no-nan c1", 0),
      ("check latency == 0", 0), ("check latency == 4", 1), ("check max-diff < 1e-5", 0),
      ("check no-nam", 3), ("sweep 1 2 1,3", 0),
    ])
  func checks(line: String, status: Int) throws {
    let workspace = Workspace(keepsJournal: false)
    try workspace.performAll([Small.stack, Small.input, "run"])
    let outcome = workspace.perform(line)
    #expect(
      outcome.status == status, "\(line) → \(outcome.lines) \(String(describing: outcome.error))")
  }

  @Test("a NaN is found in the steps alone, and not behind the position")
  func noNaN() throws {
    let workspace = Workspace(keepsJournal: false)
    try workspace.performAll([Small.stack, "input noise --channels 3 --time 40 --seed 3", "run"])
    let leaf = try #require(workspace.session.leafPaths["state"]?.first { $0.hasPrefix("lstm/") })
    try workspace.performAll(["set lstm:state.\(leaf.dropFirst(5))[0, 0] nan at 21", "run"])
    let outcome = workspace.perform("check no-nan")
    #expect(outcome.status == 1 && outcome.lines.last?.contains("lstm has NaN in step 22") == true)
    try workspace.performAll(["goto 20", "check no-nan"])
  }

  @Test("a sweep tells the schedules that are not equal")
  func sweep() throws {
    let workspace = Workspace(keepsJournal: false)
    try workspace.performAll([Small.stack, Small.input, "fault c1 drop-state"])
    let outcome = workspace.perform("sweep 1 12")
    #expect(outcome.status == 1)
    #expect(outcome.lines.count { $0.contains("at a seam") } == 1, "\(outcome.lines)")
  }
}
