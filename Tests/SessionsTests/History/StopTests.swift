import Layers
import Runtime
import Sessions
import Tensors
import Testing

/// Conditions on steps: where runs stop, forwards and backwards, and what is said of conditions that are wrong.
@Suite struct StopTests {
  private static let setUp = [Small.stack, "input noise --channels 3 --lengths 60,40 --seed 3"]

  private func workspace(_ lines: [String] = []) throws -> Workspace {
    let workspace = Workspace(keepsJournal: false)
    try workspace.performAll(Self.setUp + lines)
    return workspace
  }

  /// Every condition with what it means, worked out from the outputs one by one.
  private static let meanings: [(line: String, holds: @Sendable (Session, Int) -> Bool)] = [
    ("c1 absmax > 2", { valid($0, "c1", $1).contains { abs($0) > 2 } }),
    ("max(c1) < 0.4", { (valid($0, "c1", $1).max() ?? 1) < 0.4 }),
    (
      "c1[0, -1, 2] > 1",
      { session, step in
        session.output(of: "c1", inStep: step).map {
          $0.isValid(row: 0, time: 0) && $0.values.double(at: 2) > 1
        } ?? false
      }
    ),
    (
      "norm(lstm) / norm(c1) > 0.1",
      { session, step in
        let (a, b) = (norm(valid(session, "lstm", step)), norm(valid(session, "c1", step)))
        return a / b > 0.1
      }
    ),
    (
      "c1 absmax > 1.5 and row == 1",
      { session, step in
        guard let output = session.output(of: "c1", inStep: step), output.isValid(row: 1, time: 0)
        else { return false }
        return (4..<8).contains { abs(output.values.double(at: $0)) > 1.5 }
      }
    ),
    (
      "c1 valid < 2 and step > 10",
      { session, step in
        step + 1 > 10 && (session.output(of: "c1", inStep: step)?.lengths.reduce(0, +) ?? 9) < 2
      }
    ),
    (
      "|c1[0, 0, 0] - c1[0, 0, 1]| > 2",
      { session, step in
        session.output(of: "c1", inStep: step).map {
          $0.isValid(row: 0, time: 0) && abs($0.values.double(at: 0) - $0.values.double(at: 1)) > 2
        } ?? false
      }
    ),
  ]

  private static func valid(_ session: Session, _ path: String, _ step: Int) -> [Double] {
    guard let output = session.output(of: path, inStep: step) else { return [] }
    return (0..<output.batch).filter { output.isValid(row: $0, time: 0) }.flatMap { row in
      (0..<output.channelCount).map { output.values.double(at: row * output.channelCount + $0) }
    }
  }

  private static func norm(_ values: [Double]) -> Double {
    values.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  @Test(
    "runs stop at the first step that fulfils a condition, and back until at the last",
    arguments: 0..<7)
  func stops(index: Int) throws {
    let (line, holds) = Self.meanings[index]
    let reference = try workspace(["run"])
    let last = reference.session.position
    let wanted = (0..<last).filter { holds(reference.session, $0) }.map { $0 + 1 }
    try #require(!wanted.isEmpty && wanted.count < last, "\(line) tells nothing: \(wanted)")
    let stopped = try workspace(["break \(line)"])
    for position in wanted.prefix(3) {
      let lines = try stopped.performAll(["run"])
      #expect(stopped.session.position == position, "\(line)")
      #expect(lines.contains { $0.hasPrefix("break 1 (\(line))") }, "\(lines)")
    }
    let back = try workspace(["run", "back until \(line)"])
    #expect(back.session.position == wanted.last { $0 < last })
    guard case .same = Replay.run(stopped.recording) else {
      Issue.record("a run that was stopped replays otherwise")
      return
    }
  }

  @Test("properties: a mask flips where a row ends, a state changes until nothing is fed")
  func properties() throws {
    let flips = try workspace(["break c1:mask flips", "run"])
    #expect(flips.session.position == 41)
    let unchanged = try workspace(["break c1:state.buffer changes count 3", "run"])
    #expect(unchanged.session.position == 3)
    let faulty = try workspace([
      "fault c1 drop-state at 7", "break c1:state.buffer unchanged", "run",
    ])
    #expect(faulty.session.position == 8)
    let parted = try workspace(["fault c1 drop-state at 7", "break |step - layer| > 1e-3", "run"])
    let first = try workspace(["fault c1 drop-state at 7", "goto first-difference"])
    #expect(parted.session.position == first.session.position && first.session.position == 9)
    try first.performAll(["run", "last verdict c1"])
    #expect(first.session.position == 9)
  }

  @Test("NaN stops where it comes in, and why says where from")
  func nan() throws {
    let workspace = try workspace([
      "set c1:param.kernel[0, 0, 0] inf", "break nan", "run",
    ])
    let stopped = workspace.session.position
    #expect(stopped > 0 && stopped < 10)
    let why = try workspace.performAll(["why nan"])
    #expect(why.contains { $0.contains("c1") }, "\(why)")
    #expect(why.last?.contains("kernel") == true, "\(why)")
  }

  @Test(
    "what is wrong is said at once, with its place and the nearest name",
    arguments: [
      ("break c1 absmax < 0", "can never hold"),
      ("break row == 5 and nan", "can never hold: row is 0 to 1"),
      ("break c1:mask nan", "which has no nan"), ("break lstn absmax > 1", "lstm"),
      ("break c1 absmux > 1", "did you mean absmax?"), ("break c1 absmax >", "at character"),
      ("break c1[0, 5, 0] > 1", "at character 1"), ("break c1[0] > 1", "one element"),
      ("break lstm:state.hh changes", "state leaf 'hh'"),
      ("break layers_1:state changes", "keeps no state"),
      ("break c1 entropy < -1", "can never hold"),
      ("break t > 5 and t < 3 and nan", "can never hold"),
      ("break c1 absmax > 1 count 0", "count 0"), ("back until c1 absmax > 1", "holds in no step"),
      ("last c1", "does not change before"), ("goto nowhere", "expected blocks"),
      ("goto first-difference", "no layer differs"),
    ])
  func refusals(line: String, message: String) throws {
    let workspace = try workspace()
    let refusal = try workspace.refusal(of: line)
    #expect(refusal.contains(message), "\(line) → \(refusal)")
    #expect(workspace.session.document.breaks.isEmpty && workspace.session.position == 0)
  }

  @Test("changes are found forwards and backwards, and marks lead back")
  func travels() throws {
    let workspace = try workspace(["step 3", "mark here", "next c1:mask flips"])
    #expect(workspace.session.position == 41)
    try workspace.performAll(["goto here"])
    #expect(workspace.session.position == 3)
    #expect(try workspace.refusal(of: "goto hare").contains("did you mean here?"))
    try workspace.performAll(["run", "last c1:mask flips"])
    #expect(workspace.session.position == 42)
    try workspace.performAll(["last c1:mask flips"])
    #expect(workspace.session.position == 41)
    try workspace.performAll(["goto 20", "last lstm[0, -1, 0]"])
    #expect(workspace.session.position == 19)
    try workspace.performAll(["next lstm[0, -1, 0]"])
    #expect(workspace.session.position == 20)
    guard case .same = Replay.run(workspace.recording) else {
      Issue.record("travelling replays otherwise")
      return
    }
  }
}
