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

  private static let folder: String = {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return tests.deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Sessions").path(percentEncoded: false)
  }()

  @Test(
    "bundled sessions hold, but for the one that is broken on purpose",
    arguments: ["broken", "bytes", "latency"])
  func bundled(_ name: String) {
    let opened = OpenedSession(path: "\(Self.folder)/\(name).session", keepsJournal: false)
    let outcome = opened.session.perform("verify")
    #expect(outcome.status == (name == "broken" ? 1 : 0), "\(outcome.lines)")
    #expect(name != "broken" || outcome.lines.contains { $0.contains(": c2: ") })
  }
}
