import Programs
import Tensors

extension ONNXFunction {
  /// A timestep of an ``LSTMStep`` as a sequence of one timestep: kernels lie with gates first, in the order
  /// input, output, forget, candidate, and there is a bias for each product.
  func writeLSTM(_ x: [ValueID], _ results: [ValueID]) throws(ExportError) {
    guard let kernel = constant(x[1]), let recurrent = constant(x[2]) else {
      throw unsupported(LSTMStep.name, self[x[1]])
    }
    let units = self[x[3]].shape[2]
    var inputs = [try value(x[0])]
    for matrix in [kernel, recurrent] {
      let gates = matrix.transposed([1, 0]).gatesReordered()
      inputs.append(try add(weights: gates.reshaped([1] + gates.shape), channels: 1))
    }
    if x.count > 5 {
      guard let bias = constant(x[5]) else { throw unsupported(LSTMStep.name, self[x[5]]) }
      let numbers = bias.gatesReordered().elements(as: Float.self)
      let zeros = numbers.map { _ in Float(0) }
      inputs.append(try add(constant: Tensor(numbers + zeros, shape: [1, 8 * units])))
    } else {
      inputs.append("")
    }
    inputs += ["", try value(x[3]), try value(x[4])]
    let outputs = add("LSTM", inputs, results: 3, [("hidden_size", .int(units))])
    define(results[0], outputs[1])
    define(results[1], outputs[2])
  }
}

extension Tensor {
  /// The four equal parts of the first axis in ONNX's order of gates.
  fileprivate func gatesReordered() -> Tensor {
    let part = byteCount / 4
    return Tensor(dtype, shape: shape) { bytes in
      withUnsafeBytes { source in
        for (place, gate) in [0, 3, 1, 2].enumerated() {
          bytes.copyBytes(source, gate * part..<(gate + 1) * part, to: place * part)
        }
      }
    }
  }
}
