import Runtime
import Sessions
import Tensors
import Testing

/// What is said to make a stack step can be typed as it stands, and does so without another result.
@Suite struct StepCureTests {
  private static func conv(_ name: String, _ size: Int, _ stride: Int = 1) -> String {
    "Conv1D(filters: 3, kernelSize: \(size), strides: \(stride), padding: .same, name: \"\(name)\")"
  }

  private static let bare = "Conv1D(filters: 3, kernelSize: 5, padding: .same)"

  private static let stacks = [
    "Parallel([\(conv("a", 3)), \(conv("b", 7))], combination: .add)",
    "Parallel([\(bare), Identity(), \(conv("b", 9))], combination: .concat)",
    "Serial([Dense(features: 3), Parallel([\(bare), Relu()], combination: .add)])",
    "Serial([Parallel([Serial([\(bare), Relu()]), \(conv("b", 3))], combination: .add, name: \"p\")])",
    "Residual([\(conv("a", 5)), Relu(), \(conv("b", 3))], name: \"block\")",
    "Serial([Residual([\(bare)], name: \"block\"), Residual([\(bare)], name: \"other\")])",
    "Residual(layers: [\(conv("a", 3))], shortcutLayers: [\(conv("s", 7))])",
    "Residual(layers: [\(conv("a", 9))], shortcutLayers: [\(conv("s", 5))])",
    "Serial([\(conv("a", 3)), \(conv("b", 3, 2)), \(conv("c", 5, 3))])",
    "Serial([\(conv("in", 3)), Residual([Parallel([\(bare), Tanh()], combination: .add)]), "
      + "\(conv("down", 4, 2))])",
  ]

  @Test(
    "typed in their order, the lines make it step to the bits of the whole sequence",
    arguments: stacks)
  func cures(_ stack: String) throws {
    let scratch = try Scratch()
    let workspace = try scratch.workspace(["stack \(stack)", "input noise --channels 3 --time 24"])
    let session = workspace.session
    try workspace.performAll(["show .:layer[0, 0]"])
    let before = try #require(session.layerOutput(""))
    #expect(session.plan == nil)
    let refusal = try workspace.refusal(of: "step")
    for round in 0..<8 where session.plan == nil {
      let lines = session.stepCures
      try #require(!lines.isEmpty, "no cure after \(round) rounds")
      if round == 0 { #expect(refusal.contains(lines.joined(separator: "\n"))) }
      try workspace.performAll(lines)
    }
    try workspace.performAll(["run", "check equal"])
    let after = try #require(session.layerOutput(""))
    #expect(after.rowDigests == before.rowDigests)
  }

  @Test("a stack that steps, and one that no delay makes step, need none")
  func none() throws {
    let workspace = try Scratch().workspace(["stack Dense(features: 2)"])
    #expect(workspace.session.stepCures.isEmpty)
    try workspace.performAll(["stack ReverseSequence()", "input noise --channels 3 --time 24"])
    #expect(workspace.session.stepCures.isEmpty)
    #expect(try workspace.refusal(of: "step").contains("layer-wise result can be shown"))
  }
}
