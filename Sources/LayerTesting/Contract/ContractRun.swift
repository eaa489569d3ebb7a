import Comparison
import Layers
import Programs
import Runtime
import Tensors

/// One verification under way.
struct ContractRun {
  let model: Model
  let input: SequenceTensor
  let constants: Constants
  let settings: ContractVerifier
  /// The plain run of the whole sequence: what others are compared with.
  let whole: RunOutput
  let tolerance: Tolerance
  /// The whole sequence traced: which layers run there, in which order.
  let trace: LayerTrace
  var report = ContractReport()
  let watch: ContractWatch

  init(
    _ settings: ContractVerifier, _ model: Model, _ input: SequenceTensor, _ constants: Constants,
    _ watch: ContractWatch
  ) throws {
    self.watch = watch
    self.settings = settings
    self.model = model
    self.input = input
    self.constants = constants
    whole = try model.layer(
      input, constants: constants, options: watch.options, progress: watch.tick)
    let largest = whole.y.maskedInvalid().values.realPart.doubles().lazy.filter(\.isFinite)
      .map(abs).max()
    tolerance = Tolerance(
      relative: settings.relativeTolerance,
      absolute: settings.absoluteTolerance * max(1, largest ?? 0))
    trace = try model.trace(
      .layer,
      TraceRequest(
        batch: input.batch, time: input.time, input: model.input, constants: constants.specs,
        options: TraceOptions(training: model.training)))
  }

  mutating func begin(_ check: ContractCheck) {
    if report.checked.last != check { report.checked.append(check) }
    watch.done = report.checked.count + report.skipped.count
  }

  mutating func skip(_ check: ContractCheck, _ reason: String) {
    guard !report.skipped.contains(where: { $0.check == check && $0.reason == reason }) else {
      return
    }
    report.skipped.append((check, reason))
    watch.done = report.checked.count + report.skipped.count
  }

  mutating func violate(_ violation: ContractViolation) { report.violations.append(violation) }

  /// One of two ways of running that must agree: it gives the output of the root, and if asked that of
  /// every layer, aligned with the whole sequence.
  typealias Way = (RunOptions) throws -> RunOutput

  /// Compares the outputs of two ways, and where they differ looks for the layer that begins it.
  ///
  /// With more padding behind, outputs that lie behind the last input may become invalid: as long as
  /// nothing was there, nothing spoke against them.
  mutating func compare(
    _ check: ContractCheck, note: String = "", hasMorePadding: Bool = false, _ got: Way, _ want: Way
  ) throws {
    let a: RunOutput
    do {
      a = try got(watch.options)
    } catch let error as LayerError
      where [.invalidInput, .invalidConstant].contains(error.code)
    {
      // Some layers fix the length of their input, or of constants beside it, which padding changes.
      skip(check, "\(error)")
      return
    }
    begin(check)
    let b = try want(watch.options)
    guard let root = ArrayComparison.difference(got: a.y, want: b.y, tolerance) else { return }
    var options = watch.options
    options.taps = true
    let (tapsA, tapsB) = (try got(options).taps, try want(options).taps)
    var places: [(path: String, found: SequenceDifference)] = []
    for layer in trace.layers {
      let place = layer.path
      guard let x = tapsA[place], let y = tapsB[place] else { continue }
      let aligned = 0..<layer.alignedTime
      if hasMorePadding, layer.alignedTime < y.time,
        ArrayComparison.difference(got: x, want: y, tolerance) != nil,
        ArrayComparison.difference(
          got: x.timesteps(aligned), want: y.timesteps(aligned), tolerance) == nil
      {
        skip(
          check,
          "\(layer.typeName) puts out timesteps behind its last input, which padding there makes "
            + "invalid; what follows was not compared under more padding")
        return
      }
      let frame = ArrayComparison.frameDifference(got: x, want: y)
      // Wrong values beside a wrong mask are reported too: the mask alone may be wrong by definition. Behind
      // the layer of a wrong mask, values may be wrong because of it.
      let value = ArrayComparison.valueDifference(got: x, want: y, tolerance)
      places += [frame, value].compactMap { $0.map { (place, $0) } }
      if frame != nil || value != nil { break }
    }
    for (path, found) in places.isEmpty ? [("", root)] : places {
      violate(
        ContractViolation(
          check, note.isEmpty ? found.text : "\(note): \(found.text)", path: path,
          index: found.index, got: found.got, want: found.want))
    }
  }

