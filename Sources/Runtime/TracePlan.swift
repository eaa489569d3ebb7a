import Execution
import Layers
import Programs
import Tensors

/// A trace made ready to run: its plan, an executor, and the positions of its inputs and outputs.
final class TracePlan {
  let trace: LayerTrace
  let executor: Executor
  private let inputs: [String: Int]
  private let outputs: [OutputKey: Int]
  /// The positions of what every run reads, looked up once.
  let result: SequencePlace?
  let tapPlaces: [(path: String, place: SequencePlace)]
  let inputPlaces: [(path: String, place: SequencePlace)]
  private let emitPlaces: [(name: String, place: SequencePlace)]
  private let variablePlaces: [(path: String, output: Int)]

  struct OutputKey: Hashable {
    var role: OutputRole
    var name: String
  }

  /// The outputs that a sequence is made of.
  struct SequencePlace {
    var values: Int
    var mask: Int
    var imaginary: Int?

    init?(
      _ outputs: [OutputKey: Int], _ role: OutputRole, _ names: ProgramSignature.SequenceNames
    ) {
      guard let values = outputs[OutputKey(role: role, name: names.values)],
        let mask = outputs[OutputKey(role: role, name: names.mask)]
      else { return nil }
      self.values = values
      self.mask = mask
      imaginary = outputs[OutputKey(role: role, name: names.imaginary)]
    }
  }

  /// - Throws: ``RuntimeError`` `.cancelled`.
  init(
    _ trace: LayerTrace, program: Program, parameters: ParameterStore, pool: WorkerPool?,
    memory: MemoryBudget, cancel: CancelFlag?
  ) throws {
    self.trace = trace
    func check() throws {
      if let cancel, cancel.isRaised { throw Model.cancelled }
    }
    let plan = try Plan(
      program.simplified(checkingCancellation: check), checkingCancellation: check)
    do throws(MemoryError) {
      executor = try Executor(plan, parameters: parameters, pool: pool, memory: memory)
    } catch { throw error.naming(program) }
    inputs = Self.places(program.inputs.map(\.name))
    let outputs = Self.places(program.outputs.map { OutputKey(role: $0.role, name: $0.name) })
    self.outputs = outputs
    result = SequencePlace(outputs, .output, ProgramSignature.output)
    tapPlaces = trace.layers.compactMap { layer in
      SequencePlace(outputs, .tap, ProgramSignature.tap(layer.path)).map { (layer.path, $0) }
    }
    inputPlaces = trace.layers.compactMap { layer in
      SequencePlace(outputs, .tap, ProgramSignature.tapInput(layer.path)).map { (layer.path, $0) }
    }
    emitPlaces = trace.emits.compactMap { name in
      SequencePlace(outputs, .emit, ProgramSignature.emit(name)).map { (name, $0) }
    }
    variablePlaces = program.outputs.enumerated().compactMap { index, output in
      output.role == .variable ? (output.name, index) : nil
    }
  }

  var program: Program { executor.plan.program }

  /// The inputs that are added to inputs and outputs of layers.
  var gradientProbes: [(input: Program.Input, side: ProgramSignature.ProbeSide, path: String)] {
    program.inputs.compactMap { input in
      ProgramSignature.layer(ofGradientProbe: input.name).map { (input, $0.side, $0.path) }
    }
  }

  private static func places<Name: Hashable>(_ names: [Name]) -> [Name: Int] {
    Dictionary(
      names.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
  }

  /// Where the program has an input of that name.
  func inputIndex(_ name: String) -> Int? { inputs[name] }

  /// Gives an input its value if the program has that input.
  func set(_ name: String, _ tensor: @autoclosure () -> Tensor) {
    if let index = inputs[name] { executor.setInput(index, tensor()) }
  }

  /// Gives a sequence input its values.
  func set(_ names: ProgramSignature.SequenceNames, _ sequence: SequenceTensor) {
    set(names.values, sequence.values.realPart)
    set(names.imaginary, sequence.values.imaginaryPart)
    set(names.mask, sequence.mask)
  }

  /// Gives all constants their values.
  func set(_ constants: Constants) {
    for (name, constant) in constants {
      let names = ProgramSignature.constant(name)
      switch constant {
      case .sequence(let x), .streamed(let x): set(names, x)
      case .array(let tensor): set(names.values, tensor)
      }
    }
  }

  /// An output of the last run.
  func output(_ role: OutputRole, _ name: String) -> Tensor? {
    outputs[OutputKey(role: role, name: name)].map { executor.output($0) }
  }

  private func sequence(_ place: SequencePlace) -> SequenceTensor {
    let values = executor.output(place.values)
    let imaginary = place.imaginary.map { executor.output($0) }
    return SequenceTensor(
      uncheckedValues: imaginary.map { Tensor.complex(values, $0) } ?? values,
      mask: executor.output(place.mask))
  }

  /// What the last run gave: the output, and whatever else the trace collects.
  func collect() -> RunOutput {
    guard let result else {
      preconditionFailure("Every trace of a layer has an output sequence.")
    }
    var run = RunOutput(y: sequence(result), emits: [:], taps: [:], variables: [:])
    for (name, place) in emitPlaces { run.emits[name] = sequence(place) }
    for (path, place) in tapPlaces { run.taps[path] = sequence(place) }
    if !tapPlaces.isEmpty { run.layers = trace.layers }
    for (path, place) in inputPlaces { run.madeInputs[path] = sequence(place) }
    for (path, output) in variablePlaces { run.variables[path] = executor.output(output) }
    return run
  }
}

/// The plans made so far, the least recently used dropped first.
struct PlanCache {
  enum Mode: Hashable {
    case layer, step, initialState
    /// Of the whole sequence, or in steps of so many timesteps.
    case gradients(stepTime: Int?)
  }

  struct Key: Hashable {
    var mode: Mode
    var request: TraceRequest
  }

  private var plans: [Key: (plan: TracePlan, lastUse: Int)] = [:]
  private var clock = 0
  private static let capacity = 32

  mutating func plan(_ key: Key, make: () throws -> TracePlan) rethrows -> TracePlan {
    clock += 1
    if let known = plans[key]?.plan {
      plans[key]?.lastUse = clock
      return known
    }
    let made = try make()
    if plans.count >= Self.capacity,
      let oldest = plans.min(by: { $0.value.lastUse < $1.value.lastUse })
    {
      plans[oldest.key] = nil
    }
    plans[key] = (made, clock)
    return made
  }
}
