import Execution
import Layers
import Programs
public import Tensors

/// The gradients of a scalar loss of the output.
public struct Gradients: Sendable {
  /// The output of the forward pass.
  public var y: SequenceTensor
  /// With respect to the input, 0 at invalid timesteps; nil for integer input.
  public var input: Tensor?
  /// With respect to every trained parameter, by path.
  public var parameters: [String: Tensor]
  /// With respect to floating-point constants, by name; 0 at invalid timesteps.
  public var constants: [String: Tensor]
  /// New values of variables in training, by path.
  public var variables: [String: Tensor]
  /// With respect to the input of every layer, by path, warm-up of steps included; if requested.
  package var layerInputs: [String: Tensor] = [:]
  /// With respect to the output of every layer.
  package var layerOutputs: [String: Tensor] = [:]
}

extension Model {
  /// The gradients of `Σ cotangent · y` over valid timesteps.
  ///
  /// The cotangent says how the loss changes with every element of the output; values at invalid
  /// timesteps are ignored. For complex outputs its real and imaginary parts weigh the parts.
  ///
  /// - Throws: ``RuntimeError`` `.invalidInput` when its shape is not the output's.
  public func gradients(
    _ x: SequenceTensor, cotangent: (SequenceTensor) throws -> Tensor, constants: Constants = [:]
  ) throws -> Gradients {
    try gradients(
      x, cotangent: cotangent, constants: constants, showsLayers: false, options: RunOptions(),
      progress: nil)
  }

  /// The same, which can be stopped, and reports the instructions that are done; if requested with
  /// respect to the output of every layer too.
  ///
  /// - Throws: ``RuntimeError`` `.cancelled` besides.
  package func gradients(
    _ x: SequenceTensor, cotangent: (SequenceTensor) throws -> Tensor, constants: Constants = [:],
    showsLayers: Bool, options: RunOptions, progress: ((Int, Int) -> Void)?
  ) throws -> Gradients {
    try check(x)
    var tracing = TraceOptions(training: training, differentiable: true)
    tracing.probesGradients = showsLayers
    let request = TraceRequest(
      batch: x.batch, time: x.time, input: input, constants: constants.specs, options: tracing)
    let plan = try gradientPlan(request, stepTime: nil, cancel: options.cancel)
    let forward = try layer(
      x, constants: constants, options: options, progress: progress)
    let weights = try cotangent(forward.y)
    try Self.check(weights, against: forward.y)
    bind(plan, x, constants, batch: x.batch)
    seed(plan, SequenceTensor(uncheckedValues: weights, mask: forward.y.mask))
    try Self.run(plan, options, progress)
    return collectGradients(plan, x, constants)
  }

  /// The gradients of `Σ cotangent · y` over valid timesteps, along the path of steps: the input is
  /// run in steps of `blocks` blocks, as by `stepByStep`, and the gradient flows back through the
  /// states.
  ///
  /// They equal those of ``gradients(_:cotangent:constants:)``, at the cost of one loop more.
  ///
  /// - Throws: ``RuntimeError`` `.invalidInput` when the cotangent's shape is not the output's,
  ///   ``LayerError`` `.notSteppable`.
  public func stepGradients(
    _ x: SequenceTensor, cotangent: (SequenceTensor) throws -> Tensor, constants: Constants = [:],
    blocks: Int = 1
  ) throws -> Gradients {
    try stepGradients(
      x, cotangent: cotangent, constants: constants, blocks: blocks, showsLayers: false,
      options: RunOptions(), progress: nil)
  }

  /// The same, which can be stopped, and reports the instructions that are done; if requested with
  /// respect to the output of every layer too.
  ///
  /// - Throws: ``RuntimeError`` `.cancelled` besides.
  package func stepGradients(
    _ x: SequenceTensor, cotangent: (SequenceTensor) throws -> Tensor, constants: Constants = [:],
    blocks: Int = 1, showsLayers: Bool, options: RunOptions, progress: ((Int, Int) -> Void)?
  ) throws -> Gradients {
    try check(x)
    let stepTime = blockSize * max(1, blocks)
    let steps = max(1, (x.time + layer.inputLatency + stepTime - 1) / stepTime)
    let time = steps * stepTime
    let whole = constants.block(0..<time)
    var tracing = TraceOptions(training: training, differentiable: true)
    tracing.probesGradients = showsLayers
    let request = TraceRequest(
      batch: x.batch, time: time, input: input, constants: whole.specs, options: tracing)
    let plan = try gradientPlan(request, stepTime: stepTime, cancel: options.cancel)
    let forward = try stepByStep(
      x, constants: constants, schedule: BlockSchedule(max(1, blocks)),
      options: options, progress: progress)
    let weights = try cotangent(forward.y)
    try Self.check(weights, against: forward.y)
    bind(plan, x.timesteps(0..<time), whole, batch: x.batch)
    // The warm-up has no cotangent.
    let warmUp = min(layer.outputLatency, (Rational(time) * layer.outputRatio).floor)
    let aligned = SequenceTensor(uncheckedValues: weights, mask: forward.y.mask)
    let quiet = SequenceTensor(
      uncheckedValues: aligned.values.sliced(time: 0..<warmUp),
      mask: Tensor(zeros: [x.batch, warmUp], .bool))
    seed(plan, warmUp == 0 ? aligned : .concatenate([quiet, aligned]))
    try Self.run(plan, options, progress)
    var result = collectGradients(plan, x.timesteps(0..<time), whole)
    result.y = forward.y
    result.input = result.input?.sliced(time: 0..<x.time)
    for (name, constant) in constants {
      guard case .streamed(let sequence) = constant else { continue }
      result.constants[name] = result.constants[name]?.sliced(time: 0..<sequence.time)
    }
    return result
  }

