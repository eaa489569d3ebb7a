import Execution
import Layers
import Programs
import Tensors

/// A trace made ready to run: its plan, an executor, and where inputs and outputs stand.
final class TracePlan {
  let trace: LayerTrace
  let executor: Executor
  private let inputs: [String: Int]
  private let outputs: [String: Int]

  init(
    _ trace: LayerTrace, program: Program, parameters: ParameterStore, pool: WorkerPool?
  ) {
    self.trace = trace
    executor = Executor(Plan(program.simplified()), parameters: parameters, pool: pool)
    inputs = Self.places(program.inputs.map(\.name))
    outputs = Self.places(program.outputs.map { Self.key($0.role, $0.name) })
  }

  var program: Program { executor.plan.program }

  /// The inputs that are added to the outputs of layers.
  var nudges: [Program.Input] { program.inputs.filter { $0.name.hasPrefix("nudge/") } }

  private static func places(_ names: [String]) -> [String: Int] {
    Dictionary(
      names.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
  }

  private static func key(_ role: OutputRole, _ name: String) -> String { "\(role) \(name)" }

  /// Gives an input its value if the program has that input.
  func set(_ name: String, _ tensor: @autoclosure () -> Tensor) {
    if let index = inputs[name] { executor.setInput(index, tensor()) }
  }

  /// Gives a sequence input its values.
  func set(_ name: String, _ sequence: SequenceTensor) {
    set(name, sequence.values.realPart)
    set("\(name).imaginary", sequence.values.imaginaryPart)
    set("\(name).mask", sequence.mask)
  }

  /// Gives all constants their values.
  func set(_ constants: Constants) {
    for (name, constant) in constants {
      switch constant {
      case .sequence(let x), .streamed(let x): set("constant/\(name)", x)
      case .array(let tensor): set("constant/\(name)", tensor)
      }
    }
  }

  /// An output of the last run.
  func output(_ role: OutputRole, _ name: String) -> Tensor? {
    outputs[Self.key(role, name)].map { executor.output($0) }
  }

  /// A sequence output of the last run.
  func sequence(_ role: OutputRole, _ name: String) -> SequenceTensor? {
    guard let values = output(role, name), let mask = output(role, "\(name).mask") else {
      return nil
    }
    let imaginary = output(role, "\(name).imaginary")
    return SequenceTensor(
      uncheckedValues: imaginary.map { Tensor.complex(values, $0) } ?? values, mask: mask)
  }

  /// What every layer gave in the last run, by path.
  func taps() -> [String: SequenceTensor] {
    var result: [String: SequenceTensor] = [:]
    for place in trace.layers {
      guard let values = output(.tap, "\(place.path):out"),
        let mask = output(.tap, "\(place.path):mask")
      else { continue }
      let imaginary = output(.tap, "\(place.path):out.imaginary")
      result[place.path] = SequenceTensor(
        uncheckedValues: imaginary.map { Tensor.complex(values, $0) } ?? values, mask: mask)
    }
    return result
  }

  /// What layers emitted in the last run, by emit name.
  func emits() -> [String: SequenceTensor] {
    var result: [String: SequenceTensor] = [:]
    for name in trace.emits { result[name] = sequence(.emit, "emit/\(name)") }
    return result
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
