import Sessions
import Testing

/// `bisect` finds the layer, the timestep and the cause of mistakes that are put in on purpose.
@Suite struct BisectTests {
  private static let stack = [
    "stack Serial([Conv1D(filters: 4, kernelSize: 3, padding: .causal, name: \"c1\"), Relu(), "
      + "Conv1D(filters: 4, kernelSize: 3, padding: .causal, name: \"c2\"), "
      + "LSTM(units: 3, name: \"r\"), Dense(features: 2, name: \"out\")])",
    "input noise --channels 3 --time 40 --rows 2",
  ]

  struct Case: Sendable, CustomTestStringConvertible {
    let layer: String
    let kind: String
    let block: Int
    /// The first timestep that differs.
    let time: Int
    var testDescription: String { "\(layer) \(kind) in blocks of \(block)" }
  }

  private static func outcome(_ lines: [String]) throws -> Session.Outcome {
    let session = Session()
    for line in lines.dropLast() {
      let outcome = session.perform(line)
      try #require(outcome.status == 0, "\(line): \(outcome.error.map { "\($0)" } ?? "")")
    }
    return session.perform(lines[lines.count - 1])
  }

  @Test(
    "the first wrong layer, its timestep and why",
    arguments: [
      Case(layer: "c1", kind: "drop-state", block: 1, time: 1),
      Case(layer: "c2", kind: "drop-state", block: 4, time: 4),
      Case(layer: "r", kind: "drop-state", block: 2, time: 2),
      Case(layer: "c2", kind: "stale-state", block: 1, time: 1),
      Case(layer: "r", kind: "stale-state", block: 3, time: 3),
    ])
  func found(_ example: Case) throws {
    let outcome = try Self.outcome(
      Self.stack + ["block \(example.block)", "fault \(example.layer) \(example.kind)", "bisect"])
    #expect(outcome.status == 1)
    let answer = try #require(outcome.lines.last)
    #expect(answer.contains("\(example.layer)'s input"), "\(answer)")
    #expect(answer.contains("t \(example.time)") && answer.contains("row 0"), "\(answer)")
    #expect(answer.contains("the state handed from step"), "\(answer)")
    #expect(outcome.lines.contains { $0.hasPrefix("smallest input that shows it") })
  }

  @Test("a fault in one step is found there, and the smallest input ends behind it")
  func oneStep() throws {
    let outcome = try Self.outcome(Self.stack + ["fault c2 drop-state at 17", "bisect"])
    let answer = try #require(outcome.lines.last)
    #expect(answer.contains("c2's input") && answer.contains("t 18"), "\(answer)")
    let smallest = outcome.lines.first { $0.hasPrefix("smallest input") } ?? ""
    #expect(smallest.contains("19 timesteps (t 0 to 18), row 0"), "\(smallest)")
  }

  @Test("equal runs have nothing to bisect, and the session stays where it is")
  func equal() throws {
    let session = Session()
    for line in Self.stack + ["step 3"] { session.perform(line) }
    let outcome = session.perform("bisect")
    #expect(outcome.status == 0 && session.position == 3)
    #expect(outcome.lines.last?.contains("nothing to bisect") == true)
  }

  @Test("a tolerance below 0 is refused, and nothing has changed")
  func refused() throws {
    let outcome = try Self.outcome(Self.stack + ["bisect --tol -1"])
    #expect(outcome.status == 3)
  }
}
