import Sessions
import Testing

/// Faults on purpose: where they can be, when they begin, and that they are recorded.
@Suite struct StepFaultTests {
  private static let stack = [
    "stack Serial([Dense(features: 4, name: \"d\"), Relu(name: \"relu\"), "
      + "Conv1D(filters: 4, kernelSize: 3, padding: .causal, name: \"c\"), "
      + "Conv1D(filters: 4, kernelSize: 3, padding: .reverseCausal, name: \"ahead\"), "
      + "LSTM(units: 3, name: \"r\"), AddTimingSignal(name: \"pos\"), Identity(name: \"same\"), "
      + "Dense(features: 2, name: \"out\")])",
    "input noise --channels 3 --lengths 24,17 --seed 2", "block 4", "set out:param.bias 0.5",
  ]

  private static func workspace(_ lines: [String]) throws -> Workspace {
    let workspace = Workspace(keepsJournal: false)
    try workspace.performAll(stack + lines)
    return workspace
  }

  /// A layer for each kind, in which it changes something.
  static let places: [(kind: String, layer: String)] = [
    ("stale-state", "c"), ("drop-state", "r"), ("reset-state", "r"), ("short-window", "c"),
    ("shifted-window", "c"), ("wrong-position", "pos"), ("state-row-mixed", "r"),
    ("mask-multiply", "ahead"), ("padding-read", "ahead"), ("right-context-missing", "ahead"),
    ("bias-twice", "out"), ("scaled", "d"), ("row-mixed", "out"), ("statistics-per-block", "c"),
    ("timestep-lost", "c"), ("timestep-repeated", "d"), ("flush-missing", "ahead"),
    ("wrong-trim", "ahead"), ("not-finite", "relu"), ("wrong-mask", "c"),
  ]

  @Test("every kind is tried")
  func allKinds() throws {
    let list = try Self.workspace([]).perform("fault list").lines
    let kinds = list.compactMap { $0.split(separator: " ").first.map(String.init) }
    #expect(Set(kinds) == Set(Self.places.map(\.kind)) && kinds.count == Self.places.count)
  }

  @Test("a fault changes its layer, and is gone when it is cleared", arguments: places)
  func changes(_ place: (kind: String, layer: String)) throws {
    let workspace = try Self.workspace(["fault \(place.layer) \(place.kind)", "run"])
    #expect(workspace.perform("check equal \(place.layer)").status == 1)
    try workspace.performAll(["fault clear", "run", "check equal"])
  }

  @Test("from a step on, and in one step, nothing before it changes", arguments: places)
  func begins(_ place: (kind: String, layer: String)) throws {
    for (span, blocks) in [("from 3", 4), ("at 4", 3)] {
      let workspace = try Self.workspace(
        ["block \(blocks)", "fault \(place.layer) \(place.kind) \(span)"])
      let step = try #require(span.split(separator: " ").last.flatMap { Int($0) })
      // In all layers, up to the step; a state is lost behind it.
      try workspace.performAll(["goto \(step)", "check equal"])
      for layer in ["d", "c", "r", "pos"] {
        #expect(workspace.perform("check equal \(layer)").status == 0, "\(layer) \(span)")
      }
    }
  }

  @Test("what is recorded with a fault replays", arguments: places)
  func replays(_ place: (kind: String, layer: String)) throws {
    let workspace = try Self.workspace([
      "goto 3", "fault \(place.layer) \(place.kind) from 2", "run", "fault c drop-state at 5",
      "back 3",
    ])
    let file = try #require(workspace.session.recorder?.file)
    guard case .same = Replay.run(file) else {
      Issue.record("\(Replay.run(file))")
      return
    }
  }

  @Test(
    "a kind that a layer has no place for says why",
    arguments: [
      ("d drop-state", "d keeps no state"), ("r short-window", "r keeps no window of timesteps"),
      ("c wrong-position", "c counts no positions"), ("relu bias-twice", "relu adds no bias"),
      ("c right-context-missing", "c does not look ahead"),
      ("c flush-missing", "c gives everything at once"),
      ("c wrong-trim", "c has no warm-up of its own"),
      ("same scaled", "same gives its input as it is"),
    ])
  func obstacles(_ fault: String, _ answer: String) throws {
    let workspace = try Self.workspace([])
    let outcome = workspace.perform("fault \(fault)")
    #expect(outcome.status == 0)
    #expect(outcome.lines.contains { $0.hasPrefix(answer) && $0.contains("changes nothing") })
    try workspace.performAll(["run", "check equal"])
  }

  @Test("one row is not enough to mix")
  func oneRow() throws {
    let workspace = try Self.workspace(["input noise --channels 3 --time 9"])
    for fault in ["out row-mixed", "r state-row-mixed"] {
      let outcome = workspace.perform("fault \(fault)")
      #expect(outcome.lines.contains { $0.contains("has one row only") })
    }
  }

  @Test("several faults are all there")
  func several() throws {
    let workspace = try Self.workspace([
      "fault d scaled from 5", "fault c drop-state at 2", "fault r stale-state", "run",
    ])
    for layer in ["d", "c", "r"] {
      #expect(workspace.perform("check equal \(layer)").status == 1)
    }
    let bisected = workspace.perform("bisect --quick")
    #expect(bisected.lines.contains { $0.hasPrefix("first wrong place: ") })
  }
}
