import Foundation
import Layers
import Runtime
import Sessions
import Testing

/// `verify` in a session says what is wrong with the session's own run, and nothing of what is right.
@Suite struct VerifyCommandTests {
  private static let stack =
    "stack Serial([Conv1D(filters: 4, kernelSize: 3, padding: .causal, name: \"c1\"), "
    + "Conv1D(filters: 4, kernelSize: 3, strides: 2, padding: .causal, name: \"c2\"), "
    + "LSTM(units: 3, name: \"lstm\")])"
  private static let input = "input noise --channels 3 --lengths 15,9 --seed 2"

  private static func session(_ lines: [String]) -> Session {
    let session = Session()
    for line in lines {
      let outcome = session.perform(line)
      if let error = outcome.error { Issue.record("\(line): \(error)") }
    }
    return session
  }

  @Test("a session without faults holds, whatever its rows, blocks and step")
  func sound() {
    for more in [[], ["block 2"], ["run"], ["seed 4", "step 3"]] {
      let outcome = Self.session([Self.stack, Self.input] + more).perform("verify")
      #expect(outcome.status == 0, "\(more): \(outcome.lines)")
    }
  }

  static let faults = [
    "c1 stale-state", "c1 drop-state", "c2 stale-state", "c2 drop-state", "lstm stale-state",
    "lstm drop-state", "lstm drop-state at 3", "c1 stale-state at 4", "c1 mask-multiply",
    "c2 mask-multiply",
  ]

  @Test("a seeded fault is found, and its layer named", arguments: faults)
  func fault(_ text: String) throws {
    let session = Self.session([Self.stack, Self.input, "fault \(text)"])
    let outcome = session.perform("verify")
    #expect(outcome.status == 1)
    #expect(outcome.lines.last == "the contract is broken")
    let layer = try #require(text.split(separator: " ").first)
    let named = outcome.lines.filter { $0.hasPrefix("     ") }
    #expect(named.contains { $0.contains(": \(layer): ") }, "\(outcome.lines)")
    // Nothing of it stays behind.
    #expect(session.perform("fault clear").status == 0)
    #expect(session.perform("verify").status == 0)
  }

  @Test("a multiplied mask shows in the run of a layer that sees invalid timesteps")
  func multipliedMask() {
    let session = Self.session([
      "stack Conv1D(filters: 4, kernelSize: 3, padding: .reverseCausal, name: \"ahead\")",
      Self.input, "run flushed", "check equal",
    ])
    let outcome = session.perform("fault . mask-multiply")
    #expect(outcome.lines.contains { $0.contains("invalid timesteps hold NaN now") })
    for (line, status) in [
      ("run flushed", 0), ("check equal", 1), ("fault clear", 0), ("run flushed", 0),
      ("check equal", 0),
    ] {
      #expect(session.perform(line).status == status, "\(line)")
    }
  }

  @Test("a fault that changes nothing is said to")
  func harmlessFaults() {
    let session = Self.session([
      "stack Serial([Dense(features: 2, name: \"d\"), Delay(length: 1, name: \"late\")])",
      "input noise --channels 3 --lengths 5,3",
    ])
    for (fault, answer) in [
      ("d drop-state", "d keeps no state, so this changes nothing"),
      ("d mask-multiply", "d puts no 0 in the place of invalid input, so this changes nothing"),
    ] {
      #expect(session.perform("fault \(fault)").lines.contains(answer))
    }
  }

  @Test("scalar input can be asked for with two quotes of either kind", arguments: ["''", "\"\""])
  func noChannels(_ quotes: String) {
    let session = Self.session([
      "stack Frame(frameLength: 4, frameStep: 2, padding: .mode(.causal))",
      "input sine --channels \(quotes) --time 12",
    ])
    #expect(session.perform("verify").status == 0)
  }

  // MARK: - Bundled sessions

  private static let root: URL = {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return tests.deletingLastPathComponent().deletingLastPathComponent()
  }()

  /// The files of a folder of the project with an ending.
  private static func names(_ folder: String, _ ending: String) throws -> [String] {
    let path = root.appending(path: folder).path(percentEncoded: false)
    return try FileManager.default.contentsOfDirectory(atPath: path)
      .filter { $0.hasSuffix(ending) }.sorted()
  }

  @Test(
    "bundled sessions hold, but for the one that is broken on purpose",
    arguments: try names("Sessions", ".session"))
  func bundled(_ name: String) {
    let path = Self.root.appending(path: "Sessions/\(name)").path(percentEncoded: false)
    let opened = OpenedSession(path: path, keepsJournal: false)
    let outcome = opened.session.perform("verify")
    let isBroken = name == "broken.session"
    #expect(outcome.status == (isBroken ? 1 : 0), "\(outcome.lines)")
    #expect(!isBroken || outcome.lines.contains { $0.contains(": c2: ") })
  }

  /// The stacks that are timed, with the channels of their inputs.
  private static let stacks = [
    "audio.textproto": "''", "conv-lstm.textproto": "80", "wavenet-dw.textproto": "64",
    "wavenet-full.textproto": "64",
  ]

  private func verify(_ name: String, channels: String) throws {
    let path = Self.root.appending(path: "Tests/Fixtures/stacks/\(name)").path(
      percentEncoded: false)
    let workspace = Workspace(keepsJournal: false)
    try workspace.performAll([
      "stack @\(path)", "input noise --channels \(channels) --lengths 26,15 --seed 1", "verify",
    ])
  }

  @Test("there is no alarm over the stacks that are timed", arguments: stacks.keys.sorted())
  func timedStacks(_ name: String) throws {
    try verify(name, channels: try #require(Self.stacks[name]))
  }

  @Test(
    "there is no alarm over the transformer",
    .enabled(
      if: ProcessInfo.processInfo.environment["WORKBENCH_VERIFY_TRANSFORMER"] != nil,
      "it takes half a minute; set WORKBENCH_VERIFY_TRANSFORMER"))
  func transformer() throws { try verify("transformer.textproto", channels: "256") }

  @Test("every stack that is timed is among those")
  func allStacks() throws {
    let names = Set(Self.stacks.keys).union(["transformer.textproto"])
    #expect(try Set(Self.names("Tests/Fixtures/stacks", ".textproto")) == names)
  }
}
