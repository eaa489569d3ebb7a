import Datasets
import Layers
import Runtime
import Tensors
import Weights

/// `constants NAME FILE`.
struct ConstantsCommand: Command {
  let name = "constants"
  let usage =
    "constants | constants NAME FILE [--streamed | --array] [--lengths 10,7 | --mask FILE] | "
    + "constants clear"
  let summary = "Gives a named constant, such as a source of attention, from an array file."
  let flags: Set<String> = ["streamed", "array"]
  let options: Set<String> = ["lengths", "mask"]
  let examples = ["constants", "constants source rows.npy --lengths 12,5", "constants clear"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    var document = session.document
    if line.operands.isEmpty {
      var output = CommandOutput(
        document.constants.keys.sorted().map { name in
          let spec = document.constants[name]?.spec
          return "\(name) \(spec?.shape.shapeText ?? "") \(spec?.dtype.name ?? "")  "
            + (document.constantCommands[name] ?? "")
        })
      if output.lines.isEmpty { output.lines = ["no constants"] }
      output.isUnrecorded = true
      return output
    }
    if line.operands == ["clear"] {
      document.constants = [:]
      document.constantCommands = [:]
      try session.commit(document, as: "constants clear")
      return CommandOutput("no constants")
    }
    guard line.operands.count == 2 else {
      throw CommandError(.invalidOperand, found: line.rest, expected: usage)
    }
    let name = line.operands[0]
    var notes: [String] = []
    if line.options["array"] != nil {
      let array = try ArrayFile.read(line.operands[1], open: session.files.open)
      document.constants[name] = .array(array.values)
      notes = array.notes
    } else {
      let options = Batcher.Options(
        lengths: try line.lengths("lengths"), maskPath: line.options["mask"])
      let batch = try Batcher.load(
        [line.operands[1]], options: options, open: session.files.open)
      let sequence = try SequenceTensor(values: batch.values, mask: batch.mask)
      notes = batch.notes
      document.constants[name] =
        line.options["streamed"] != nil ? .streamed(sequence) : .sequence(sequence)
    }
    document.constantCommands[name] = line.rest
    try session.commit(document, as: "constants \(name)")
    let shape = document.constants[name]?.spec.shape ?? []
    return CommandOutput(["\(name) \(shape.shapeText)"] + notes)
  }
}

/// `weights FILE`.
struct WeightsCommand: Command {
  let name = "weights"
  let usage =
    "weights FILE.safetensors | FILE.safetensors.index.json | FILE.pt [--map FILE] [--preview]"
  let summary =
    "Loads parameters in the original's names, or in those that a map translates; says what is missing, "
    + "unused or misshapen. --preview only shows what would go where."
  let options: Set<String> = ["map"]
  let flags: Set<String> = ["preview"]
  let examples = ["weights weights.safetensors"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let run = try session.requireRun()
    let path = try line.single("a .safetensors file")
    var file = try WeightFile.open(path, session)
    var said: [String] = []
    if let map = line.options["map"] {
      (file, said) = try WeightFile.translated(file, by: map, session)
    }
    guard line.options["preview"] == nil else {
      var output = CommandOutput(
        said + WeightFile.preview(WeightReport(requests: run.model.weightRequests, file: file)))
      output.isUnrecorded = true
      return output
    }
    let (tensors, report) = try file.tensors(for: run.model.weightRequests)
    var document = session.document
    let model = try Model(
      run.model.layer, input: run.model.input, constants: document.constants.specs,
      seed: document.seed, time: run.input.time, memory: session.memory)
    try model.load(tensors)
    for spec in model.parameterSpecs {
      document.parameters[spec.path] = model[parameter: spec.path]
      document.origins[spec.path] = .file(path)
    }
    try session.commit(document, as: "weights")
    var lines = said + ["\(tensors.count) tensors loaded"]
    if !report.translated.isEmpty {
      let names = report.translated.prefix(20).map {
        "\($0.name) \($0.shape.shapeText) as \($0.request.path) \($0.request.shape.shapeText)"
      }
      lines.append(
        "in names or layouts of the original's TensorFlow library: "
          + names.joined(separator: ", "))
      let more = report.translated.count - names.count
      if more > 0 { lines.append("… \(more) more") }
    }
    if !report.unused.isEmpty {
      lines.append("unused: " + report.unused.prefix(20).joined(separator: ", "))
      if report.unused.count > 20 { lines.append("… \(report.unused.count - 20) more") }
    }
    return CommandOutput(lines)
  }
}
