import LayerTesting
import Layers
import Notation
import Programs
import Runtime
import Tensors
import Testing

/// The rewriting of steps for faults on purpose, in every kind of layer.
@Suite struct StepFaultProgramTests {
  @Test(
    "a fault that has not happened yet changes no bit, and one that can be put in leaves a sound program",
    arguments: try TestedLayers.names(choosing: nil, without: TestedLayers.wholeOnly))
  func untilItHappens(_ name: String) throws {
    let entry = try LayerRegistry.builtIn.describe(name)
    var cases = RandomCases(seed: 3)
    guard let made = cases.single(entry), made.model.layer.supportsStep, made.input.time > 0 else {
      return
    }
    let model = made.model
    let block = model.layer.blockSize
    let constants = made.constants.mapValues { constant -> ConstantTensor in
      guard case .streamed(let x) = constant else { return constant }
      return .streamed(x.timesteps(0..<block))
    }
    let request = TraceRequest(
      batch: made.input.batch, time: block, input: model.input, constants: constants.specs,
      options: TraceOptions(taps: true))
    let trace = try model.trace(.step, request)
    let right = try model.stepByStep(made.input, constants: made.constants).y
    for kind in StepFault.Kind.allCases {
      let fault = StepFault(layer: "", kind: kind, span: .at(1 << 20))
      guard fault.obstacle(in: trace) == nil else { continue }
      let seeded = try trace.seeding([fault])
      #expect(seeded.program.verify().isEmpty, "\(kind)")
      #expect(seeded.state.count > trace.state.count, "\(kind)")
      model.stepTraceRewrite = { try $0.seeding([fault]) }
      let y = try model.stepByStep(made.input, constants: made.constants).y
      #expect(y.mask.bitsEqual(right.mask), "\(kind)\n\(made.text)")
      #expect(
        y.maskedInvalid().values.bitsEqual(right.maskedInvalid().values), "\(kind)\n\(made.text)")
    }
  }
}
