public import Export
import Layers
import Programs
import Tensors

/// What an export of a model is made from.
public struct ExportRequest: Sendable {
  /// Sequences to check the export with; their rows and timesteps are those of its functions.
  public var input: SequenceTensor
  /// The constants to check it with.
  public var constants: Constants
  /// The numbers of blocks that there is a step for.
  public var blocks: [Int]
  /// How many timesteps the caches of attention with an unlimited past hold in steps; where nothing is said, such
  /// a model has no steps.
  public var cacheCapacity: Int?
  /// Whether there is a function of the whole sequence.
  public var hasLayer = true
  /// Whether there is a function of a loss and its gradients.
  public var hasGradients = false
  /// Whether functions give what layers emit besides.
  public var emits = false
  /// The stack in text format, for the manifest.
  public var spec: String
  /// The version of the program, for the manifest.
  public var version = ""
  /// The version of its arithmetic, for the manifest.
  public var numerics = 0

  /// Makes a request for a step of one block and the whole sequence.
  public init(
    input: SequenceTensor, constants: Constants = [:], blocks: [Int] = [1], spec: String = ""
  ) {
    self.input = input
    self.constants = constants
    self.blocks = blocks
    self.spec = spec
  }
}

extension Model {
  /// The functions of this model for other runtimes, with runs that say what they give.
  ///
  /// Values at invalid timesteps are NaN in these runs, so that a runtime which lets them through is found
  /// out. A model that cannot step has a function of the whole sequence only, and the reason among its
  /// facts.
  ///
  /// - Throws: ``ExportError`` `.model` in training; what tracing and running throws.
  public func exported(_ request: ExportRequest) throws -> ExportModel {
    guard !training else {
      throw ExportError(
        .model, path: "model", found: "training on", expected: "off: an export is for use")
    }
    try check(request.input)
    var maker = ExportMaker(self, request)
    var obstacle: String?
    do { try maker.addSteps() } catch let error as LayerError where error.code == .notSteppable {
      obstacle = "\(error)"
    }
    if request.hasLayer { try maker.addLayer() }
    if request.hasGradients { try maker.addGradients() }
    var parameters: [String: Tensor] = [:]
    for spec in parameterSpecs { parameters[spec.path] = self[parameter: spec.path] }
    return ExportModel(
      functions: maker.functions, parameters: parameters,
      facts: .init(
        spec: request.spec, batch: request.input.batch, blockSize: blockSize,
        inputLatency: layer.inputLatency, outputLatency: layer.outputLatency,
        outputRatio: layer.outputRatio.description, version: request.version,
        numerics: request.numerics, stepObstacle: obstacle, cacheCapacity: maker.cacheCapacity))
  }
}

/// Traces the functions of an export and runs them.
private struct ExportMaker {
  private let model: Model
  private let request: ExportRequest
  private let x: SequenceTensor
  private let constants: Constants
  private(set) var functions: [ExportFunction] = []
  /// How many timesteps the caches of the exported steps hold, if they have such.
  private(set) var cacheCapacity: Int?
  /// How often a step is run for the check.
  private static let stepCount = 3

  init(_ model: Model, _ request: ExportRequest) {
    self.model = model
    self.request = request
    x = request.input.poisoned
    constants = request.constants.mapValues { constant in
      switch constant {
      case .sequence(let x): .sequence(x.poisoned)
      case .streamed(let x): .streamed(x.poisoned)
      case .array: constant
      }
    }
  }

  private var options: RunOptions { RunOptions(emits: request.emits) }

  private func program(_ mode: LayerContext.Mode, _ time: Int, _ specs: ConstantSpecs) throws
    -> Program
  {
    let traceRequest = TraceRequest(
      batch: x.batch, time: time, input: model.input, constants: specs,
      options: TraceOptions(taps: true, emits: request.emits),
      cacheCapacity: request.cacheCapacity ?? TraceRequest.firstCacheCapacity)
    return try model.trace(mode, traceRequest).namingTaps().simplified()
  }

  mutating func addLayer() throws {
    let program = try program(.layer, x.time, constants.specs)
    let output = try model.layer(x, constants: constants, options: options)
    let run = ExportFunction.Run(
      inputs: inputs(program, x, constants), outputs: outputs(program, output))
    functions.append(
      ExportFunction(name: "layer", program: program, timesteps: x.time, runs: [run]))
  }

  /// The loss of the whole sequence against a target of ones, and its gradients.
  mutating func addGradients() throws {
    // NaN at invalid timesteps is what training data has not.
    let (x, constants) = (request.input.maskedInvalid(), request.constants)
    let program = try model.lossProgram(x, constants)
    var inputs = inputs(program, x, constants)
    for (index, input) in program.inputs.enumerated() where input.role == .operand {
      let type = program[input.value]
      inputs[index] = Tensor(repeating: 1, shape: type.shape, type.dtype)
    }
    let run = ExportFunction.Run(
      inputs: inputs, outputs: try model.outputs(of: program, inputs))
    functions.append(
      ExportFunction(name: "grad", program: program, timesteps: x.time, runs: [run]))
  }

