import Execution
import Layers
public import Runtime
import Tensors

/// Verifies that a layer keeps the contract of `SequenceLayer`; it works on any layer, with a config
/// message or without.
///
/// - Source: the checks of the SequenceLayers report (arXiv 2507.23292), and some of our own.
public struct ContractVerifier {
  /// How far values may lie apart; masks must be equal.
  public var relativeTolerance = 1e-6
  /// How far values near 0 may lie apart.
  public var absoluteTolerance = 1e-6
  /// Numbers of blocks a step that are tried besides one.
  public var schedules: [BlockSchedule] = [BlockSchedule(2), BlockSchedule([1, 3, 2])]
  /// Whether gradients and the receptive field are checked.
  public var checksGradients = true

  /// Makes a verifier with the usual tolerances.
  public init() {}

  /// Runs every check on a model and an input.
  ///
  /// - Throws: the error of a layer that cannot be run at all.
  public func verify(
    _ model: Model, _ input: SequenceTensor, constants: Constants = [:]
  ) throws -> ContractReport {
    var run = ContractRun(
      model: model, input: input.maskedInvalid(), constants: constants,
      tolerance: Tolerance(relative: relativeTolerance, absolute: absoluteTolerance))
    try run.checkLayer()
    if model.layer.supportsStep {
      try run.checkSteps(schedules)
    } else {
      let reason = model.layer.stepObstacle ?? "the layer cannot step"
      for check in [ContractCheck.step, .blocks, .stepPadding, .savedState] {
        run.report.skipped.append((check, reason))
      }
    }
    if checksGradients { try run.checkGradients() }
    return run.report
  }
}

/// One verification under way.
struct ContractRun {
  let model: Model
  let input: SequenceTensor
  let constants: Constants
  let tolerance: Tolerance
  var report = ContractReport(checked: [], skipped: [], violations: [])
  private var output: SequenceTensor?

  init(model: Model, input: SequenceTensor, constants: Constants, tolerance: Tolerance) {
    self.model = model
    self.input = input
    self.constants = constants
    self.tolerance = tolerance
  }

  private var isFloating: Bool {
    input.values.dtype.isFloating || input.values.dtype == .complex64
  }

  private mutating func compare(
    _ check: ContractCheck, _ got: SequenceTensor, _ want: SequenceTensor, _ note: String = ""
  ) {
    if let detail = ArrayComparison.difference(got: got, want: want, tolerance) {
      violate(check, note.isEmpty ? detail : "\(note): \(detail)")
    }
  }

  private mutating func violate(_ check: ContractCheck, _ detail: String) {
    report.violations.append(ContractViolation(check: check, detail: detail))
  }

  private mutating func begin(_ check: ContractCheck) { report.checked.append(check) }

  // MARK: - Whole sequences

  mutating func checkLayer() throws {
    let y = try model.layer(input, constants: constants).y
    output = y
    begin(.outputSpec)
    if y.channelSpec != model.output {
      violate(.outputSpec, "got \(y.channelSpec), announced is \(model.output)")
    }
    begin(.runTwice)
    let again = try model.layer(input, constants: constants).y
    if again.rowDigests != y.rowDigests { violate(.runTwice, "two runs differ in their bits") }
    begin(.padding)
    let padded = input.padded(by: 4 * model.layer.blockSize)
    let poisoned = isFloating ? padded.filledInvalid(with: .nan) : padded
    let others = constants.mapValues { $0.padded(by: 4 * model.layer.blockSize).poisoned }
    compare(.padding, try model.layer(poisoned, constants: others).y, y)
    begin(.rowOrder)
    let order = Array((0..<input.batch).reversed())
    let turned = try model.layer(
      input.rows(order), constants: constants.mapValues { $0.rows(order) }
    ).y
    compare(.rowOrder, turned.rows(order), y)
    begin(.batching)
    compare(.batching, try runAmongGarbage { try model.layer($0, constants: $1).y }, y)
  }

  /// Runs with a row of garbage before and behind, and gives the rows between.
  private func runAmongGarbage(
    _ run: (SequenceTensor, Constants) throws -> SequenceTensor
  ) throws -> SequenceTensor {
    let order = [0] + Array(0..<input.batch) + [input.batch - 1]
    let framed = input.rows(order)
    let flags = (0..<order.count).flatMap { row in
      (0..<input.time).map {
        row == 0 || row == order.count - 1 || input.isValid(row: order[row], time: $0)
      }
    }
    var values = framed.values
    if isFloating {
      let noise = Tensor(repeating: .nan, shape: [1] + values.shape.dropFirst(), values.dtype)
      let kept = values.rows(Array(1..<(order.count - 1)))
      values = Tensor.joined(rows: [noise, kept, noise])
    }
    let mask = Tensor(flags, shape: [order.count, input.time])
    let all = try run(
      try SequenceTensor(values: values, mask: mask), constants.mapValues { $0.rows(order) })
    return all.rows(Array(1..<(order.count - 1)))
  }

  // MARK: - Steps

  mutating func checkSteps(_ schedules: [BlockSchedule]) throws {
    guard let output else { return }
    begin(.step)
    let steps = try model.stepByStep(input, constants: constants).y
    compare(.step, steps, output)
    begin(.blocks)
    for schedule in schedules {
      let y = try model.stepByStep(input, constants: constants, schedule: schedule).y
      compare(.blocks, y, output, "blocks \(schedule.blocks)")
    }
    begin(.stepPadding)
    if isFloating {
      let poisoned = input.filledInvalid(with: .nan)
      let others = constants.mapValues(\.poisoned)
      compare(.stepPadding, try model.stepByStep(poisoned, constants: others).y, output)
    }
    begin(.savedState)
    try checkSavedState()
  }

