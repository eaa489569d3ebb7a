import Execution
package import LayerTesting
import Layers
import Runtime
import Tensors

/// A mistake seeded into the step-wise run of one layer, as it is typed.
package struct Fault: Hashable, Sendable {
  package typealias Kind = StepFault.Kind

  package var path: String
  package var kind: Kind
  /// The step in which it happens; in all steps if nil.
  package var step: Int?
  /// Whether it happens in all steps from that one on.
  package var goesOn = false

  /// The kind as it is typed.
  package var kindName: String { kind.rawValue }

  /// Such as `c2 stale-state at 5`.
  package var text: String {
    "\(path.isEmpty ? "." : path) \(kind.rawValue)"
      + (step.map { " \(goesOn ? "from" : "at") \($0)" } ?? "")
  }

  /// The same where steps are fed by some schedule of blocks.
  func seeded(blockSize: Int, _ schedule: BlockSchedule) -> StepFault {
    guard let step else { return StepFault(layer: path, kind: kind) }
    let start = schedule.blocks(before: step) * blockSize
    return StepFault(layer: path, kind: kind, span: goesOn ? .from(start) : .at(start))
  }
}

extension BlockSchedule {
  /// How many blocks are fed before a step.
  func blocks(before step: Int) -> Int {
    let round = blocks.reduce(0, +)
    return step / blocks.count * round + blocks.prefix(step % blocks.count).reduce(0, +)
  }
}

extension [Fault] {
  /// Whether invalid timesteps hold NaN, because 0 times a number is 0 as well.
  var poisons: Bool { contains { $0.kind == .maskMultiply } }
}

extension Document {
  /// A model for the steps of this document: the same one where nothing is wrong on purpose.
  func stepModel(_ model: Model, time: Int, cancel: CancelFlag?) throws -> Model {
    guard !faults.isEmpty else { return model }
    var parameters: [String: Tensor] = [:]
    for spec in model.parameterSpecs { parameters[spec.path] = model[parameter: spec.path] }
    let copy = try Model(
      model.layer, input: model.input, constants: constants.specs, parameters: parameters,
      seed: model.seed, time: time, memory: model.memory, cancel: cancel)
    for (path, value) in parameters { copy[parameter: path] = value }
    copy.training = training
    copy.stepTraceRewrite = stepRewrite(blockSize: model.blockSize)
    return copy
  }

  /// What puts the faults into the traces of steps; nil without any.
  func stepRewrite(blockSize: Int) -> ((LayerTrace) throws -> LayerTrace)? {
    guard !faults.isEmpty else { return nil }
    let seeded = faults.map { $0.seeded(blockSize: blockSize, schedule) }
    return { try $0.seeding(seeded) }
  }
}

extension ModelRun {
  /// Why a fault cannot be in these steps; nil where it can.
  func obstacle(to fault: Fault, _ document: Document) throws -> String? {
    for blocks in Set(document.schedule.blocks).sorted() {
      let time = blocks * model.blockSize
      let request = TraceRequest(
        batch: input.batch, time: time, input: model.input,
        constants: constants.block(0..<time).specs,
        options: TraceOptions(training: model.training, taps: true))
      let trace = try model.trace(.step, request)
      let seeded = fault.seeded(blockSize: model.blockSize, document.schedule)
      if let reason = seeded.obstacle(in: trace) { return reason }
    }
    return nil
  }

  /// Whether the biases of a layer and all inside it are 0, as they are drawn.
  func biasesAreZero(inside path: String) -> Bool {
    model.parameterSpecs.filter { $0.path.isInside(path) && $0.path.hasSuffix("bias") }
      .allSatisfy { model[parameter: $0.path]?.doubles().allSatisfy { $0 == 0 } ?? true }
  }
}
