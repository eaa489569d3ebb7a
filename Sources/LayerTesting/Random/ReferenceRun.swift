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
    let shown = try evaluated(trace(.layer, request).program, x, constants, batch: x.batch)
    guard let values = shown["y"], let mask = shown["y.mask"] else {
      preconditionFailure("Every trace of a layer has an output sequence.")
    }
    let imaginary = shown["y.imaginary"]
    return try SequenceTensor(
      values: imaginary.map { Tensor.complex(values, $0) } ?? values, mask: mask)
  }

  /// What the layers give that run once, before the first step, such as networks for the keys of a
  /// source that is not streamed; by path.
  func referenceStart(
    batch: Int, constants: Constants, poisonsInvalid: Bool
  ) throws -> [String: SequenceTensor] {
    let request = TraceRequest(
      batch: batch, time: layer.blockSize, input: input, constants: constants.specs,
      options: TraceOptions(training: training, taps: true, poisonsInvalid: poisonsInvalid))
    let trace = try trace(.initialState, request)
    guard !trace.layers.isEmpty else { return [:] }
    let shown = try evaluated(trace.program, nil, constants, batch: batch)
    var taps: [String: SequenceTensor] = [:]
    for place in trace.layers {
      guard let values = shown["\(place.path):out"], let mask = shown["\(place.path):mask"] else {
        continue
      }
      let imaginary = shown["\(place.path):out.imaginary"]
      taps[place.path] = try SequenceTensor(
        values: imaginary.map { Tensor.complex(values, $0) } ?? values, mask: mask)
    }
    return taps
  }

  /// The outputs of a program of this model, by name.
  private func evaluated(
    _ program: Program, _ x: SequenceTensor?, _ constants: Constants, batch: Int
  ) throws -> [String: Tensor] {
    var given: [String: Tensor] = [
      "seed": Tensor([UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)]),
      "rowKeys": Tensor((0..<batch).map { UInt32($0) }),
    ]
    if let x { Self.put(x, "x", into: &given) }
    for (name, constant) in constants {
      switch constant {
      case .sequence(let x), .streamed(let x): Self.put(x, "constant/\(name)", into: &given)
      case .array(let tensor): given["constant/\(name)"] = tensor
      }
    }
    let inputs = program.inputs.map { input in
      guard let value = given[input.name] ?? self[parameter: input.name] else {
        preconditionFailure("A trace has input, constants, parameters and seeds.")
      }
      return value
    }
    let results = try ReferenceEvaluator.evaluate(program, inputs: inputs)
    return Dictionary(
      zip(program.outputs.map(\.name), results), uniquingKeysWith: { first, _ in first })
  }

  private static func put(
    _ x: SequenceTensor, _ name: String, into given: inout [String: Tensor]
  ) {
    given[name] = x.values.realPart
    given["\(name).imaginary"] = x.values.imaginaryPart
    given["\(name).mask"] = x.mask
  }
}