  private mutating func checkSavedState() throws {
    let block = model.layer.blockSize
    let straight = try model.makeStream(batch: input.batch, constants: constants)
    let other = try model.makeStream(batch: input.batch, constants: constants)
    var place = 0
    while place < input.time {
      let part = input.timesteps(place..<(place + block))
      let want = try straight.step(part).y
      let got = try other.step(part).y
      if got.rowDigests != want.rowDigests {
        violate(
          .savedState, "the bits differ from timestep \(place) on, after loading a saved state")
        return
      }
      place += block
      // Leave the state, go astray, come back.
      let saved = other.snapshot()
      _ = try other.step(part)
      try other.restore(saved)
      if other.snapshot().digest != saved.digest {
        violate(.savedState, "a restored state is not the one that was saved")
        return
      }
    }
  }

  // MARK: - Gradients

  mutating func checkGradients() throws {
    guard isFloating, input.values.dtype != .complex64, model.output.dtype.isFloating else {
      report.skipped.append((.gradients, "input or output is not real floating-point"))
      report.skipped.append((.receptiveField, "input or output is not real floating-point"))
      return
    }
    begin(.gradients)
    let ones: (SequenceTensor) -> Tensor = {
      Tensor(repeating: 1, shape: $0.values.shape, $0.values.dtype)
    }
    let plain = try model.gradients(input, cotangent: ones, constants: constants)
    let poisoned = try model.gradients(
      input.filledInvalid(with: .nan), cotangent: ones, constants: constants.mapValues(\.poisoned))
    compareGradients(plain, poisoned)
    begin(.receptiveField)
    try checkReceptiveField()
  }

  private mutating func compareGradients(_ plain: Gradients, _ poisoned: Gradients) {
    var pairs: [(String, Tensor, Tensor)] = []
    if let a = plain.input, let b = poisoned.input { pairs.append(("input", b, a)) }
    for (path, want) in plain.parameters.sorted(by: { $0.key < $1.key }) {
      if let got = poisoned.parameters[path] { pairs.append((path, got, want)) }
    }
    for (name, want) in plain.constants.sorted(by: { $0.key < $1.key }) {
      if let got = poisoned.constants[name] { pairs.append((name, got, want)) }
    }
    for (name, got, want) in pairs {
      if let index = got.doubles().firstIndex(where: { !$0.isFinite }) {
        violate(.gradients, "the gradient of \(name) is not finite at element \(index)")
      } else if let worst = ArrayComparison.worst(got: got, want: want, tolerance) {
        violate(.gradients, "NaN at invalid timesteps changes \(name) \(worst.text)")
      }
    }
  }

  /// One backward pass over as many copies of the input as there are outputs, each copy asking for one
  /// output timestep.
  private mutating func checkReceptiveField() throws {
    guard constants.isEmpty, let field = model.layer.receptiveFieldPerStep.overall,
      !(field.start.isInfinite && field.end.isInfinite)
    else {
      report.skipped.append((.receptiveField, "it is everything, or depends on constants"))
      return
    }
    let ratio = model.layer.outputRatio
    let noise = try probe(time: max(input.time, 3 * model.layer.blockSize))
    let outputs = try model.layer(noise).y.time
    guard outputs > 0, outputs * noise.time * noise.channelCount <= 1 << 20 else {
      report.skipped.append((.receptiveField, "the input is too long for this check"))
      return
    }
    let copies = noise.rows(Array(repeating: 0, count: outputs))
    let gradients = try model.gradients(copies) { y in
      var weights: [Float] = Array(repeating: 0, count: y.values.count)
      for copy in 0..<outputs {
        for channel in 0..<y.channelCount {
          weights[(copy * y.time + copy) * y.channelCount + channel] = 1 + Float(channel % 7) / 8
        }
      }
      return Tensor(weights, shape: y.values.shape)
    }
    guard let jacobian = gradients.input?.doubles() else { return }
    for copy in 0..<outputs {
      let aligned = (Rational(copy) / ratio).floor
      for time in 0..<noise.time {
        let start = (copy * noise.time + time) * noise.channelCount
        let depends = (0..<noise.channelCount).contains { jacobian[start + $0] != 0 }
        let offset = Double(time - aligned)
        if depends, offset < field.start || offset > field.end {
          violate(
            .receptiveField,
            "output \(copy) depends on input \(time), \(Int(offset)) from its own; announced is \(field)"
          )
          return
        }
      }
    }
  }

  private func probe(time: Int) throws -> SequenceTensor {
    var stream = RandomStream(seed: 1, name: "receptive field")
    let shape = [1, time] + input.channelShape
    let values = (0..<shape.elementCount).map { _ in Float(stream.normal()) }
    return try SequenceTensor(
      values: Tensor(values, shape: shape).converted(to: input.values.dtype))
  }
}

extension ConstantTensor {
  /// What is streamed along with a longer input, with as many invalid timesteps behind.
  fileprivate func padded(by count: Int) -> ConstantTensor {
    guard case .streamed(let x) = self else { return self }
    return .streamed(x.padded(by: count))
  }

  /// The constant with NaN at invalid timesteps.
  fileprivate var poisoned: ConstantTensor {
    switch self {
    case .sequence(let x) where x.values.dtype.isFloating: .sequence(x.filledInvalid(with: .nan))
    case .streamed(let x) where x.values.dtype.isFloating: .streamed(x.filledInvalid(with: .nan))
    case .sequence, .streamed, .array: self
    }
  }
}
