import Datasets
import Sessions
import Tensors
import Testing

/// Numbers that a session states of one thing in several places are the same, and nothing is said to be
/// fine that is not.
@Suite struct TruthTests {
  private func workspace(_ values: [Float], _ shape: Shape, _ lines: [String]) throws -> (
    Workspace, Scratch
  ) {
    let scratch = try Scratch()
    try scratch.write(Npy.encoded(Tensor(values, shape: shape)), "x.npy")
    let mask = (0..<shape[0] * shape[1]).map { $0 % 5 != 2 }
    try scratch.write(Npy.encoded(Tensor(mask, shape: [shape[0], shape[1]])), "mask.npy")
    return (try scratch.workspace(lines), scratch)
  }

  private static let stack = "stack Serial([Dense(features: 3, name: \"a\"), Relu()])"

  @Test("a NaN at a valid timestep is told of by input and by every answer about the run")
  func inputNaN() throws {
    var values = [Float](repeating: 1, count: 36)
    values[7 * 3 + 1] = .nan
    let (workspace, scratch) = try workspace(values, [1, 12, 3], [Self.stack])
    let answer = try workspace.performAll(["input x.npy"])
    #expect(answer.contains("warning: the input has NaN at valid timesteps, first at row 0, t 7"))
    #expect(try workspace.performAll(["run"])[0].hasSuffix("NaN from the input on: row 0, t 7"))
    // Where the mask says invalid, anything may stand.
    let padded = try workspace.performAll(["input x.npy --mask mask.npy"])
    #expect(!padded.joined().contains("NaN"))
    #expect(!(try workspace.performAll(["run"])[0].contains("NaN")))
    withExtendedLifetime(scratch) {}
  }

  @Test("a NaN is traced to the first layer that has one")
  func layerNaN() throws {
    let workspace = Workspace(keepsJournal: false)
    // The first layer overflows, the second subtracts infinities.
    try workspace.performAll([
      "stack Serial([Scale(scale: 1e30, name: \"big\"), Scale(scale: 1e30, name: \"over\"), "
        + "Conv1D(filters: 2, kernelSize: 3, padding: .causal, name: \"sum\"), "
        + "Dense(features: 2, name: \"out\")])",
      "input ramp --channels 3 --time 12", "run",
    ])
    let session = workspace.session
    #expect(session.nanPath == "sum")
    #expect(session.firstNaN("over") == nil)
    let place = try #require(session.firstNaN("sum"))
    #expect(workspace.perform("run end").lines[0].hasSuffix("NaN from sum on: \(place.text)"))
  }

  @Test("a mask with holes is no length")
  func holes() throws {
    let values = [Float](repeating: 1, count: 24 * 3)
    let (workspace, scratch) = try workspace(values, [2, 12, 3], [Self.stack])
    let answer = try workspace.performAll(["input x.npy --mask mask.npy"])
    // Of row 0 timesteps 2 and 7 are invalid, of row 1 timesteps 0, 5 and 10.
    #expect(answer[0].hasSuffix("lengths 12, 12"))
    #expect(
      answer.contains(
        "the mask has holes: of row 0 10 of 12 timesteps are valid, and 1 other row with holes"))
    let facts = try #require(workspace.session.inputFacts)
    #expect(facts.rows == [RowExtent(end: 12, valid: 10), RowExtent(end: 12, valid: 9)])
    #expect(!(try workspace.performAll(["run"]).joined().contains("ended")))
    withExtendedLifetime(scratch) {}
  }

  @Test("a seeded fault is there once, and undo takes it back")
  func faults() throws {
    let workspace = Workspace(keepsJournal: false)
    try workspace.performAll([
      Small.stack, Small.input, "run", "fault lstm stale-state", "fault lstm stale-state",
    ])
    #expect(workspace.session.document.faults.count == 1)
    #expect(workspace.perform("check equal").status == 1)
    try workspace.performAll(["undo", "undo", "check equal", "redo"])
    #expect(workspace.perform("check equal").status == 1)
    try workspace.performAll(["fault clear", "check equal", "block 3", "run", "check equal"])
    // The layer-wise result is that of the present document.
    try workspace.performAll(["seed 9", "run", "check equal", "fault c1 drop-state", "undo", "run"])
    try workspace.performAll(["check equal"])
  }

  @Test("how far an output sees is shown, for the stack and for each layer")
  func receptiveFields() throws {
    let workspace = Workspace(keepsJournal: false)
    let time = try workspace.performAll([
      "stack Serial([Conv1D(filters: 4, kernelSize: 3, strides: 2, padding: .reverseCausalValid, "
        + "name: \"c1\"), Delay(length: 1, delayLayerOutput: false), Conv1D(filters: 4, "
        + "kernelSize: 3, strides: 2, padding: .reverseCausalValid, name: \"c2\"), "
        + "LSTM(units: 2, name: \"lstm\")])", "input noise --channels 3 --time 40", "remove lstm",
      "show time",
    ])
    // Two 3/2 convolutions see 7 frames.
    #expect(
      time.contains(
        "receptive field 0 … 6: output t sees input timesteps 4·t to 4·t + 6, 7 in all"))
    let stack = try workspace.performAll(["undo", "show stack"])
    func cells(_ name: String) -> [String] {
      stack.first { $0.split(separator: " ").first == name[...] }?
        .split(separator: " ").map(String.init) ?? []
    }
    #expect(cells("c1").suffix(5).dropLast(2) == ["0", "…", "2"])
    #expect(cells("lstm").suffix(5).dropLast(2) == ["-inf", "…", "0"])
    #expect(cells("c2").prefix(4) == ["c2", "Conv1D", "1/4", "1/2"])
  }

  @Test("copies of a repeated layer and layers beside others have names of their own")
  func names() throws {
    let workspace = Workspace(keepsJournal: false)
    try workspace.performAll([
      "stack Serial([Repeat(layer: Residual(layers: [Dense(features: 3)], shortcutLayers: "
        + "[Dense(features: 3)]), numRepeats: 3, name: \"rep\")])"
    ])
    let nodes = workspace.session.nodes
    for parent in nodes {
      let names = nodes.filter { $0.parentPath == parent.path }.map(\.name)
      #expect(Set(names).count == names.count)
    }
    #expect(nodes.map(\.name).contains("[2]/child_layer"))
    #expect(nodes.map(\.name).contains("shortcut_layer/layers_0"))
  }
}
