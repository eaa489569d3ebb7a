import Export
import Foundation
import Programs
import Tensors
import Testing

/// The folders of exports: whole or not at all, and nobody else's files touched.
@Suite("Export folders")
struct FolderTests {
  /// `y = x · kernel + state`, and a step that keeps `y` as the new state.
  static func model() throws -> ExportModel {
    let builder = ProgramBuilder()
    let x = builder.input("x", .input, ValueType(.float32, [1, 1, 64]))
    let mask = builder.input("x.mask", .input, ValueType(.bool, [1, 1]))
    let kernel = builder.input("kernel", .parameter, ValueType(.float32, [64, 32]))
    let state = builder.input("c/sum", .state(.replaced), ValueType(.float32, [1, 1, 32]))
    let y = x.matmul(kernel) + state
    builder.output("y", .output, y)
    builder.output("y.mask", .output, mask)
    builder.output("c/sum", .state, y)
    let program = try builder.finish()
    let weights = Tensor((0..<2048).map { Float($0 % 17) / 4 - 2 }, shape: [64, 32])
    let inputs: [Tensor?] = [
      Tensor(repeating: 0.5, shape: [1, 1, 64]), Tensor([true], shape: [1, 1]), nil,
      Tensor(repeating: 1, shape: [1, 1, 32]),
    ]
    let outputs = try ReferenceEvaluator.evaluate(program, inputs: inputs.map { $0 ?? weights })
    let step = ExportFunction(
      name: "step", program: program, blocks: 1, timesteps: 1,
      runs: [.init(inputs: inputs, outputs: outputs)])
    return ExportModel(
      functions: [step], parameters: ["kernel": weights],
      facts: .init(
        spec: "", batch: 1, blockSize: 1, inputLatency: 0, outputLatency: 0, outputRatio: "1",
        version: "1", numerics: 1))
  }

  /// Calls a test with the path of a folder that is removed afterwards.
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path())
  }

  private func names(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  @Test("a folder holds what its manifest lists", arguments: ExportTarget.allCases)
  func files(target: ExportTarget) throws {
    try withFolder { base in
      let report = try Export.write(
        try Self.model(), to: "\(base)/out", options: ExportOptions(target: target))
      #expect(try names("\(base)/out") == report.files.map(\.name).sorted())
      #expect(try names(base) == ["out"])
      let text = try String(contentsOfFile: "\(base)/out/manifest.json", encoding: .utf8)
      for name in ["x/values", "x/mask", "state/c/sum", "y/values", "y/mask"] {
        #expect(text.contains("\"\(name)\""), "\(name)")
      }
      #expect(text.contains("\"new_state/c/sum\"") == (target == .onnx))
      #expect(text.contains("\"params/kernel\"") == (target == .stableHLO))
    }
  }

  @Test("a folder that is there stays, unless it is replaced and only an export's")
  func existing() throws {
    try withFolder { base in
      let model = try Self.model()
      let place = "\(base)/out"
      var options = ExportOptions(target: .onnx)
      options.writesTriton = true
      _ = try Export.write(model, to: place, options: options)
      #expect(try names("\(place)/triton/step") == ["1", "config.pbtxt", "initial_state"])
      let refusal = #expect(throws: ExportError.self) {
        try Export.write(model, to: place, options: options)
      }
      #expect(refusal?.description.contains("--replace") == true)
      _ = try Export.write(
        model, to: place, options: ExportOptions(target: .stableHLO), replaces: true)
      #expect(try names(base) == ["out"])
      #expect(try names(place).contains("step.mlir"))
      #expect(try names(place).contains("step.onnx") == false)
      try "mine".write(toFile: "\(place)/notes.txt", atomically: true, encoding: .utf8)
      let other = #expect(throws: ExportError.self) {
        try Export.write(model, to: place, options: options, replaces: true)
      }
      #expect(other?.found.contains("notes.txt") == true)
      #expect(try names(place).contains("step.mlir"))
    }
  }

  @Test("weights that a format has no room for are refused with another format")
  func tooLarge() throws {
    for target in [ExportTarget.liteRT, .onnx] {
      var options = ExportOptions(target: target)
      let error = #expect(throws: ExportError.self) { try Export.checkSize(1 << 31, options) }
      #expect(error?.code == .tooLarge)
      #expect(error?.description.hasSuffix("keeps weights in model.safetensors") == true)
      try Export.checkSize(1 << 31 - 1, options)
      options.weights = .int8
      try Export.checkSize(1 << 32, options)
    }
    try Export.checkSize(1 << 40, ExportOptions(target: .stableHLO))
  }

  @Test("what cannot be written leaves nothing behind")
  func unwritable() throws {
    try withFolder { base in
      let options = ExportOptions(target: .liteRT)
      for place in ["\(base)/none/out", "", "/dev/null"] {
        #expect(throws: ExportError.self) {
          try Export.write(try Self.model(), to: place, options: options)
        }
      }
      #expect(throws: MemoryError.self) {
        try Export.write(
          try Self.model(), to: "\(base)/out", options: options,
          memory: MemoryBudget(100, origin: "test"))
      }
      let left = try names(base)
      #expect(left.isEmpty)
    }
  }

  @Test("Triton's states pair with the step's, and begin where they begin")
  func triton() throws {
    try withFolder { base in
      var options = ExportOptions(target: .onnx)
      options.writesTriton = true
      _ = try Export.write(try Self.model(), to: "\(base)/out", options: options)
      let config = try String(
        contentsOfFile: "\(base)/out/triton/step/config.pbtxt", encoding: .utf8)
      #expect(config.contains("input_name: \"state/c/sum\" output_name: \"new_state/c/sum\""))
      #expect(config.contains("data_file: \"state_2\""))
      #expect(config.contains("name: \"x/values\" data_type: TYPE_FP32 dims: [ 1, 1, 64 ]"))
      let start = try Data(
        contentsOf: URL(filePath: "\(base)/out/triton/step/initial_state/state_2"))
      #expect(start.count == 128)
    }
  }

  @Test("stored weights are near the weights", arguments: [0, 1])
  func quantized(axis: Int) {
    let weights = Tensor((0..<60).map { Float(($0 * 37) % 41) - 20 }, shape: [6, 10])
    let stored = QuantizedTensor(weights, axis: axis)
    let integers = stored.values.elements(as: Int8.self)
    #expect(integers.map { abs(Int($0)) }.max() == 127)
    for (index, weight) in weights.elements(as: Float.self).enumerated() {
      let scale = stored.scales[axis == 0 ? index / 10 : index % 10]
      #expect((Float(integers[index]) * scale - weight).magnitude <= scale * 0.5001)
    }
  }

  @Test("weights take less", arguments: [ExportTarget.liteRT, .onnx])
  func smallerFiles(target: ExportTarget) throws {
    try withFolder { base in
      var sizes: [WeightPrecision: Int] = [:]
      for precision in WeightPrecision.allCases {
        var options = ExportOptions(target: target)
        options.weights = precision
        let report = try Export.write(
          try Self.model(), to: "\(base)/\(precision.rawValue)", options: options)
        sizes[precision] = report.files[0].byteCount
      }
      let (whole, half, byte) = (sizes[.float32] ?? 0, sizes[.float16] ?? 0, sizes[.int8] ?? 0)
      #expect(half < whole - 100 && byte < half)
    }
  }
}
