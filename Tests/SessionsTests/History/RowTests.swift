import Datasets
import Runtime
import Sessions
import Tensors
import Testing

/// `row R reset|restart`: one row goes on from its first state, the others as if nothing had been.
@Suite struct RowTests {
  private static let setUp = [Small.stack, Small.input, "step 4"]

  private func array(_ text: String, _ workspace: Workspace, _ scratch: Scratch) throws -> Tensor {
    try workspace.performAll(["show \(text) > \(text.filter(\.isLetter)).npy --replace"])
    return try Npy.read(path: scratch.file("\(text.filter(\.isLetter)).npy"))
  }

  private func digests(_ workspace: Workspace) -> [UInt64]? {
    workspace.session.document.input?.sequence.rowDigests
  }

  private func expectReplay(
    _ workspace: Workspace, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    if case .same = Replay.run(workspace.recording) { return }
    Issue.record("the recording diverges", sourceLocation: sourceLocation)
  }

  @Test("a row that is reset gives what it gives when its input begins there, bit for bit")
  func reset() throws {
    let scratch = try Scratch()
    let whole = try scratch.workspace([Small.stack, Small.input, "run"])
    let (other, all) = (
      try array("out[0]", whole, scratch), try array(".:in[:, 4:]", whole, scratch)
    )
    try Npy.write(all, to: scratch.file("tail.npy"))
    let tail = try scratch.workspace([Small.stack, "input tail.npy --lengths 8,3", "run"])
    let wanted = try array("out[1, :3]", tail, scratch)
    let workspace = try scratch.workspace(Self.setUp)
    let answer = try workspace.performAll(["row 1 reset"])
    #expect(answer[0].contains("on branch edit-1: from step 4 (input timestep 4) row 1"))
    try workspace.performAll(["run"])
    #expect(try array("out[1, 4:7]", workspace, scratch).bitsEqual(wanted))
    #expect(try array("out[0]", workspace, scratch).bitsEqual(other))
    expectReplay(workspace)
  }

  @Test("a row that is restarted gives again what it gave from the start", arguments: [2, 4])
  func restart(step: Int) throws {
    let scratch = try Scratch()
    let whole = try scratch.workspace([Small.stack, Small.input, "run"])
    let (other, first) = (
      try array("out[1]", whole, scratch), try array("out[0, :\(12 - step)]", whole, scratch)
    )
    let workspace = try scratch.workspace(Self.setUp + ["row 0 restart at \(step)", "run"])
    #expect(try array("out[0, \(step):12]", workspace, scratch).bitsEqual(first))
    #expect(try array("out[1]", workspace, scratch).bitsEqual(other))
    expectReplay(workspace)
  }

  @Test("it happens on a branch: main is as it was, and undo takes the branch back")
  func branches() throws {
    let scratch = try Scratch()
    let workspace = try scratch.workspace(Self.setUp)
    let before = digests(workspace)
    try workspace.performAll(["row 0 restart at 2 on anew", "run", "branch main"])
    #expect(digests(workspace) == before)
    try workspace.performAll(["run", "check equal", "branch anew"])
    #expect(digests(workspace) != before)
    expectReplay(workspace)
    try workspace.performAll(["save a.session"])
    let opened = try scratch.workspace(["open a.session"])
    #expect(digests(opened) == digests(workspace))
    let undone = try scratch.workspace(Self.setUp + ["row 1 reset", "undo"])
    #expect(undone.session.document.branchNames == ["main"])
    expectReplay(undone)
  }

  @Test(
    "what makes no sense leaves all as it was",
    arguments: [
      ("row 2 reset", "0 to 1"), ("row x reset", "0 to 1"), ("row 0 again", "row R reset"),
      ("row 0 reset at 99", "99"), ("row 0 reset when 3", "'when'"), ("row", "row R reset"),
    ])
  func refuses(line: String, part: String) throws {
    let workspace = try Scratch().workspace(Self.setUp)
    let count = workspace.recording.events.count
    #expect(try workspace.refusal(of: line).contains(part))
    #expect(workspace.recording.events.count == count && workspace.session.position == 4)
    #expect(workspace.session.document.branchNames == ["main"])
  }
}
