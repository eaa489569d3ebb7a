import Layers
import Programs
import Runtime
import Tensors

/// One step of a run, evaluated operation by operation.
///
/// The plain evaluator rounds less often than the kernels, so last bits may differ from those of the run; what
/// is NaN or infinite, and why, does not depend on them.
struct StepEvaluation {
  let step: Int
  let evaluation: ProgramEvaluation
  private let layers: [LayerTrace.LayerPlace]

  /// Evaluates a step that starts from these leaves.
  init(_ run: ModelRun, step: Int, state: [Tensor]) throws {
    guard let plan = run.plan, let stream = run.stream else {
      preconditionFailure("A run with steps has a plan and a stream.")
    }
    self.step = step
    let range = plan.boundaries[step]..<plan.boundaries[step + 1]
    let poisons = run.faults.poisons
    let block = run.input.timesteps(range)
    let constants = run.constants.block(range)
    let request = TraceRequest(
      batch: run.input.batch, time: range.count, input: run.model.input, constants: constants.specs,
      options: TraceOptions(training: run.model.training, taps: true, poisonsInvalid: poisons),
      cacheCapacity: try stream.cacheCapacity(at: range.upperBound))
    let trace = try run.stepModel.rewrittenStep(request)
    layers = trace.layers
    let program = trace.program.decomposed()
    let known = Self.inputs(run, poisons ? block.filledInvalid(with: .nan) : block, constants)
    let leaves = Dictionary(
      zip(stream.leaves.map(\.path), state), uniquingKeysWith: { first, _ in first })
    let inputs = program.inputs.map { input -> Tensor in
      let type = program[input.value]
      let value: Tensor?
      switch input.role {
      case .parameter, .variable: value = run.model[parameter: input.name]
      case .state: value = leaves[input.name]
      case .input, .constant, .seed, .operand: value = known[input.name]
      }
      return value ?? Tensor(zeros: type.shape, type.dtype)
    }
    evaluation = try ProgramEvaluation(program, inputs: inputs)
  }

  private static func inputs(
    _ run: ModelRun, _ block: SequenceTensor, _ constants: Constants
  ) -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    func add(_ names: ProgramSignature.SequenceNames, _ x: SequenceTensor) {
      result[names.mask] = x.mask
      guard x.values.dtype == .complex64 else {
        result[names.values] = x.values
        return
      }
      result[names.values] = x.values.realPart
      result[names.imaginary] = x.values.imaginaryPart
    }
    add(ProgramSignature.input, block)
    for (name, constant) in constants {
      switch constant {
      case .sequence(let x), .streamed(let x): add(ProgramSignature.constant(name), x)
      case .array(let tensor): result[ProgramSignature.constant(name).values] = tensor
      }
    }
    let seed = run.model.seed
    result[ProgramSignature.seed] = Tensor([
      UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32),
    ])
    result[ProgramSignature.rowKeys] = Tensor((0..<run.input.batch).map { UInt32($0) })
    return result
  }

  /// An element of what a layer gives in the step; nil where the program does not show the layer.
  func output(of path: String, _ index: [Int]) -> OriginWalk.Element? {
    element(.tap, ProgramSignature.tap(path).values, index)
  }

  /// An element of a leaf behind the step.
  func state(_ leaf: String, _ index: [Int]) -> OriginWalk.Element? {
    element(.state, leaf, index)
  }

  private func element(_ role: OutputRole, _ name: String, _ index: [Int]) -> OriginWalk.Element? {
    let program = evaluation.program
    guard let output = program.outputs.first(where: { $0.role == role && $0.name == name }) else {
      return nil
    }
    let value = evaluation[output.value]
    guard index.count == value.rank, zip(index, value.shape).allSatisfy({ $0 >= 0 && $0 < $1 })
    else {
      return nil
    }
    return OriginWalk.Element(
      evaluation: evaluation, value: output.value, position: value.position(index))
  }
}

extension ModelRun {
  /// The state from which a step started that was made.
  func state(beforeStep step: Int) throws -> [Tensor] {
    guard let trace, let (start, checkpoint) = trace.checkpoints.last(upTo: step) else { return [] }
    let runner = try trace.freshRunner()
    try runner.restore(checkpoint, at: start)
    while runner.position < step { _ = try runner.step(cancel: nil) {} }
    return try runner.state()
  }
}