  /// Whether a result depends on the keys of rows, or in training on the whole batch.
  var drawsAtRandom: Bool {
    model.training || trace.program.inputs.contains { $0.role == .seed }
  }

  // MARK: - Ways of running

  func runWhole(
    _ x: SequenceTensor, _ constants: Constants, _ options: RunOptions
  ) throws -> RunOutput {
    try model.layer(x, constants: constants, options: options, progress: watch.tick)
  }

  /// Runs in steps; what every layer gave is aligned by that layer's own latency.
  func runSteps(
    _ x: SequenceTensor, _ constants: Constants, _ options: RunOptions,
    schedule: BlockSchedule = BlockSchedule()
  ) throws -> RunOutput {
    var output = try model.stepByStep(
      x, constants: constants, schedule: schedule, options: options, progress: watch.tick)
    guard options.taps else { return output }
    let stream = try model.makeStream(batch: x.batch, constants: constants)
    for place in stream.layers {
      guard let tap = output.taps[place.path] else { continue }
      let latency = min(max(0, place.outputLatency), tap.time)
      output.taps[place.path] = tap.timesteps(latency..<tap.time)
    }
    let start = try model.referenceStart(
      batch: x.batch, constants: constants, poisonsInvalid: options.poisonsInvalid)
    output.taps.merge(start) { step, _ in step }
    return output
  }

  /// Runs with a row of garbage before and behind, and gives the rows between.
  func amongGarbage(
    _ run: (SequenceTensor, Constants, RunOptions) throws -> RunOutput, _ options: RunOptions
  ) throws -> RunOutput {
    let order = [0] + Array(0..<input.batch) + [input.batch - 1]
    let framed = input.rows(order)
    let flags = order.indices.flatMap { row in
      (0..<input.time).map { time in
        row == 0 || row == order.count - 1 || input.isValid(row: order[row], time: time)
      }
    }
    var values = framed.values
    if input.canHoldNaN {
      let noise = Tensor(repeating: .nan, shape: [1] + values.shape.dropFirst(), values.dtype)
      let kept = values.rows(Array(1..<(order.count - 1)))
      values = Tensor.joined(rows: [noise, kept, noise])
    }
    let mask = Tensor(flags, shape: [order.count, input.time])
    let x = try SequenceTensor(values: values, mask: mask)
    return try run(x, constants.mapValues { $0.rows(order) }, options)
      .rows(Array(1..<(order.count - 1)))
  }
}

/// How far a verification is, and what may stop it.
final class ContractWatch {
  /// For every run of the verification.
  let options: RunOptions
  /// Checks that are done or skipped.
  var done = 0
  private let tell: (Int, Int) -> Void

  init(options: RunOptions, tell: @escaping (Int, Int) -> Void) {
    self.options = options
    self.tell = tell
  }

  /// Told while a check runs; how many instructions a run has says little about the whole.
  var tick: (Int, Int) -> Void {
    { [self] _, _ in tell(min(done, ContractCheck.allCases.count), ContractCheck.allCases.count) }
  }
}

extension RunOutput {
  /// The rows at these positions of everything that was given.
  func rows(_ indices: [Int]) -> RunOutput {
    var result = self
    result.y = y.rows(indices)
    result.emits = emits.mapValues { $0.rows(indices) }
    result.taps = taps.mapValues { $0.rows(indices) }
    return result
  }
}

extension ConstantTensor {
  /// What is streamed along with a longer input, with as many invalid timesteps behind.
  func padded(by count: Int) -> ConstantTensor {
    guard case .streamed(let x) = self else { return self }
    return .streamed(x.padded(by: count))
  }
}
