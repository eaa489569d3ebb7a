import Programs
import Tensors

/// The files of a Triton model repository for a step: its sequence batcher keeps the states.
///
/// - Source: Triton's guides "Model Configuration" and "Stateful Models" (implicit state management).
struct TritonConfig {
  let step: ExportedFunction
  /// What the state is before the first step, by the name of the input.
  private let initial: [String: Tensor]

  init(step: ExportedFunction) {
    self.step = step
    // The first run of a step begins with it.
    var initial: [String: Tensor] = [:]
    for (place, port) in zip(step.inputPlaces, step.inputs) where port.state != nil {
      let value = step.function.runs.first?.inputs[place]
      initial[port.name] = value?.converted(to: port.type.dtype)
    }
    self.initial = initial
  }

  /// States that do not begin with zeros: a file for each.
  var stateFiles: [(name: String, tensor: Tensor)] {
    step.inputs.enumerated().compactMap { index, port in
      guard port.state != nil, let value = initial[port.name], !value.isZero else { return nil }
      return (Self.file(index), value)
    }
  }

  private static func file(_ index: Int) -> String { "state_\(index)" }

  var text: String {
    let data = step.inputs.filter { $0.state == nil }
    let results = step.outputs.filter { $0.role != "state" }
    let next = step.outputs.filter { $0.role == "state" }
    let states = step.inputs.enumerated().filter { $0.element.state != nil }
    let entries = zip(states, next).map { state, output in
      let port = state.element
      let isZero = initial[port.name]?.isZero ?? true
      let start = isZero ? "zero_data: true" : "data_file: \"\(Self.file(state.offset))\""
      return """
            {
              input_name: "\(port.name)" output_name: "\(output.name)"
              \(Self.type(port.type))
              initial_state: { name: "\(port.name)" \(Self.type(port.type)) \(start) }
            }
        """
    }
    return """
      name: "step"
      backend: "onnxruntime"
      max_batch_size: 0
      input [
      \(Self.list(data))
      ]
      output [
      \(Self.list(results))
      ]
      sequence_batching {
        max_sequence_idle_microseconds: 10000000
        state [
      \(entries.joined(separator: ",\n"))
        ]
      }

      """
  }

  private static func list(_ ports: [Port]) -> String {
    ports.map { "  { name: \"\($0.name)\" \(type($0.type)) }" }.joined(separator: ",\n")
  }

  private static func type(_ type: ValueType) -> String {
    let dtype =
      switch type.dtype {
      case .float32: "FP32"
      case .float64: "FP64"
      case .bfloat16: "BF16"
      case .float16: "FP16"
      case .int8: "INT8"
      case .int16: "INT16"
      case .int32: "INT32"
      case .int64: "INT64"
      case .uint8: "UINT8"
      case .uint32: "UINT32"
      case .bool: "BOOL"
      case .complex64: "INVALID"
      }
    let shape = type.shape.map(String.init).joined(separator: ", ")
    return "data_type: TYPE_\(dtype) dims: [ \(shape) ]"
  }
}

extension Tensor {
  /// Whether every byte is 0.
  fileprivate var isZero: Bool { withUnsafeBytes { $0.allSatisfy { $0 == 0 } } }
}
