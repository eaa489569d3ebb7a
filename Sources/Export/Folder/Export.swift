import Diagnostics
import Programs
package import Serialization
public import Tensors
import Weights

/// Writes models for other runtimes.
public enum Export {
  /// What was written.
  public struct Report: Sendable {
    /// The folder.
    public var folder: String
    /// The files, with their sizes.
    public var files: [(name: String, byteCount: Int)]
    /// A line a function.
    public var lines: [String]
    /// The manifest.
    package var manifest: JSONValue
  }

  /// Writes a model into a new folder: it is there as a whole, or not at all.
  ///
  /// With `replaces` a folder that an export made may be replaced; `memory` is what the constants of the
  /// files may take.
  ///
  /// - Returns: what was written.
  /// - Throws: ``ExportError``; `FileError`; `MemoryError`.
  public static func write(
    _ model: ExportModel, to folder: String, options: ExportOptions, replaces: Bool = false,
    memory: MemoryBudget = .standard
  ) throws -> Report {
    let target = options.target
    let place = try ExportFolder(folder, replaces: replaces)
    let weights = model.parameters.values.reduce(0) { Rational.sum($0, $1.byteCount) }
    try memory.require(weights, for: "the constants of an export")
    try checkSize(weights, options)
    var functions: [ExportedFunction] = []
    // ONNX Runtime opens no graph without outputs, such as the initial state of a stack without state.
    for function in model.functions where target != .onnx || !function.program.outputs.isEmpty {
      functions.append(
        try ExportedFunction(function, for: target, parameters: model.parameters))
    }
    var files = try FileSet(model, options, &functions)
    files.add("manifest.json", manifest(model, options, functions, files.names + ["manifest.json"]))
    try place.write(files.files)
    let lines = functions.map(\.summary)
    return Report(
      folder: folder, files: files.files.map { ($0.name, $0.contents.count) }, lines: lines,
      manifest: manifest(model, options, functions, files.names))
  }

  /// Whether files can hold weights of so many bytes, which is known before a model has them.
  ///
  /// - Throws: ``ExportError`` `.tooLarge`.
  public static func checkSize(_ weights: Int, _ options: ExportOptions) throws(ExportError) {
    let target = options.target
    guard target.embedsParameters, options.weights == .float32 else { return }
    try FileSet.require(weights, target == .liteRT ? "model.tflite" : "layer.onnx")
  }

  private static func manifest(
    _ model: ExportModel, _ options: ExportOptions, _ functions: [ExportedFunction],
    _ files: [String]
  ) -> JSONValue {
    Manifest(model: model, options: options, functions: functions, files: files).json
  }
}

/// The files of an export before they are written.
private struct FileSet {
  private(set) var files: [(name: String, contents: ByteStream)] = []

  var names: [String] { files.map(\.name) }

  init(
    _ model: ExportModel, _ options: ExportOptions, _ functions: inout [ExportedFunction]
  ) throws {
    switch options.target {
    case .liteRT: try addLiteRT(model, options, &functions)
    case .onnx: try addONNX(model, options, &functions)
    case .stableHLO: try addStableHLO(model, &functions)
    }
    if options.writesTriton { addTriton(functions) }
    if options.writesPrograms {
      for exported in functions {
        add("\(exported.function.name).program.txt", exported.program.text())
      }
    }
    files.append(("check.safetensors", CheckData(functions).file))
    add("check.py", CheckScript.text(for: options.target))
  }

  mutating func add(_ name: String, _ text: String) {
    files.append((name, ByteStream(Array(text.utf8))))
  }

  mutating func add(_ name: String, _ json: JSONValue) {
    add(name, json.text(indented: true) + "\n")
  }

  private func description(
    _ model: ExportModel, _ options: ExportOptions, _ functions: [ExportedFunction]
  ) -> String {
    Manifest(model: model, options: options, functions: functions, files: []).json.text()
  }

  private mutating func addLiteRT(
    _ model: ExportModel, _ options: ExportOptions, _ functions: inout [ExportedFunction]
  ) throws {
    let file = LiteRTFile(weights: options.weights)
    for index in functions.indices {
      let exported = functions[index]
      functions[index].operatorCount = try file.add(
        exported.function.name, exported.program, inputs: exported.inputs.map(\.name),
        outputs: exported.outputs.map(\.name), layers: exported.layers)
    }
    file.model.addMetadata(
      "min_runtime_version", Array("2.9.0".utf8) + Array(repeating: 0, count: 11))
    file.model.addMetadata(
      "sequence_workbench", Array(description(model, options, functions).utf8))
    // Offsets are counted in 32 bits, so this comes first.
    try Self.require(file.model.constantByteCount, "model.tflite")
    files.append(("model.tflite", file.model.file))
  }

  private mutating func addONNX(
    _ model: ExportModel, _ options: ExportOptions, _ functions: inout [ExportedFunction]
  ) throws {
    for index in functions.indices {
      let exported = functions[index]
      let file = try ONNXFile(
        exported.function.name, exported.program, inputs: exported.inputs.map(\.name),
        outputs: exported.outputs.map(\.name), layers: exported.layers, weights: options.weights)
      functions[index].operatorCount = file.nodeCount
      try Self.require(file.constantByteCount, exported.file)
      files.append(
        (exported.file, file.contents(note: description(model, options, [functions[index]]))))
    }
  }

  /// A model repository with the step of one block, if there is one.
  private mutating func addTriton(_ functions: [ExportedFunction]) {
    guard let step = functions.first(where: { $0.function.name == "step" }),
      let contents = files.first(where: { $0.name == step.file })?.contents
    else { return }
    let config = TritonConfig(step: step)
    files.append(("triton/step/1/model.onnx", contents))
    add("triton/step/config.pbtxt", config.text)
    for (name, tensor) in config.stateFiles {
      var bytes = ByteStream()
      bytes.append(tensor)
      files.append(("triton/step/initial_state/\(name)", bytes))
    }
  }

  private mutating func addStableHLO(
    _ model: ExportModel, _ functions: inout [ExportedFunction]
  ) throws {
    for index in functions.indices {
      let exported = functions[index]
      let module = try StableHLOFunction.module(
        exported.program.reordered(inputs: exported.inputPlaces))
      functions[index].operatorCount = module.operationCount
      add(exported.file, module.text)
    }
    let parameters = model.parameters.sorted { $0.key < $1.key }
    files.append(
      ("model.safetensors", Safetensors.stream(parameters.map { ("params/\($0.key)", $0.value) })))
  }

  /// Formats with 32-bit offsets or lengths end at 2 GB.
  static func require(_ byteCount: Int, _ file: String) throws(ExportError) {
    guard byteCount >= 1 << 31 else { return }
    throw ExportError(
      .tooLarge, path: file, found: "\(NumberText.bytes(byteCount)) of constants",
      expected: "less than 2 GB",
      suggestion: "use --to stablehlo, which keeps weights in model.safetensors")
  }
}

extension Program {
  /// The program with its inputs in another order.
  fileprivate func reordered(inputs places: [Int]) -> Program {
    var program = self
    program.inputs = places.map { inputs[$0] }
    return program
  }
}
