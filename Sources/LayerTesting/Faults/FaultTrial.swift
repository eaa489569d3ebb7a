import Comparison
import Layers
package import Runtime
import Tensors

/// A model beside a copy of it with a fault, and an independent look at what the fault changes.
///
/// The look does without `ContractVerifier`: it compares the copy with the sound model on sequences of
/// its own, so that it shows what verification must find.
package struct FaultTrial {
  /// Which programs are wrong.
  package enum Place: String, CaseIterable, Sendable {
    case step, layer, both
  }

  /// The sound model.
  let sound: Model
  /// The copy with the fault.
  package let faulty: Model
  private let inputs: [(x: SequenceTensor, constants: Constants)]
  private let place: Place

  /// Makes the copy, to be tried on the input of a case and on longer ones.
  package init(_ made: RandomCase, _ fault: SeededFault, in place: Place) throws {
    try self.init(made.model, made.input, made.constants, fault, in: place, probes: true)
  }

  /// Makes the copy, to be tried on an input, and on longer ones if `probes` says so.
  package init(
    _ sound: Model, _ input: SequenceTensor, _ constants: Constants, _ fault: SeededFault,
    in place: Place, probes: Bool
  ) throws {
    (self.sound, self.place) = (sound, place)
    faulty = try Model(
      sound.layer, input: sound.input, constants: constants.specs, time: input.time)
    for spec in sound.parameterSpecs { faulty[parameter: spec.path] = sound[parameter: spec.path] }
    (faulty.training, faulty.seed) = (sound.training, sound.seed)
    Self.seed(fault, into: faulty, place)
    inputs = [(input, constants)] + (probes ? Self.probes(sound, input, constants) : [])
  }

  /// Puts a fault into the programs of a model.
  package static func seed(_ fault: SeededFault, into model: Model, _ place: Place) {
    if place != .layer { model.stepRewrite = { $0.seeding(fault) ?? $0 } }
    if place != .step { model.layerRewrite = { $0.seeding(fault) ?? $0 } }
  }

  /// All faults that can be put into a model.
  package static func faults(
    of model: Model, _ input: SequenceTensor, _ given: Constants, in place: Place
  ) throws -> [SeededFault] {
    let block = model.layer.blockSize
    let constants = given.mapValues { constant in
      guard place == .step, case .streamed(let x) = constant else { return constant }
      return .streamed(x.timesteps(0..<block))
    }
    let request = TraceRequest(
      batch: input.batch, time: place == .step ? block : input.time, input: model.input,
      constants: constants.specs, options: TraceOptions(training: model.training))
    return try model.trace(place == .step ? .step : .layer, request).program.faultPlaces()
  }

  /// Longer sequences of three rows with every kind of mask.
  private static func probes(
    _ model: Model, _ input: SequenceTensor, _ constants: Constants
  ) -> [(SequenceTensor, Constants)] {
    guard constants.isEmpty, input.time > 0 else { return [] }
    let layer = model.layer
    let depth = min(24, layer.receptiveFieldPerStep.overall.map { span($0) } ?? 0)
    let time = layer.blockSize * (6 + (depth + layer.inputLatency) / layer.blockSize)
    var stream = RandomStream(seed: 5, name: "fault trial")
    let rows = input.rows((0..<3).map { $0 % input.batch })
    let isInteger = rows.values.dtype.isInteger || rows.values.dtype == .bool
    var values = rows.timesteps(0..<time).values
    if !isInteger {
      let shape = [3, time] + rows.channelShape
      let size = self.size(of: input)
      let numbers = {
        Tensor((0..<shape.elementCount).map { _ in size * stream.normal() }, shape: shape)
      }
      let real = numbers().converted(to: .float32)
      values =
        rows.values.dtype == .complex64
        ? Tensor.complex(real, numbers().converted(to: .float32))
        : real.converted(to: rows.values.dtype)
    }
    let masks: [(Int, Int) -> Bool] = [
      { row, step in step < time - 4 * row }, { row, step in (step + row) % 3 != 1 },
    ]
    return masks.compactMap { isValid in
      let flags = (0..<3).flatMap { row in (0..<time).map { isValid(row, $0) } }
      let x = try? SequenceTensor(values: values, mask: Tensor(flags, shape: [3, time]))
      return x.map { ($0.filledInvalid(with: isInteger ? 1 : .nan), [:]) }
    }
  }

  /// The root of the mean square of the valid values, as verification draws its own; 1 where all are 0.
  private static func size(of input: SequenceTensor) -> Double {
    let numbers = input.maskedInvalid().values.realPart.doubles().filter { $0 != 0 && $0.isFinite }
    guard !numbers.isEmpty else { return 1 }
    return (numbers.reduce(0) { $0 + $1 * $1 } / Double(numbers.count)).squareRoot()
  }

  private static func span(_ field: ReceptiveField) -> Int {
    let ends = [field.start, field.end].filter(\.isFinite).map(abs)
    return Int(ends.max() ?? 8)
  }

  // MARK: - What changes

  /// What the fault changes by more than ten times the usual tolerance, in words; nil for nothing.
  package func consequence(gradients: Bool = true) throws -> String? {
    for (x, constants) in inputs {
      do {
        if let found = try difference(x, constants, gradients) { return found }
      } catch let error as LayerError where [.invalidInput, .invalidConstant].contains(error.code) {
        continue
      }
    }
    return nil
  }

  private func difference(
    _ x: SequenceTensor, _ constants: Constants, _ gradients: Bool
  ) throws -> String? {
    var poison = RunOptions()
    poison.poisonsInvalid = true
    let bare = x.maskedInvalid()
    let noisy = constants.mapValues(\.poisoned)
    func compare(_ what: String, _ run: (Model) throws -> SequenceTensor) throws -> String? {
      let (got, want) = (try run(faulty), try run(sound))
      let size = largest(want.maskedInvalid().values)
      let bound = Tolerance(relative: 1e-4, absolute: 1e-5 * max(1, size))
      return ArrayComparison.difference(got: got, want: want, bound).map { "\(what): \($0.text)" }
    }
    switch place {
    case .layer, .both:
      if let found = try compare("layer", { try $0.layer(bare, constants: constants).y })
        ?? compare("layer with NaN", { try $0.layer(x, constants: noisy, options: poison).y })
      {
        return found
      }
    case .step:
      for blocks in [[1], [2], [1, 3, 2]] {
        let schedule = BlockSchedule(blocks)
        if let found = try compare(
          "steps of \(blocks)",
          { try $0.stepByStep(bare, constants: constants, schedule: schedule).y })
        {
          return found
        }
      }
      if let found = try compare(
        "steps with NaN", { try $0.stepByStep(x, constants: noisy, options: poison).y })
      {
        return found
      }
    }
    guard gradients else { return nil }
    return try gradientDifference(x, constants: noisy)
      ?? gradientDifference(bare, constants: constants)
  }

  private func gradientDifference(_ x: SequenceTensor, constants: Constants) throws -> String? {
    guard x.values.dtype.isFloating, sound.output.dtype.isFloating else { return nil }
    func gradients(_ model: Model) throws -> Gradients {
      let weights: (SequenceTensor) -> Tensor = { y in
        let count = y.values.count
        return Tensor((0..<count).map { 1 + Float($0 % 7) / 8 }, shape: y.values.shape)
          .converted(to: y.values.dtype)
      }
      return place != .step
        ? try model.gradients(x, cotangent: weights, constants: constants)
        : try model.stepGradients(x, cotangent: weights, constants: constants)
    }
    let (got, want) = (try gradients(faulty), try gradients(sound))
    var pairs: [(String, Tensor, Tensor)] = []
    if let a = got.input, let b = want.input { pairs.append(("input", a, b)) }
    for (path, b) in want.parameters {
      if let a = got.parameters[path] { pairs.append((path, a, b)) }
    }
    for (name, b) in want.constants {
      if let a = got.constants[name] { pairs.append((name, a, b)) }
    }
    let size = pairs.map { largest($0.2) }.max() ?? 0
    let bound = Tolerance(relative: 1e-3, absolute: 1e-4 * max(1, size))
    for (name, a, b) in pairs {
      if let worst = ArrayComparison.worst(got: a, want: b, bound) {
        return "gradient of \(name): \(worst.text)"
      }
    }
    return nil
  }

  private func largest(_ tensor: Tensor) -> Double {
    tensor.realPart.doubles().lazy.filter(\.isFinite).map(abs).max() ?? 0
  }
}
