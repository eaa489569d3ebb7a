import Datasets
import Layers
import Runtime
import Tensors
import Weights

/// Commands that change what the stack is run on and with.
enum InputCommands {
  static let all: [any Command] = [
    InputCommand(), ConstantsCommand(), WeightsCommand(), SeedCommand(), TrainingCommand(),
    BlockCommand(), FaultCommand(),
  ]
}

/// `input FILE… | text "…" | SIGNAL`.
struct InputCommand: Command {
  let name = "input"
  let usage =
    "input FILE… [--channel-axis] [--lengths 10,7] [--mask FILE] | text \"…\" | SIGNAL "
    + "[--channels C,…] [--time N] [--rows N | --lengths 10,7]"
  let summary =
    "Gives the sequences to run: recordings, arrays, text as bytes, or a made-up signal "
    + "(sine, chirp, sweep, impulse, ramp, constant, noise, ids)."
  let flags: Set<String> = ["channel-axis"]
  let options: Set<String> = [
    "lengths", "mask", "channels", "time", "rows", "frequency", "from", "to", "over", "at", "step",
    "value", "seed", "count",
  ]
  let examples = [
    "input noise --channels 3 --lengths 9,5 --seed 1", "input impulse --at 2 --channels 3 --time 8",
  ]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    guard let first = line.operands.first else {
      throw CommandError(.invalidOperand, found: "no input", expected: usage)
    }
    var source: InputSource
    if first == "text" {
      let text = line.operands.dropFirst().joined(separator: " ")
      let ids = TextBytes.ids(text)
      let values = ids.reshaped([1, ids.count])
      source = InputSource(
        command: line.rest, sequence: try SequenceTensor(values: values), names: ["text"],
        isText: true)
    } else if line.operands.count == 1, SyntheticSignal.allNames.contains(first) {
      source = try synthetic(first, line)
    } else {
      source = try files(line, session)
    }
    source.notes += session.rateNotes(source)
    var document = session.document
    document.input = source
    try session.commit(document, as: "input", restart: true)
    let lengths = source.sequence.lengths.map(String.init).joined(separator: ", ")
    let shape = source.sequence.values.shape.shapeText
    let rate = source.sampleRateHz.map { " · \($0) Hz" } ?? ""
    return CommandOutput(
      ["\(shape) \(source.sequence.values.dtype.name)\(rate) · lengths \(lengths)"] + source.notes
        + session.stackSummary)
  }

  private func synthetic(_ name: String, _ line: CommandLine) throws -> InputSource {
    let shape = try line.channelShape("channels") ?? []
    let lengths: [Int]
    if let given = try line.lengths("lengths") {
      lengths = given
    } else {
      let time = try line.integer("time") ?? 100
      lengths = Array(repeating: time, count: try line.integer("rows", atLeast: 1) ?? 1)
    }
    var options: [String: Double] = [:]
    for option in SyntheticSignal.options(of: name)?.keys.sorted() ?? [] {
      if let value = try line.number(option) { options[option] = value }
    }
    let batch = try SyntheticSignal(name: name, options: options)
      .batch(lengths: lengths, channelShape: shape)
    return InputSource(
      command: line.rest, sequence: try SequenceTensor(values: batch.values, mask: batch.mask),
      names: batch.names)
  }

  private func files(_ line: CommandLine, _ session: Session) throws -> InputSource {
    let options = Batcher.Options(
      keepsChannelAxis: line.options["channel-axis"] != nil, lengths: try line.lengths("lengths"),
      maskPath: line.options["mask"])
    let batch = try Batcher.load(line.operands, options: options)
    return InputSource(
      command: line.rest, sequence: try SequenceTensor(values: batch.values, mask: batch.mask),
      names: batch.names, sampleRateHz: batch.sampleRateHz)
  }
}

extension Session {
  /// Warnings about an input whose rate is not the one that a layer was configured for.
  func rateNotes(_ source: InputSource) -> [String] {
    guard let rate = source.sampleRateHz, let layer = document.layer else { return [] }
    return LayerTree(layer).nodes.compactMap { node in
      let spec = (try? SpecNode(layer: node.layer))?.layerCase?.node
      guard case .number(let expected)? = spec?["sample_rate"]?.values.first,
        Int(expected) != rate
      else { return nil }
      return "warning: the input has \(rate) Hz, \(node.path.shown) expects \(Int(expected)) Hz"
    }
  }
}

extension CommandLine {
  /// A channel shape option such as `80` or `4,3`; empty text is no channel axis.
  func channelShape(_ option: String) throws(CommandError) -> Shape? {
    guard let text = options[option] else { return nil }
    let numbers = text.split(separator: ",").map { Int($0) ?? -1 }
    guard numbers.allSatisfy({ $0 >= 1 }) else {
      throw CommandError(
        .invalidOperand, found: "--\(option) \(text)", expected: "extents such as 80 or 4,3")
    }
    return numbers
  }

  /// Lengths such as `10,7`.
  func lengths(_ option: String) throws(CommandError) -> [Int]? {
    guard let text = options[option] else { return nil }
    let numbers = text.split(separator: ",").map { Int($0) ?? -1 }
    guard !numbers.isEmpty, numbers.allSatisfy({ $0 >= 0 }) else {
      throw CommandError(
        .invalidOperand, found: "--\(option) \(text)", expected: "lengths such as 10,7")
    }
    return numbers
  }
}

