import Layers
import Sessions
import Tensors
import Testing

/// The layer-wise run of long inputs in pieces.
@Suite struct LayerWisePiecesTests {
  private static let stacks = [
    (
      "local",
      "stack Serial([Conv1D(filters: 4, kernelSize: 5, padding: .causal, name: \"c1\"), Relu(), "
        + "Conv1D(filters: 4, kernelSize: 3, strides: 2, padding: .causal, name: \"c2\")])"
    ),
    ("look-ahead", Small.late), ("carried", Small.stack),
    ("position", "stack Serial([AddTimingSignal(), Dense(features: 2, name: \"d\")])"),
    (
      "attention", "stack DotProductSelfAttention(numHeads: 2, unitsPerHead: 4, maxPastHorizon: 16)"
    ),
  ]

  @Test("pieces are the bits of the whole", arguments: stacks)
  func bits(name: String, stack: String) throws {
    let channels = name == "attention" || name == "position" ? 8 : 3
    let lines = [stack, "input noise --channels \(channels) --lengths 4000,1234 --seed 3"]
    let whole = Workspace(keepsJournal: false)
    try whole.performAll(lines)
    let pieces = Workspace(keepsJournal: false)
    try pieces.performAll(lines)
    pieces.session.history = HistoryBudget(256 << 10)
    for session in [whole, pieces] { try session.performAll(["seed 1", "run", "check equal"]) }
    let table = try pieces.performAll(["show memory"])
    #expect(table.contains { $0.hasPrefix("layer-wise: in pieces of") }, "\(table)")
    for line in [
      "diff all", "show .:layer[1, 600:604]", "show .:mask[:, 1000:1010]", "show masks",
      "show .:layer[0, -3:]", "show .:diff[0, 5:6]",
    ] {
      #expect(pieces.perform(line).lines == whole.perform(line).lines, "\(line)")
    }
  }

  @Test("a stack that may see everything is kept whole, or refused with the memory that it takes")
  func whole() throws {
    let workspace = Workspace(keepsJournal: false)
    try workspace.performAll([
      "stack Bidirectional(forward: LSTM(units: 3), backward: LSTM(units: 3))",
      "input noise --channels 3 --time 3000",
    ])
    workspace.session.history = HistoryBudget(64 << 10)
    try workspace.performAll(["seed 1", "show .:layer[0, 3]"])
    #expect(try workspace.performAll(["show memory"]).contains { $0.contains("whole") })
  }
}
