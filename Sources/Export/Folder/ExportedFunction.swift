import Diagnostics
import Programs
import Serialization
import Tensors

/// A function as it stands in the files of an export.
struct ExportedFunction {
  let function: ExportFunction
  /// The program in the operations of the target.
  let program: Program
  /// The values of ``program`` that are outputs of layers.
  let layers: [LayerOutput]
  let inputs: [Port]
  let outputs: [Port]
  /// The positions of ``inputs`` among those of the traced program.
  let inputPlaces: [Int]
  /// The file that holds it.
  var file: String
  /// How many operators it has become.
  var operatorCount = 0

  init(
    _ function: ExportFunction, for target: ExportTarget, parameters: [String: Tensor]
  ) throws {
    self.function = function
    (program, layers) = try function.program.legalized(for: target) { parameters[$0] }
      .separatingTaps()
    let all = function.program.inputs
    // Data first, then parameters where they are arguments.
    let data = all.indices.filter { all[$0].role != .parameter && all[$0].role != .variable }
    let trained = all.indices.filter { all[$0].role == .parameter || all[$0].role == .variable }
    inputPlaces = target.embedsParameters ? data : data + trained
    let ports = Port.inputs(function.program)
    inputs = inputPlaces.map { place in
      var port = ports[place]
      port.type = target.portType(port.type)
      return port
    }
    outputs = Port.outputs(function.program, for: target).map { port in
      var port = port
      port.type = target.portType(port.type)
      return port
    }
    file =
      switch target {
      case .liteRT: "model.tflite"
      case .onnx: "\(function.name).onnx"
      case .stableHLO: "\(function.name).mlir"
      }
  }

  /// The bytes of the state that the function takes.
  var stateByteCount: Int {
    inputs.filter { $0.state != nil }.reduce(0) { $0 + $1.type.shape.byteCount(of: $1.type.dtype) }
  }

  var stateLeafCount: Int { inputs.count { $0.state != nil } }

  /// The entry of the manifest.
  var json: JSONValue {
    let states = inputs.filter { $0.state != nil }.map(\.name)
    let next = outputs.filter { $0.role == "state" }.map(\.name)
    return .object([
      .init("name", .string(function.name)), .init("file", .string(file)),
      .init("blocks", function.blocks.map(JSONValue.integer) ?? .null),
      .init("timesteps", function.timesteps.map(JSONValue.integer) ?? .null),
      .init("operators", .integer(operatorCount)),
      .init("inputs", .array(inputs.map(\.json))), .init("outputs", .array(outputs.map(\.json))),
      .init("states", .array(zip(states, next).map { .array([.string($0), .string($1)]) })),
      .init("runs", .integer(function.runs.count)),
    ])
  }

  /// The line that says what was made.
  var summary: String {
    var parts: [String] = [function.name.padded(to: 18)]
    if let timesteps = function.timesteps {
      let blocks = function.blocks.map { NumberText.counted($0, "block") + " = " } ?? ""
      parts.append((blocks + NumberText.counted(timesteps, "timestep")).padded(to: 24))
    } else {
      parts.append("".padded(to: 24))
    }
    let count = function.program.withoutTaps().instructions.count
    parts.append("\(count) instructions → \(operatorCount) nodes")
    if stateLeafCount > 0 {
      let leaves = stateLeafCount == 1 ? "leaf" : "leaves"
      parts.append(
        "  state \(stateLeafCount) \(leaves), \(NumberText.bytes(stateByteCount))")
    }
    return parts.joined()
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(1, width - count))
  }
}

extension ExportTarget {
  /// The type that a value of a program has at the ends of an exported function.
  func portType(_ type: ValueType) -> ValueType {
    switch self {
    case .liteRT, .onnx: ValueType(type.dtype.isLowPrecision ? .float32 : type.dtype, type.shape)
    case .stableHLO: type
    }
  }
}
