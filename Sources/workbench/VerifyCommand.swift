import ArgumentParser
import Datasets
import LayerTesting
import Layers
import Notation
import ONNX
import Runtime
import Serialization
import Sessions
import Tensors
import Weights

/// `workbench verify`: the contract of a stack, or an export of it.
struct VerifyGroup: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Verify that a stack keeps the contract, or that an export gives what it should.",
    subcommands: [VerifyCommand.self, VerifyExportCommand.self],
    defaultSubcommand: VerifyCommand.self)
}

/// `workbench verify SPEC`: the contract of sequence layers on a stack.
struct VerifyCommand: ParsableCommand, MemoryLimited, Interruptible {
  static let configuration = CommandConfiguration(
    commandName: "stack",
    abstract: "Verify that a stack keeps the contract: step equals layer, padding leaks nowhere, …")

  @Argument(
    help:
      "The layer config: .textproto, .json or .binpb; a model (.onnx); or a session, with its input, constants, weights and faults."
  )
  var spec: String

  @Option(help: "Parameters, in the original's names.")
  var weights: String?

  @Option(help: "The input: a recording or an array file.")
  var input: String?

  @Option(help: "Channel extents of made-up input, such as 80 or 4,3; '' for none.")
  var channels: String?

  @Option(help: "The dtype of made-up input.")
  var dtype = "float32"

