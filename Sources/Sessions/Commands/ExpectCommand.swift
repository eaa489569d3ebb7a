import Comparison
import Datasets
import Layers
import Runtime
import Tensors

/// `expect F at FACET`.
struct ExpectCommand: Command {
  let name = "expect"
  let usage = "expect FILE at PATH[:layer] [--shift auto|N] | expect confirm | expect clear"
  let summary =
    "Takes an array of another framework as what a layer should give, so that diff expected "
    + "compares it; a shift that was searched for must be confirmed."
  let options: Set<String> = ["shift"]
  let examples = [
    "expect reference.npy at out\nrun\ndiff expected",
    "expect reference.npy at .:layer --shift auto",
  ]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    switch line.operands {
    case ["clear"]: return try clear(session)
    case ["confirm"]: return try confirm(session)
    default: break
    }
    guard line.operands.count == 3, line.operands[1] == "at" else {
      throw CommandError(.invalidOperand, found: line.rest, expected: usage)
    }
    var (expected, notes) = try read(line.operands[0], at: try Facet(line.operands[2]), session)
    if line.options["shift"] == "auto" {
      notes += try search(&expected, session)
    } else if let text = line.options["shift"] {
      guard let shift = Int(text), shift.magnitude <= UInt(expected.values.shape[1]) else {
        throw CommandError(
          .invalidOperand, found: "--shift \(text)",
          expected: "auto, or a number of timesteps that the array has")
      }
      expected.shift = shift
    }
    var document = session.document
    document.expectations.removeAll {
      $0.path == expected.path && $0.isLayerWise == expected.isLayerWise
    }
    document.expectations.append(expected)
    try session.commit(document, as: "expect", changing: .notes)
    return CommandOutput(notes + (try session.expectedLines(nil)))
  }

  private func read(
    _ file: String, at facet: Facet, _ session: Session
  ) throws -> (Expectation, notes: [String]) {
    guard facet.kind == .out || facet.kind == .layer, facet.slice == nil else {
      throw CommandError(
        .unknownFacet, found: "an array expected at something else than an output",
        expected: "PATH for the step-wise output, PATH:layer for the layer-wise one")
    }
    let (_, tree) = try session.requireTree()
    let path = try tree.resolve(facet.path).path
    let stored = try ArrayFile.read(file, open: session.files.open)
    let values = stored.values
    let run = try session.requireRun()
    let layerWise = try session.layerWise(run)
    guard let spec = layerWise.spec(path), let time = layerWise.time(path) else {
      throw CommandError(.unknownPath, found: "\(path.shown) has no output")
    }
    guard values.rank >= 2, Array(values.shape.dropFirst(2)) == spec.shape,
      values.shape[0] == run.input.batch, values.shape[1] > 0
    else {
      throw CommandError(
        .invalidOperand, found: "\(file) is an array \(values.shape.shapeText)",
        expected: "\(([run.input.batch, time] + spec.shape).shapeText) as \(path.shown) "
          + "gives, with any number of timesteps")
    }
    let expected = Expectation(
      path: path, isLayerWise: facet.kind == .layer, file: file, values: values, shift: 0,
      isConfirmed: true)
    return (expected, stored.notes)
  }

  /// Looks for the shift between the whole layer-wise output and the reference.
  private func search(_ expected: inout Expectation, _ session: Session) throws -> [String] {
    var whole = expected
    whole.isLayerWise = true
    guard let found = try session.comparison(whole, shift: 0), found.shift != 0 else {
      return ["no shift in time was found"]
    }
    // Where ours is late, the reference stands earlier.
    expected.shift = -found.shift
    let known = session.document.expectations.contains {
      $0.path == expected.path && $0.shift == expected.shift && $0.isConfirmed
    }
    expected.isConfirmed = known
    let steps = Int(found.shift.magnitude)
    let direction = found.shift < 0 ? "later" : "earlier"
    return [
      "found: \(expected.file) stands \(steps) timestep\(steps == 1 ? "" : "s") \(direction) than ours"
    ] + found.explanationLines
  }

  private func confirm(_ session: Session) throws -> CommandOutput {
    var document = session.document
    let open = document.expectations.indices.filter { !document.expectations[$0].isConfirmed }
    guard !open.isEmpty else {
      throw CommandError(
        .notReady, found: "there is no shift to confirm",
        suggestion: "expect FILE at PATH --shift auto")
    }
    for index in open { document.expectations[index].isConfirmed = true }
    try session.commit(document, as: "expect confirm", changing: .notes)
    return CommandOutput(try session.expectedLines(nil))
  }

  private func clear(_ session: Session) throws -> CommandOutput {
    var document = session.document
    document.expectations = []
    try session.commit(document, as: "expect clear", changing: .notes)
    return CommandOutput("nothing is expected")
  }
}