/// `constants NAME FILE`.
struct ConstantsCommand: Command {
  let name = "constants"
  let usage = "constants NAME FILE [--streamed] [--array] | constants clear"
  let summary = "Gives a named constant, such as a source of attention, from an array file."
  let flags: Set<String> = ["streamed", "array"]
  let options: Set<String> = ["lengths", "mask"]
  let examples = ["constants clear"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    var document = session.document
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
    if line.options["array"] != nil {
      document.constants[name] = .array(try ArrayFile.read(line.operands[1]))
    } else {
      let options = Batcher.Options(
        lengths: try line.lengths("lengths"), maskPath: line.options["mask"])
      let batch = try Batcher.load([line.operands[1]], options: options)
      let sequence = try SequenceTensor(values: batch.values, mask: batch.mask)
      document.constants[name] =
        line.options["streamed"] != nil ? .streamed(sequence) : .sequence(sequence)
    }
    document.constantCommands[name] = line.rest
    try session.commit(document, as: "constants \(name)")
    let shape = document.constants[name]?.spec.shape ?? []
    return CommandOutput("\(name) \(shape.shapeText)")
  }
}

/// `weights FILE`.
struct WeightsCommand: Command {
  let name = "weights"
  let usage = "weights FILE.safetensors"
  let summary =
    "Loads parameters in the original's names; says what is missing, unused or misshapen."
  let examples: [String] = []

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let run = try session.requireRun()
    let path = try line.single("a .safetensors file")
    let file = try Safetensors(path: path)
    let (tensors, report) = try file.tensors(for: run.model.weightRequests)
    var document = session.document
    let model = try Model(
      run.model.layer, input: run.model.input, constants: document.constants.specs,
      seed: document.seed, time: run.input.time)
    try model.load(tensors)
    for spec in model.parameterSpecs {
      document.parameters[spec.path] = model[parameter: spec.path]
      document.origins[spec.path] = .file(path)
    }
    try session.commit(document, as: "weights")
    var lines = ["\(tensors.count) tensors loaded"]
    if !report.unused.isEmpty { lines.append("unused: " + report.unused.joined(separator: ", ")) }
    return CommandOutput(lines)
  }
}

/// `seed N`.
struct SeedCommand: Command {
  let name = "seed"
  let usage = "seed N"
  let summary = "Draws all parameters anew from a seed."
  let examples = ["seed 7"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let text = try line.single("a number")
    guard let seed = UInt64(text) else {
      throw CommandError(.invalidOperand, found: text, expected: "a whole number from 0")
    }
    var document = session.document
    document.seed = seed
    document.parameters = [:]
    document.origins = [:]
    try session.commit(document, as: "seed \(seed)")
    return CommandOutput("parameters drawn from seed \(seed)")
  }
}

/// `training on|off`.
struct TrainingCommand: Command {
  let name = "training"
  let usage = "training on|off"
  let summary = "Lets layers behave as in training: dropout, noise, batch statistics."
  let examples = ["training off"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let word = try line.single("on or off")
    guard word == "on" || word == "off" else {
      throw CommandError(.invalidOperand, found: word, expected: "on or off")
    }
    var document = session.document
    document.training = word == "on"
    try session.commit(document, as: "training \(word)")
    return CommandOutput("training \(word)")
  }
}

/// `block K`.
struct BlockCommand: Command {
  let name = "block"
  let usage = "block K | block 1,2,3"
  let summary = "Feeds K blocks a step, or a repeating ragged schedule of blocks."
  let examples = ["block 2", "block 1,3,2"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let text = try line.single("a number of blocks")
    let numbers = text.split(separator: ",").map { Int($0) ?? 0 }
    guard !numbers.isEmpty, numbers.allSatisfy({ $0 >= 1 && $0 <= 1 << 20 }) else {
      throw CommandError(.invalidOperand, found: text, expected: "such as 2 or 1,2,3")
    }
    let before = session.plan.map { $0.boundaries[session.position] }
    var document = session.document
    document.schedule = BlockSchedule(numbers)
    try session.commit(document, as: "block \(text)")
    let after = session.plan.map { $0.boundaries[session.position] }
    var lines = ["blocks a step: \(text)"]
    if let before, let after, before != after {
      lines.append("input timestep \(before) is no boundary any more: now at \(after)")
    }
    return CommandOutput(lines)
  }
}

/// `fault PATH KIND [at T]`.
struct FaultCommand: Command {
  let name = "fault"
  let usage = "fault PATH stale-state|drop-state|mask-multiply [at T] | fault clear"
  let summary = "Seeds a mistake into the step-wise run of a layer, to see what it looks like."
  let examples = ["fault c1 drop-state at 2", "fault clear"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    var document = session.document
    if line.operands == ["clear"] {
      document.faults = []
      try session.commit(document, as: "fault clear")
      return CommandOutput("no faults")
    }
    guard line.operands.count == 2 || (line.operands.count == 4 && line.operands[2] == "at") else {
      throw CommandError(.invalidOperand, found: line.rest, expected: usage)
    }
    let (_, tree) = try session.requireTree()
    let node = try tree.resolve(session.expand(line.operands[0]))
    guard let kind = Fault.Kind(rawValue: line.operands[1]) else {
      let nearest = NearestName.of(line.operands[1], among: Fault.Kind.allCases.map(\.rawValue))
      throw CommandError(
        .invalidOperand, found: "the fault '\(line.operands[1])'",
        expected: Fault.Kind.allCases.map(\.rawValue).joined(separator: ", "),
        suggestion: nearest.map { "did you mean \($0)?" })
    }
    var step: Int?
    if line.operands.count == 4 {
      step = try session.step(of: try TimeExpression(line.operands[3])).step
    }
    document.faults.append(Fault(path: node.path, kind: kind, step: step))
    try session.commit(document, as: "fault")
    return CommandOutput("FAULT " + document.faults.map(\.text).joined(separator: ", "))
  }
}
