import Programs
public import Tensors
package import Weights

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
  /// - Parameters:
  ///   - replaces: Whether a folder that an export made may be replaced.
  ///   - memory: What the constants of the files may take.
  /// - Throws: ``ExportError``; `FileError`; `MemoryError`.
  public static func write(
    _ model: ExportModel, to folder: String, options: ExportOptions, replaces: Bool = false,
    memory: MemoryBudget = .standard
  ) throws -> Report {
    let target = options.target
    let place = try ExportFolder(folder, replaces: replaces)
    let weights = model.parameters.values.reduce(0) { Rational.sum($0, $1.byteCount) }
    try memory.require(weights, for: "the constants of an export")
    var functions: [ExportedFunction] = []
    for function in model.functions {
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

  private static func manifest(
    _ model: ExportModel, _ options: ExportOptions, _ functions: [ExportedFunction],
    _ files: [String]
  ) -> JSONValue {
    Manifest(model: model, target: options.target, functions: functions, files: files).json
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
    case .liteRT: try addLiteRT(model, &functions)
    case .onnx: try addONNX(model, &functions)
    case .stableHLO: try addStableHLO(model, &functions)
    }
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
    _ model: ExportModel, _ target: ExportTarget, _ functions: [ExportedFunction]
  ) -> String {
    Manifest(model: model, target: target, functions: functions, files: []).json.text()
  }

  private mutating func addLiteRT(
    _ model: ExportModel, _ functions: inout [ExportedFunction]
  ) throws {
    let file = LiteRTFile()
    for index in functions.indices {
      let exported = functions[index]
      functions[index].operatorCount = try file.add(
        exported.function.name, exported.program, inputs: exported.inputs.map(\.name),
        outputs: exported.outputs.map(\.name))
    }
    file.model.addMetadata(
      "min_runtime_version", Array("2.9.0".utf8) + Array(repeating: 0, count: 11))
    file.model.addMetadata(
      "sequence_workbench", Array(description(model, .liteRT, functions).utf8))
    let contents = file.model.file
    try Self.require(contents.count, "model.tflite")
    files.append(("model.tflite", contents))
  }

  private mutating func addONNX(
    _ model: ExportModel, _ functions: inout [ExportedFunction]
  ) throws {
    for index in functions.indices {
      let exported = functions[index]
      let names = ONNXNames()
      let function = ONNXFunction(exported.program, name: exported.function.name, names: names)
      try function.addInputs(exported.inputs.map(\.name))
      try function.addInstructions()
      try function.addOutputs(exported.outputs.map(\.name))
      functions[index].operatorCount = function.graph.nodeCount
      try Self.require(names.byteCount, exported.file)
      function.addConstants()
      let text = description(model, .onnx, [functions[index]])
      files.append(
        (exported.file, function.graph.model(metadata: [("sequence_workbench", text)])))
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
  private static func require(_ byteCount: Int, _ file: String) throws(ExportError) {
    guard byteCount >= 1 << 31 else { return }
    throw ExportError(
      .tooLarge, place: file, found: "\(NumberText.bytes(byteCount)) of constants",
      expected: "less than 2 GB",
      fix: "use --to stablehlo, which keeps weights in model.safetensors")
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