  private static func run(
    _ plan: TracePlan, _ options: RunOptions, _ progress: ((Int, Int) -> Void)?
  ) throws {
    try plan.executor.execute(cancel: options.cancel, progress: progress).requireFinished()
  }

  private static func check(_ weights: Tensor, against y: SequenceTensor) throws(RuntimeError) {
    guard weights.shape == y.values.shape else {
      throw RuntimeError(
        .invalidInput, found: "a cotangent \(weights.shape.shapeText)",
        expected: "the output's shape \(y.values.shape.shapeText)")
    }
  }

  /// Gives a gradient plan the cotangents of its output.
  private func seed(_ plan: TracePlan, _ weights: SequenceTensor) {
    let seeds = weights.maskedInvalid().values.converted(to: output.dtype)
    let names = ProgramSignature.output
    plan.set(ProgramSignature.cotangent(of: names.values), seeds.realPart)
    plan.set(ProgramSignature.cotangent(of: names.imaginary), seeds.imaginaryPart)
    for (input, _, _) in plan.gradientProbes {
      let type = plan.program[input.value]
      plan.set(input.name, Tensor(zeros: type.shape, type.dtype))
    }
  }

  private func collectGradients(
    _ plan: TracePlan, _ x: SequenceTensor, _ constants: Constants
  ) -> Gradients {
    func gradient(_ name: String, mask: Tensor?) -> Tensor? {
      guard let real = plan.output(.gradient, name) else { return nil }
      let imaginary = plan.output(.gradient, ProgramSignature.imaginary(of: name))
      let values = imaginary.map { Tensor.complex(real, $0) } ?? real
      guard let mask else { return values }
      return SequenceTensor(uncheckedValues: values, mask: mask).maskedInvalid().values
    }
    let forward = plan.collect()
    var result = Gradients(
      y: forward.y, input: gradient(ProgramSignature.input.values, mask: x.mask), parameters: [:],
      constants: [:],
      variables: forward.variables)
    for (input, side, path) in plan.gradientProbes {
      let gradient = plan.output(.gradient, input.name)
      switch side {
      case .input: result.layerInputs[path] = gradient
      case .output: result.layerOutputs[path] = gradient
      }
    }
    for spec in parameterSpecs where spec.collection == .parameters {
      result.parameters[spec.path] =
        gradient(spec.path, mask: nil) ?? Tensor(zeros: spec.shape, spec.dtype)
    }
    for (name, constant) in constants {
      let mask: Tensor?
      switch constant {
      case .sequence(let x), .streamed(let x): mask = x.mask
      case .array: mask = nil
      }
      result.constants[name] = gradient(ProgramSignature.constant(name).values, mask: mask)
    }
    return result
  }

  /// Gradients under the parameters' names in files, copies of repeated layers stacked.
  public func fileTensors(of gradients: Gradients) -> [String: Tensor] {
    ParameterFile(parameterSpecs.filter { $0.collection == .parameters })
      .arrays { gradients.parameters[$0.path] }
  }
}

extension Program {
  /// The program with gradients of its output values with respect to every floating-point input,
  /// constant and parameter.
  func withGradients() throws -> Program {
    let chosen = outputs.filter { output in
      output.role == .output && self[output.value].dtype.isFloating
    }
    guard !chosen.isEmpty else {
      throw RuntimeError(
        .notDifferentiable, found: "an output of integers", expected: "floating-point output")
    }
    let inputs = self.inputs.filter { input in
      guard self[input.value].dtype.isFloating else { return false }
      switch input.role {
      case .input, .constant, .parameter: return true
      case .variable, .state, .seed, .operand: return false
      }
    }
    return try differentiated(outputs: chosen, withRespectTo: inputs)
  }
}
