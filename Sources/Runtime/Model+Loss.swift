import Execution
import Layers
import Programs
import Tensors

extension Model {
  /// The program of the loss `Σ ½ (y - target)²` over valid timesteps, of how many elements it is over, and
  /// of its gradients with respect to all parameters.
  ///
  /// It is a sum and no mean, so that sums over devices are the loss of all rows.
  ///
  /// - Throws: ``RuntimeError`` `.notDifferentiable` for an output of integers or complex numbers.
  func lossProgram(_ x: SequenceTensor, _ constants: Constants) throws -> Program {
    let request = TraceRequest(
      batch: x.batch, time: x.time, input: input, constants: constants.specs,
      options: TraceOptions(differentiable: true))
    let forward = try trace(.layer, request).program
    guard let output = forward.output(named: ProgramSignature.output.values),
      forward[output.value].dtype.isFloating,
      forward.output(named: ProgramSignature.output.imaginary) == nil
    else {
      throw RuntimeError(
        .notDifferentiable, found: "an output of integers or complex numbers",
        expected: "real output, which a target can be subtracted from")
    }
    let trained = forward.inputs.filter {
      $0.role == .parameter && forward[$0.value].dtype.isFloating
    }
    let gradients = try forward.differentiated(outputs: [output], withRespectTo: trained)
    let builder = ProgramBuilder()
    let inputs = forward.inputs.map { builder.input($0.name, $0.role, forward[$0.value]) }
    let target = builder.input(Self.lossTarget, .operand, forward[output.value])
    let results = builder.inline(forward, inputs)
    func result(_ name: String) -> Value? {
      forward.outputs.firstIndex { $0.name == name }.map { results[$0] }
    }
    guard let y = result(ProgramSignature.output.values),
      let mask = result(ProgramSignature.output.mask)
    else { preconditionFailure("Every trace of a layer has an output sequence.") }
    let isValid = mask.broadcast(to: y.shape, axes: [0, 1])
    let error = isValid.select(y - target, y.builder.full(0, y.type))
    let axes = Array(0..<y.rank)
    builder.output("loss", .result, (error * error).reduced(.sum, axes: axes).scaled(by: 0.5))
    builder.output("count", .result, isValid.converted(to: y.dtype).reduced(.sum, axes: axes))
    let cotangent = ProgramSignature.cotangent(of: output.name)
    let operands = gradients.inputs.map { input in
      forward.inputs.firstIndex { $0.name == input.name && $0.role == input.role }
        .map { inputs[$0] }
        ?? (input.name == cotangent ? error : builder.full(0, gradients[input.value]))
    }
    for (value, output) in zip(builder.inline(gradients, operands), gradients.outputs)
    where output.role == .gradient { builder.output(output.name, .gradient, value) }
    return try builder.finish().simplified()
  }

  /// The name of what the output is compared with.
  static let lossTarget = "target"

  /// What a program without state gives for inputs in its order; parameters are those of the model.
  func outputs(of program: Program, _ inputs: [Tensor?]) throws -> [Tensor] {
    let executor = try Executor(
      Plan(program), parameters: store, pool: pool, memory: memory)
    for (index, input) in program.inputs.enumerated() {
      let value = inputs[index] ?? (input.role == .variable ? self[parameter: input.name] : nil)
      if let value { executor.setInput(index, value) }
    }
    try executor.execute().requireFinished()
    return program.outputs.indices.map { executor.output($0) }
  }
}
