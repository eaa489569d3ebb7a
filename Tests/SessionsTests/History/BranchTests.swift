import Layers
import Runtime
import Sessions
import Tensors
import Testing

/// What-if branches: they part where something was changed, share the rest, and replay.
@Suite struct BranchTests {
  private static let setUp = [Small.stack, "input noise --channels 3 --lengths 60,40 --seed 3"]

  private func workspace(_ lines: [String]) throws -> Workspace {
    let workspace = Workspace(keepsJournal: false)
    try workspace.performAll(Self.setUp + lines)
    return workspace
  }

  private func expectReplay(_ workspace: Workspace) {
    if case .same = Replay.run(workspace.recording) { return }
    Issue.record("the recording diverges")
  }

  @Test("an edit of the state is seen at once, changes what follows, and nothing before")
  func edits() throws {
    let plain = try workspace(["run"])
    let workspace = try workspace(["run 40", "goto 20"])
    let leaf = try #require(workspace.session.leafPaths["state"]?.first { $0.hasPrefix("lstm/") })
    let name = leaf.dropFirst(5)
    let answer = try workspace.performAll(["set lstm:state.\(name)[0, 1] 2.5 on trial"])
    #expect(answer.first?.hasPrefix("on branch trial") == true)
    #expect(try workspace.performAll(["show lstm:state.\(name)[0, 1]"]).last == "2.5")
    try workspace.performAll(["run"])
    for step in 0..<60 {
      let ours = try #require(workspace.session.output(of: "lstm", inStep: step))
      let theirs = try #require(plain.session.output(of: "lstm", inStep: step))
      #expect((step < 20) == ours.values.bitsEqual(theirs.values), "step \(step)")
    }
    let parts = try workspace.performAll(["diff main trial"])
    #expect(parts.last == "main and trial part first at lstm, t 20, row 0, in step 21", "\(parts)")
    try workspace.performAll(["goto 5", "goto 50", "branch main", "goto 25", "check equal"])
    let main = try #require(workspace.session.output(of: "lstm", inStep: 24))
    #expect(
      main.values.bitsEqual(try #require(plain.session.output(of: "lstm", inStep: 24)).values))
    let tree = try workspace.performAll(["branch"])
    #expect(tree.first == "* main" && tree.last?.contains("trial  from step 20") == true, "\(tree)")
    #expect(try workspace.refusal(of: "branch drop main").contains("this is branch main"))
    try workspace.performAll(["branch drop trial", "undo", "branch trial", "undo", "undo", "run"])
    expectReplay(workspace)
  }

  @Test(
    "whatever is set is set on a branch of its own, and undone with it",
    arguments: [
      ("set input[0, 30, 1] 9", "c1, t 30, row 0"),
      ("set input:mask[1, 10:12] 0", "c1, t 10, row 1"),
      ("set lstm:param.bias[0] 3", "lstm, t 0, row 0"),
      ("set c1:state.buffer[0, 1, 2] 4 at 12", "c1, t 12, row 0"),
    ])
  func kinds(line: String, place: String) throws {
    let workspace = try workspace(["run", line, "run"])
    let parts = try workspace.performAll(["diff main edit-1"])
    #expect(parts.last?.contains("part first at \(place)") == true, "\(line): \(parts)")
    try workspace.performAll(["undo"])
    #expect(workspace.session.document.branchNames == ["main"])
    expectReplay(workspace)
  }

  @Test(
    "what cannot be set is refused",
    arguments: [
      ("set c1:state.bufer 1", "buffer"), ("set c1:state.buffer[0, 9, 0] 1", "0 to 1"),
      ("set c1:out[0, 0, 0] 1", "output is what"), ("set input:mask[0, 0] 2", "0 or 1"),
      ("set c1:state.buffer much", "a number"), ("set constant.x[0] 1", "no constant 'x'"),
      ("diff main trial", "no branch 'trial'"),
    ])
  func refusals(line: String, message: String) throws {
    let workspace = try workspace(["step 5"])
    let refusal = try workspace.refusal(of: line)
    #expect(refusal.contains(message), "\(line) → \(refusal)")
    #expect(workspace.session.document.branchNames == ["main"])
  }
}