  mutating func addSteps() throws {
    guard !request.blocks.isEmpty else { return }
    let block = model.blockSize
    let stream = try makeStream()
    cacheCapacity = stream.cacheCapacity
    let start = try program(.initialState, block, constants.specs)
    let state = stream.snapshot()
    functions.append(
      ExportFunction(
        name: "get_initial_state", program: start,
        runs: [
          .init(
            inputs: inputs(start, x, constants), outputs: outputs(start, nil, state: state))
        ]))
    for blocks in request.blocks {
      let time = blocks * block
      let program = try program(.step, time, constants.block(0..<time).specs)
      try stream.restore(state)
      var runs: [ExportFunction.Run] = []
      for step in 0..<(blocks == 1 ? Self.stepCount : 1) {
        let range = (step * time)..<((step + 1) * time)
        let (part, given) = (x.timesteps(range).poisoned, constants.block(range))
        let inputs = inputs(program, part, given, state: stream.snapshot())
        let output = try stream.step(part, options: options, exact: true)
        runs.append(
          .init(inputs: inputs, outputs: outputs(program, output, state: stream.snapshot())))
      }
      functions.append(
        ExportFunction(
          name: blocks == 1 ? "step" : "step_\(blocks)", program: program, blocks: blocks,
          timesteps: time, runs: runs))
    }
  }

  /// A stream whose caches are as large as those of the exported steps.
  private func makeStream() throws -> Stream {
    let caches = model.caches
    defer { model.caches = caches }
    if let capacity = request.cacheCapacity { model.caches = .fixed(capacity) }
    let stream = try model.makeStream(batch: x.batch, constants: constants)
    guard !stream.hasExactCaches else {
      throw LayerError(
        .notSteppable, layer: "a graph whose caches grow", found: "another program in every step",
        expected: "one program, since sizes are fixed in a file",
        suggestion: "export the whole sequence only")
    }
    guard let growing = stream.cacheCapacity, request.cacheCapacity == nil else { return stream }
    throw LayerError(
      .notSteppable, layer: "attention with an unlimited past",
      found: "a cache that grows with the sequence",
      expected: "a stated number of timesteps that it holds, since sizes are fixed in a file",
      suggestion: "give a capacity, such as --capacity \(growing * 8)")
  }

  /// The values of the inputs of a program that are no parameters.
  private func inputs(
    _ program: Program, _ x: SequenceTensor, _ constants: Constants, state: StreamSnapshot? = nil
  ) -> [Tensor?] {
    var values: [String: Tensor] = [:]
    func set(_ names: ProgramSignature.SequenceNames, _ sequence: SequenceTensor) {
      values[names.values] = sequence.values.realPart
      values[names.imaginary] = sequence.values.imaginaryPart
      values[names.mask] = sequence.mask
    }
    set(ProgramSignature.input, x)
    for (name, constant) in constants {
      switch constant {
      case .sequence(let x), .streamed(let x): set(ProgramSignature.constant(name), x)
      case .array(let tensor): values[ProgramSignature.constant(name).values] = tensor
      }
    }
    let low = UInt32(truncatingIfNeeded: model.seed)
    values[ProgramSignature.seed] = Tensor([low, UInt32(truncatingIfNeeded: model.seed >> 32)])
    values[ProgramSignature.rowKeys] = Tensor((0..<x.batch).map { UInt32($0) })
    let leaves = Self.leaves(state)
    return program.inputs.map { input in
      switch input.role {
      case .parameter, .variable: nil
      case .state: leaves[input.name]
      case .input, .constant, .seed, .operand: values[input.name]
      }
    }
  }

  private static func leaves(_ state: StreamSnapshot?) -> [String: Tensor] {
    guard let state else { return [:] }
    return Dictionary(
      zip(state.leaves.map(\.path), state.values), uniquingKeysWith: { first, _ in first })
  }

  /// The values of the outputs of a program.
  private func outputs(
    _ program: Program, _ run: RunOutput?, state: StreamSnapshot? = nil
  ) -> [Tensor] {
    var values: [String: Tensor] = [:]
    func set(_ names: ProgramSignature.SequenceNames, _ sequence: SequenceTensor) {
      values[names.values] = sequence.values.realPart
      values[names.imaginary] = sequence.values.imaginaryPart
      values[names.mask] = sequence.mask
    }
    if let run {
      set(ProgramSignature.output, run.y)
      for (name, emit) in run.emits { set(ProgramSignature.emit(name), emit) }
    }
    let leaves = Self.leaves(state)
    return program.outputs.filter { $0.role != .tap }.map { output in
      guard let value = output.role == .state ? leaves[output.name] : values[output.name] else {
        preconditionFailure("No run gives \(output.name).")
      }
      return value
    }
  }
}

extension SequenceTensor {
  /// With NaN at invalid timesteps, where there is NaN.
  fileprivate var poisoned: SequenceTensor {
    values.dtype.isFloating || values.dtype == .complex64 ? filledInvalid(with: .nan) : self
  }
}
