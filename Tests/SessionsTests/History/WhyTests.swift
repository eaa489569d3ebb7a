import Layers
import Sessions
import Testing

/// Where a number comes from.
@Suite struct WhyTests {
  /// Stacks that make NaN, and what is to be said of them.
  private static let origins: [(stack: String, input: String, ask: String, parts: [String])] = [
    (
      "Serial([Dense(features: 2, name: \"d\"), Log(name: \"log\")])",
      "constant --value 0 --channels 3 --time 5",
      "why log[0, 3, 1]", ["log(0)", "log makes it at t 3, row 0"]
    ),
    (
      "Serial([Scale(scale: 0, name: \"zero\"), Log(name: \"log\"), Scale(scale: 0, name: \"again\")])",
      "constant --value 1 --channels 2 --time 5", "why again[0, 2, 0]",
      ["-inf · 0", "again makes it at t 2"]
    ),
  ]

  @Test("the operation and its operands", arguments: 0..<2)
  func origin(index: Int) throws {
    let (stack, input, ask, parts) = Self.origins[index]
    let workspace = Workspace(keepsJournal: false)
    try workspace.performAll(["stack \(stack)", "input \(input)", "run"])
    let lines = try workspace.performAll([ask])
    for part in parts { #expect(lines.contains { $0.contains(part) }, "\(part): \(lines)") }
  }

  @Test("a NaN of the input is followed through the state of many steps")
  func throughState() throws {
    let workspace = Workspace(keepsJournal: false)
    try workspace.performAll([
      Small.stack, "input noise --channels 3 --time 30 --seed 3", "set input[0, 4, 2] nan", "run",
    ])
    let lines = try workspace.performAll(["why out[0, 25, 0]"])
    #expect(lines.last == "the input has it at row 0, t 4", "\(lines)")
    #expect(lines.contains { $0.contains("from the state lstm/") }, "\(lines)")
  }

  @Test("the inputs that move a finite number most lie where the layer looks")
  func influence() throws {
    let workspace = Workspace(keepsJournal: false)
    try workspace.performAll([
      "stack Serial([Delay(length: 3, name: \"late\"), Dense(features: 1, name: \"d\")])",
      "input noise --channels 2 --time 20 --seed 3", "run",
    ])
    let lines = try workspace.performAll(["why d[0, 9, 0]"])
    #expect(lines.last?.contains("moved most by the input at t 6, 3 before") == true, "\(lines)")
  }

  @Test(
    "a finite number of any layer is traced back",
    arguments: ["c1", "relu", "c2", "lstm", "out", "layers_5"])
  func everyLayer(path: String) throws {
    let workspace = Workspace(keepsJournal: false)
    try workspace.performAll([
      """
      stack Serial([Conv1D(filters: 4, kernelSize: 3, padding: .causal, name: "c1"), \
      Relu(name: "relu"), Conv1D(filters: 4, kernelSize: 3, padding: .causal, name: "c2"), \
      LSTM(units: 4, name: "lstm"), Dense(features: 3, name: "out"), Softplus()])
      """,
      "input noise --channels 3 --lengths 20,9 --seed 3", "run",
    ])
    for element in ["0, 7, 1", "1, 3, 2"] {
      let lines = try workspace.performAll(["why \(path)[\(element)]"])
      #expect(lines.last?.contains("is moved most by the input at t") == true, "\(lines)")
    }
  }

  @Test("what is no element is refused")
  func refusals() throws {
    let workspace = Workspace(keepsJournal: false)
    try workspace.performAll([Small.stack, Small.input])
    #expect(try workspace.refusal(of: "why out[0, 0, 0]").contains("no step was made"))
    try workspace.performAll(["run"])
    #expect(try workspace.refusal(of: "why nan").contains("no layer has given NaN"))
    #expect(try workspace.refusal(of: "why out:layer[0, 0, 0]").contains("step-wise output"))
    #expect(try workspace.refusal(of: "why oot[0, 0, 0]").contains("out"))
  }
}
