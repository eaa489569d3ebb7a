import Programs
import Tensors
import Weights

/// Inputs and outputs of the runs of all functions, under the names that `check.py` looks for.
struct CheckData {
  private var tensors: [(name: String, tensor: Tensor)] = []

  init(_ functions: [ExportedFunction]) {
    for exported in functions {
      for (index, run) in exported.function.runs.enumerated() {
        let place = "\(exported.function.name)/\(index)"
        for (port, input) in exported.inputPlaces.enumerated() {
          guard let tensor = run.inputs[input] else { continue }
          let type = exported.inputs[port].type
          tensors.append(("\(place)/in/\(port)", tensor.converted(to: type.dtype)))
        }
        for (port, tensor) in run.outputs.enumerated() {
          let type = exported.outputs[port].type
          tensors.append(("\(place)/out/\(port)", tensor.converted(to: type.dtype)))
        }
      }
    }
  }

  var file: ByteStream { Safetensors.stream(tensors) }
}

extension Safetensors {
  /// The bytes of a safetensors file, arrays by reference.
  static func stream(_ tensors: [(name: String, tensor: Tensor)]) -> ByteStream {
    var stream = ByteStream()
    let layout = Layout(tensors, metadata: [:])
    stream.append(layout.header)
    for position in layout.order { stream.append(tensors[position].tensor) }
    return stream
  }
}
