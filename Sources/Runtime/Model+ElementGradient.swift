import Execution
import Layers
import Programs
package import Tensors

extension Model {
  /// How one element of a layer's layer-wise output changes with every element of the input; 0 at invalid
  /// timesteps.
  ///
  /// `index` is row, timestep and channel in the layer's output.
  ///
  /// - Throws: ``RuntimeError`` `.notDifferentiable` for a layer without floating-point output, `.cancelled`.
  package func elementGradient(
    _ x: SequenceTensor, constants: Constants = [:], path: String, index: [Int],
    options: RunOptions = RunOptions(), progress: ((Int, Int) -> Void)? = nil
  ) throws -> Tensor {
    try check(x)
    let request = TraceRequest(
      batch: x.batch, time: x.time, input: input, constants: constants.specs,
      options: TraceOptions(training: training, taps: true))
    let trace = try trace(.layer, request, cancel: options.cancel)
    let name = ProgramSignature.tap(path).values
    return try gradient(
      of: name, .tap, at: index, in: trace, x, constants, options, "the output of \(path)", progress
    )
  }

  /// How one element of a state leaf changes, behind steps over a whole number of blocks, with every element of
  /// what they are fed; 0 at invalid timesteps.
  ///
  /// - Throws: as ``elementGradient(_:constants:path:index:options:progress:)``.
  package func stateGradient(
    _ x: SequenceTensor, constants: Constants = [:], leaf: String, index: [Int],
    options: RunOptions = RunOptions(), progress: ((Int, Int) -> Void)? = nil
  ) throws -> Tensor {
    try check(x)
    let request = TraceRequest(
      batch: x.batch, time: x.time, input: input, constants: constants.specs,
      options: TraceOptions(training: training))
    let tracer = LayerTracer(layer, memory: memory) { options.cancel?.isRaised ?? false }
    let trace = try tracer.steps(request, stepTime: blockSize, showsState: true)
    return try gradient(
      of: leaf, .state, at: index, in: trace, x, constants, options, "the state \(leaf)", progress)
  }

  private func gradient(
    of name: String, _ role: OutputRole, at index: [Int], in given: LayerTrace,
    _ x: SequenceTensor, _ constants: Constants, _ options: RunOptions, _ what: String,
    _ progress: ((Int, Int) -> Void)?
  ) throws -> Tensor {
    var trace = given
    let source = ProgramSignature.input.values
    guard let output = trace.program.outputs.first(where: { $0.role == role && $0.name == name }),
      trace.program[output.value].dtype.isFloating,
      let input = trace.program.inputs.first(where: { $0.role == .input && $0.name == source })
    else {
      throw RuntimeError(.notDifferentiable, found: what, expected: "floating-point numbers")
    }
    // The differentiated program numbers its values anew.
    let (shape, dtype) = (trace.program[output.value].shape, trace.program[output.value].dtype)
    guard index.count == shape.count, zip(index, shape).allSatisfy({ $0 >= 0 && $0 < $1 }) else {
      throw RuntimeError(
        .invalidInput, found: "the element \(index)", expected: "one of \(shape.shapeText)")
    }
    trace.program.outputs = [output]
    let program = try trace.program.differentiated(outputs: [output], withRespectTo: [input])
    let plan = try TracePlan(
      trace, program: program, parameters: store, pool: pool, memory: memory, cancel: options.cancel
    )
    bind(plan, x, constants, batch: x.batch)
    var seed = Array(repeating: 0.0, count: shape.elementCount)
    seed[zip(index, shape.rowMajorStrides).reduce(0) { $0 + $1.0 * $1.1 }] = 1
    plan.set(
      ProgramSignature.cotangent(of: name),
      Tensor(seed, shape: shape).converted(to: dtype))
    try plan.executor.execute(cancel: options.cancel, progress: progress).requireFinished()
    guard let gradient = plan.output(.gradient, source) else {
      return Tensor(zeros: x.values.shape, x.values.dtype)
    }
    return SequenceTensor(uncheckedValues: gradient, mask: x.mask).maskedInvalid().values
  }
}
