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
    guard let y = try Self.sequence(ProgramSignature.output, in: shown) else {
      preconditionFailure("Every trace of a layer has an output sequence.")
    }
    return y
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
      taps[place.path] = try Self.sequence(ProgramSignature.tap(place.path), in: shown)
    }
    return taps
  }

  private static func sequence(
    _ names: ProgramSignature.SequenceNames, in shown: [String: Tensor]
  ) throws -> SequenceTensor? {
    guard let values = shown[names.values], let mask = shown[names.mask] else { return nil }
    let imaginary = shown[names.imaginary]
    return try SequenceTensor(
      values: imaginary.map { Tensor.complex(values, $0) } ?? values, mask: mask)
  }

  /// The outputs of a program of this model, by name.
  private func evaluated(
    _ program: Program, _ x: SequenceTensor?, _ constants: Constants, batch: Int
  ) throws -> [String: Tensor] {
    var given: [String: Tensor] = [
      ProgramSignature.seed: Tensor([
        UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32),
      ]),
      ProgramSignature.rowKeys: Tensor((0..<batch).map { UInt32($0) }),
    ]
    if let x { Self.put(x, ProgramSignature.input, into: &given) }
    for (name, constant) in constants {
      let names = ProgramSignature.constant(name)
      switch constant {
      case .sequence(let x), .streamed(let x): Self.put(x, names, into: &given)
      case .array(let tensor): given[names.values] = tensor
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
    _ x: SequenceTensor, _ names: ProgramSignature.SequenceNames,
    into given: inout [String: Tensor]
  ) {
    given[names.values] = x.values.realPart
    given[names.imaginary] = x.values.imaginaryPart
    given[names.mask] = x.mask
  }
}