  @Option(help: "Timesteps of each row of made-up input, such as 30,21.")
  var lengths: String?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      ConstantOption.help, valueName: "name=file|noise:shape[:dtype][:streamed|:array]"))
  var constants: [String] = []

  @Flag(help: "Verify the stack as it behaves in training: dropout, noise, batch statistics.")
  var training = false

  @Option(
    help: "How far values may lie apart, relative; near 0 in units of the largest value.")
  var tolerance: Double?

  @OptionGroup var trust: TrustOptions

  @Flag(help: "Print one JSON document.")
  var json = false

  @OptionGroup var memory: MemoryOption

  func run() throws {
    if let tolerance, !(tolerance >= 0 && tolerance.isFinite) {
      throw Failure("--tolerance \(tolerance): expected 0 or more, such as 1e-4")
    }
    let report: ContractReport
    var findings: [LintFinding] = []
    if !spec.hasSuffix(".session") { findings = try lintFindings() }
    do { report = try spec.hasSuffix(".session") ? sessionReport() : specReport() } catch {
      guard Interruption.isAsked else { throw error }
      throw Failure("stopped: nothing is said about the contract before every check is done")
    }
    if json {
      print(Self.json(report, findings).text(indented: true))
    } else {
      findings.flatMap(\.lines).forEach { print("lint: \($0)") }
      Self.lines(report).forEach { print($0) }
    }
    if !report.holds { throw ExitCode(1) }
  }

  /// What is known from the stack alone, before it runs.
  private func lintFindings() throws -> [LintFinding] {
    let notation = LayerNotation(registry: .withModels)
    let reading = try SpecFile(path: spec).read(notation)
    return LayerLint.findings(try notation.registry.makeLayer(reading.spec))
  }

  private func specReport() throws -> ContractReport {
    let notation = LayerNotation(registry: .withModels)
    let reading = try SpecFile(path: spec).read(notation)
    let layer = try notation.registry.makeLayer(reading.spec)
    let x = try sequence(for: layer)
    let cancel = Interruption.flag
    let constants = try ConstantOption.constants(self.constants)
    let model = try Model(
      layer, input: x.channelSpec, constants: constants.specs, seed: 1, time: x.time,
      cancel: cancel)
    if let weights { try model.load(try Safetensors(path: weights)) }
    model.training = training
    var options = RunOptions()
    options.cancel = cancel
    return try verifier.verify(model, x, constants: constants, options: options)
  }

  private var verifier: ContractVerifier {
    var verifier = ContractVerifier()
    if let tolerance {
      verifier.relativeTolerance = tolerance
      verifier.absoluteTolerance = tolerance
    }
    return verifier
  }

  /// What is given besides a session takes the place of what it has.
  private func sessionReport() throws -> ContractReport {
    let opened = OpenedSession(path: spec, keepsJournal: false, trusted: trust.files) {
      Interruption.add($0.cancel)
    }
    if let error = opened.error { throw error }
    // Only a session that was carried out as a whole keeps the file that it came from.
    guard opened.session.origin != nil else {
      throw Failure(([spec + ":"] + opened.notes).joined(separator: "\n"))
    }
    var commands: [String] = []
    let rows = lengths.map { " --lengths \($0)" } ?? ""
    guard rows.isEmpty || input != nil || channels != nil else {
      throw Failure("--lengths: \(spec) has an input of its own; give --channels or --input too")
    }
    if let input { commands.append("input \"\(input)\"\(rows)") }
    if let channels {
      let isFloating = DType(name: dtype)?.isFloating ?? true
      let signal = isFloating ? "noise" : "ids --count 8"
      commands.append("input \(signal) --channels \"\(channels)\"\(rows) --seed 1")
      if isFloating { commands.append("dtype \(dtype)") }
    }
    if let weights { commands.append("weights \"\(weights)\"") }
    if training { commands.append("training on") }
    for command in commands {
      if let error = opened.session.perform(command).error { throw error }
    }
    return try opened.session.contractReport(
      verifier, constants: try ConstantOption.constants(constants))
  }

  private func sequence(for layer: any SequenceLayer) throws -> SequenceTensor {
    if let input {
      let batch = try Batcher.load([input], options: .init(lengths: try rowLengths()))
      return try SequenceTensor(values: batch.values, mask: batch.mask)
    }
    guard let channels = channels ?? ModelInput.channels(of: layer) else {
      throw Failure("nothing to run on: give --channels such as 80, or --input FILE")
    }
    let shape = channels.split(separator: ",").map { Int($0) ?? 0 }
    guard shape.allSatisfy({ $0 > 0 }), let dtype = DType(name: dtype) else {
      throw Failure("--channels \(channels) --dtype \(self.dtype): expected extents and a dtype")
    }
    let block = layer.blockSize
    let lengths = try rowLengths() ?? [12 * block, 7 * block + block / 2, 0]
    let signal: SyntheticSignal = dtype.isFloating ? .noise(seed: 1) : .ids(count: 8, seed: 1)
    let batch = try signal.batch(lengths: lengths, channelShape: shape)
    return try SequenceTensor(values: batch.values.converted(to: dtype), mask: batch.mask)
  }

  private func rowLengths() throws -> [Int]? {
    guard let lengths else { return nil }
    let parts = lengths.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { Int($0) }
    guard numbers.count == parts.count, numbers.allSatisfy({ (0...(1 << 24)).contains($0) }) else {
      throw Failure("--lengths \(lengths): expected timesteps of each row, such as 30,21")
    }
    return numbers
  }

  private static func lines(_ report: ContractReport) -> [String] {
    let broken = Set(report.violations.map(\.check))
    return report.checked.map { "\(broken.contains($0) ? "FAIL" : "ok  ") \($0.rawValue)" }
      + report.violations.flatMap { ["     \($0)", "     hint: \($0.hint)"] }
      + report.skipped.map { "skip \($0.check.rawValue): \($0.reason)" }
      + [report.summary]
  }

  private static func json(
    _ report: ContractReport, _ findings: [LintFinding]
  ) -> JSONValue {
    .object([
      .init("lint", .array(findings.map { .string($0.lines.joined(separator: "\n")) })),
      .init("holds", .bool(report.holds)), .init("stopped", .bool(report.isStopped)),
      .init("checked", .array(report.checked.map { .string($0.rawValue) })),
      .init(
        "violations",
        .array(
          report.violations.map { violation in
            .object([
              .init("check", .string(violation.check.rawValue)),
              .init("path", .string(violation.path)),
              .init("index", .array(violation.index.map(JSONValue.integer))),
              .init("got", violation.got.map(JSONValue.number) ?? .null),
              .init("want", violation.want.map(JSONValue.number) ?? .null),
              .init("detail", .string(violation.detail)), .init("hint", .string(violation.hint)),
            ])
          })),
      .init(
        "skipped",
        .array(
          report.skipped.map { skip in
            .object([
              .init("check", .string(skip.check.rawValue)), .init("reason", .string(skip.reason)),
            ])
          })),
    ])
  }
}
