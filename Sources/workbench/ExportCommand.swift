import ArgumentParser
import Diagnostics
import Export
import Layers
import Notation
import Runtime
import Serialization
import Sessions

/// `workbench export SPEC --to FORMAT`: a model for other runtimes.
struct ExportCommand: ParsableCommand, MemoryLimited {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a model for LiteRT, ONNX or XLA, with data and a script that check it there.",
    discussion: """
      The folder holds get_initial_state, step, step_N for N blocks and layer, a manifest, and check.py, \
      which workbench verify export runs. State is an input and an output of every step.
      """)

  @Argument(
    help: ArgumentHelp(
      "The layer config: .textproto, .json or .binpb; a session, with its weights, constants and input; or a folder of conformance cases.",
      valueName: "spec"))
  var spec: String

  @Option(help: "The format: tflite, onnx or stablehlo.")
  var to: String

  @Option(help: "Parameters, in the original's names.")
  var weights: String?

  @Option(help: "Channel extents of the input, such as 80 or 4,3; '' for none.")
  var channels: String?

  @Option(help: "The input that the export is checked with: a recording or an array file.")
  var input: String?

  @Option(help: "The dtype of the input.")
  var dtype = "float32"

  @Option(help: "Rows.")
  var batch: Int?

  @Option(help: "Blocks a step, such as 1,4: a function for each.")
  var blocks: String?

  @Option(
    help:
      "How many timesteps attention with an unlimited past remembers in steps; those before are forgotten."
  )
  var capacity: Int?

  @Option(help: "Timesteps of the function of the whole sequence.")
  var time: Int?

  @Flag(help: "No function of the whole sequence.")
  var noLayer = false

  @Option(
    help: ArgumentHelp(
      ConstantOption.help, valueName: "name=file|noise:shape[:dtype][:streamed|:array]"))
  var constants: [String] = []

  @Flag(help: "Give what layers emit, such as attention probabilities.")
  var emits = false

  @Flag(help: "A function of a loss and its gradients too, for training; stablehlo only.")
  var grad = false

  @Option(name: .shortAndLong, help: "The folder to write, otherwise NAME.FORMAT.export.")
  var output: String?

  @Option(
    help: "How weights are stored: float32, float16 or int8 for each channel; tflite and onnx.")
  var weightsDtype = "float32"

  @Flag(
    help: "A model repository for Triton too, whose sequence batcher keeps the state; onnx only.")
  var triton = false

  @Flag(help: "Replace the folder of an earlier export.")
  var replace = false

  @Flag(help: "Write the programs that the files were made from too, as text.")
  var programs = false

  @Option(
    help: ArgumentHelp("Only conformance cases whose FAMILY/CASE matches.", valueName: "glob"))
  var filter: String?

  @OptionGroup var trust: TrustOptions

  @Flag(help: "Print the manifest as one JSON document.")
  var json = false

  @OptionGroup var memory: MemoryOption

  func run() throws {
    let options = try exportOptions()
    if FolderCheck.isFolder(spec) {
      try ConformanceExport(folder: spec, filter: filter, output: output, options: options).run()
      return
    }
    let model = try ExportSource(command: self, options: options).model()
    if let obstacle = model.facts.stepObstacle, blocks != nil { throw Failure(obstacle) }
    let report = try Export.write(
      model, to: folder(options.target), options: options, replaces: replace)
    if json {
      print(report.manifest.text(indented: true))
      return
    }
    for file in report.files {
      print("\(report.folder)/\(file.name)  \(NumberText.bytes(file.byteCount))")
    }
    report.lines.forEach { print($0) }
    if let obstacle = model.facts.stepObstacle { print("no step: \(obstacle)") }
  }

  private func exportOptions() throws -> ExportOptions {
    guard let target = ExportTarget(rawValue: to) else {
      throw Failure("--to: found \(to), expected tflite, onnx or stablehlo")
    }
    var options = ExportOptions(target: target)
    options.writesPrograms = programs
    options.writesTriton = triton
    guard let precision = WeightPrecision(rawValue: weightsDtype) else {
      throw Failure("--weights-dtype: found \(weightsDtype), expected float32, float16 or int8")
    }
    options.weights = precision
    guard target != .stableHLO || precision == .float32 else {
      throw Failure("--weights-dtype: found --to stablehlo, expected tflite or onnx")
    }
    guard target == .onnx || !triton else {
      throw Failure("--triton: found --to \(to), expected onnx, which Triton runs")
    }
    guard !grad || target == .stableHLO else {
      throw Failure(
        "--grad: found --to \(to), expected stablehlo; LiteRT and ONNX files are for use")
    }
    return options
  }

  private func folder(_ target: ExportTarget) -> String {
    if let output { return output }
    let file = spec.split(separator: "/").last.map(String.init) ?? spec
    let name = file.lastIndex(of: ".").map { String(file[..<$0]) } ?? file
    return "\(name).\(target.rawValue).export"
  }
}
