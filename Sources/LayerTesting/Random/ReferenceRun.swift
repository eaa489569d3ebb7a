import Layers
import Programs
package import Runtime
import Tensors

extension Model {
  /// What `layer` gives by the plainest means: op by op in double precision, every result rounded once
  /// to its dtype.
  ///
  /// Exact where sums are short; the executor may differ in the last bits of sums, and of functions
  /// that round more than once.
  package func referenceLayer(
    _ x: SequenceTensor, constants: Constants = [:]
  ) throws -> SequenceTensor {
    let request = TraceRequest(
      batch: x.batch, time: x.time, input: input, constants: constants.specs,
      options: TraceOptions(training: training))
    let program = try trace(.layer, request).program
    var given: [String: Tensor] = [
      "seed": Tensor([UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)]),
      "rowKeys": Tensor((0..<x.batch).map { UInt32($0) }),
    ]
    Self.put(x, "x", into: &given)
    for (name, constant) in constants {
      switch constant {
      case .sequence(let x), .streamed(let x): Self.put(x, "constant/\(name)", into: &given)
      case .array(let tensor): given["constant/\(name)"] = tensor
      }
    }
    let inputs = program.inputs.map { input in
      guard let value = given[input.name] ?? self[parameter: input.name] else {
        preconditionFailure("A trace of a layer has input, constants, parameters and seeds.")
      }
      return value
    }
    let results = try ReferenceEvaluator.evaluate(program, inputs: inputs)
    var shown: [String: Tensor] = [:]
    for (output, tensor) in zip(program.outputs, results) where output.role == .output {
      shown[output.name] = tensor
    }
    guard let values = shown["y"], let mask = shown["y.mask"] else {
      preconditionFailure("Every trace of a layer has an output sequence.")
    }
    let imaginary = shown["y.imaginary"]
    return try SequenceTensor(
      values: imaginary.map { Tensor.complex(values, $0) } ?? values, mask: mask)
  }

  private static func put(
    _ x: SequenceTensor, _ name: String, into given: inout [String: Tensor]
  ) {
    given[name] = x.values.realPart
    given["\(name).imaginary"] = x.values.imaginaryPart
    given["\(name).mask"] = x.mask
  }
}
