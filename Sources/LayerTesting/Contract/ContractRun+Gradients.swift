import Comparison
import Layers
import Runtime
import Tensors

// Gradients: with respect to input, constants and parameters, of the whole and along steps.
extension ContractRun {
  /// Why gradients cannot be asked for, or nil.
  private var gradientObstacle: String? {
    let isReal = input.values.dtype.isFloating && model.output.dtype.isFloating
    return isReal ? nil : "input or output is not real floating-point"
  }

  mutating func checkGradients() throws {
    if let gradientObstacle {
      skip(.gradients, gradientObstacle)
      return
    }
    // Uneven, so that what is lost at one place is not made up for at another.
    let weights: (SequenceTensor) -> Tensor = { y in
      let width = max(1, y.channelCount)
      let numbers = (0..<y.values.count).map { place in
        let (step, channel) = (place / width, place % width)
        return 0.5 + Double((step % max(1, y.time) * 5 + channel * 3) % 7) / 4
      }
      return Tensor(numbers, shape: y.values.shape).converted(to: y.values.dtype)
    }
    begin(.gradients)
    let run = self
    let noisy = input.filledInvalid(with: .nan)
    let plain: GradientWay = { showsLayers in
      try run.model.gradients(
        run.input, cotangent: weights, constants: run.constants, showsLayers: showsLayers,
        options: run.watch.options, progress: run.watch.tick)
    }
    let poisoned: GradientWay = { showsLayers in
      try run.model.gradients(
        noisy, cotangent: weights, constants: run.constants.mapValues(\.poisoned),
        showsLayers: showsLayers, options: run.watch.options, progress: run.watch.tick)
    }
    try compare(
      .gradients, "NaN at invalid timesteps changes the gradient of", poisoned, plain,
      latencies: [:])
    guard model.layer.supportsStep else { return }
    begin(.stepGradients)
    let stepped: GradientWay = { showsLayers in
      try run.model.stepGradients(
        run.input, cotangent: weights, constants: run.constants, showsLayers: showsLayers,
        options: run.watch.options, progress: run.watch.tick)
    }
    let stream = try model.makeStream(batch: input.batch, constants: constants)
    let latencies = Dictionary(
      stream.layers.map { ($0.path, $0.outputLatency) }, uniquingKeysWith: { first, _ in first })
    try compare(
      .stepGradients, "steps give another gradient of", stepped, plain, latencies: latencies)
    let steppedPoisoned: GradientWay = { showsLayers in
      try run.model.stepGradients(
        noisy, cotangent: weights, constants: run.constants.mapValues(\.poisoned),
        showsLayers: showsLayers, options: run.watch.options, progress: run.watch.tick)
    }
    try compare(
      .stepGradients, "steps with NaN at invalid timesteps give another gradient of",
      steppedPoisoned, plain, latencies: latencies)
  }

  /// One of two ways to gradients that must agree, if asked with those of the outputs of layers.
  private typealias GradientWay = (_ showsLayers: Bool) throws -> Gradients

  private mutating func compare(
    _ check: ContractCheck, _ what: String, _ first: GradientWay, _ second: GradientWay,
    latencies: [String: Int]
  ) throws {
    let (got, want) = (try first(false), try second(false))
    var pairs: [(String, Tensor?, Tensor)] = []
    if let wanted = want.input { pairs.append(("input", got.input, wanted)) }
    for (path, wanted) in want.parameters.sorted(by: { $0.key < $1.key }) {
      pairs.append((path, got.parameters[path], wanted))
    }
    for (name, wanted) in want.constants.sorted(by: { $0.key < $1.key }) {
      pairs.append(("constant \(name)", got.constants[name], wanted))
    }
    // Sums over all timesteps: what is lost in one of them is small beside the largest gradient.
    let largest = pairs.flatMap { $0.2.doubles() }.filter(\.isFinite).map(abs).max() ?? 0
    var culprit: String?
    for (name, got, want) in pairs {
      guard let got, got.shape == want.shape else {
        violate(ContractViolation(check, "there is no gradient of \(name)"))
        continue
      }
      let bound = gradientBound(want.dtype, largest)
      guard let worst = ArrayComparison.worst(got: got, want: want, bound) else { continue }
      let path = try culprit ?? self.culprit(name, first(true), second(true), latencies)
      culprit = path
      violate(
        ContractViolation(
          check, "\(what) \(name): \(worst.text)", path: path, index: worst.index, got: worst.got,
          want: worst.want))
    }
  }

  /// How far gradients may lie apart, which are rounded to the dtype of what they belong to.
  private func gradientBound(_ dtype: DType, _ largest: Double) -> Tolerance {
    let unit: Double
    switch dtype {
    case .float64: unit = 0x1p-52
    case .bfloat16: unit = 0x1p-7
    case .float16: unit = 0x1p-10
    default: unit = 0x1p-23
    }
    return Tolerance(
      relative: max(10 * settings.relativeTolerance, 8 * unit),
      absolute: max(10 * settings.absoluteTolerance, 8 * unit) * max(1, largest))
  }

  /// The layer at which, on the way back, gradients begin to differ: the one behind the last layer whose
  /// output has another gradient.
  private func culprit(
    _ name: String, _ got: Gradients, _ want: Gradients, _ latencies: [String: Int]
  ) throws -> String {
    let places = try layerPaths()
    let largest =
      want.layers.values.flatMap { $0.doubles() }.filter(\.isFinite).map(abs).max() ?? 0
    let isWrong = places.map { place -> Bool in
      guard let a = got.layers[place], let b = want.layers[place] else { return false }
      let late = max(0, latencies[place] ?? 0)
      let time = max(a.shape[1] - late, b.shape[1])
      let bound = gradientBound(b.dtype, largest)
      return ArrayComparison.worst(
        got: a.sliced(time: late..<(late + time)), want: b.sliced(time: 0..<time), bound) != nil
    }
    if let last = isWrong.lastIndex(of: true) {
      return places.indices.contains(last + 1) ? places[last + 1] : places[last]
    }
    let owner = places.filter { name.hasPrefix($0 + "/") }.max { $0.count < $1.count }
    return owner ?? places.first ?? ""
  }

  // MARK: - Receptive field

  /// One backward pass over as many copies of the input as there are outputs, each copy asking for
  /// one output timestep; for some random inputs, because one may happen to hide a dependence.
  mutating func checkReceptiveField() throws {
    let announced = model.layer.receptiveFieldPerStep
    guard gradientObstacle == nil, constants.isEmpty, !model.training,
      announced.contains(where: { $0.map { !($0.start.isInfinite && $0.end.isInfinite) } ?? true })
    else {
      skip(
        .receptiveField,
        gradientObstacle ?? "it is everything, or depends on constants or random draws")
      return
    }
    let span =
      announced.compactMap { $0 }.flatMap { [abs($0.start), abs($0.end)] }
      .filter(\.isFinite).max() ?? 0
    let block = model.layer.blockSize
    let time = max(min(input.time, 24), 2 * Int(span) + 3 * block)
    var seen: ReceptiveFieldPerStep = Array(repeating: nil, count: announced.count)
    for attempt in 0..<3 where seen != announced {
      guard let found = try dependence(time: time, seed: UInt64(attempt)) else {
        skip(.receptiveField, "the receptive field is too long for this check")
        return
      }
      for (phase, field) in found.enumerated() {
        seen[phase] = [seen[phase], field].overall
      }
    }
    begin(.receptiveField)
    guard seen.contains(where: { $0 != nil }) else { return }
    for (phase, (seen, announced)) in zip(seen, announced).enumerated() {
      if let fault = fault(seen: seen, announced: announced) {
        violate(ContractViolation(.receptiveField, "output phase \(phase): \(fault)"))
      }
    }
  }

  private func fault(seen: ReceptiveField?, announced: ReceptiveField?) -> String? {
    guard let seen else {
      guard let announced, !settings.allowsWiderReceptiveField else { return nil }
      return "depends on no input; announced is \(announced)"
    }
    let text = "depends on inputs \(seen) from its own"
    guard let announced else { return "\(text); announced is none" }
    if seen.start < announced.start || seen.end > announced.end {
      return "\(text); announced is \(announced)"
    }
    let isNarrower =
      (announced.start.isFinite && seen.start > announced.start)
      || (announced.end.isFinite && seen.end < announced.end)
    return isNarrower && !settings.allowsWiderReceptiveField
      ? "\(text) only; announced is \(announced)" : nil
  }

  /// The inputs on which outputs depend, by phase; nil if there is too much to compute.
  private func dependence(time: Int, seed: UInt64) throws -> ReceptiveFieldPerStep? {
    let phases = model.layer.receptiveFieldPerStep.count
    let ratio = model.layer.outputRatio
    let noise = try probe(time: time, seed: seed)
    let outputs = try model.layer(noise, options: watch.options).y.time
    guard outputs > 0, outputs * noise.time * noise.channelCount <= 1 << 20 else { return nil }
    let copies = noise.rows(Array(repeating: 0, count: outputs))
    let slope: (SequenceTensor) -> Tensor = { y in
      var weights: [Float] = Array(repeating: 0, count: y.values.count)
      for copy in 0..<outputs {
        for channel in 0..<y.channelCount {
          let place = (copy * y.time + copy) * y.channelCount + channel
          weights[place] = 1 + Float(channel % 7) / 8
        }
      }
      return Tensor(weights, shape: y.values.shape).converted(to: y.values.dtype)
    }
    let gradients = try model.gradients(
      copies, cotangent: slope, showsLayers: false, options: watch.options, progress: watch.tick)
    guard let jacobian = gradients.input?.doubles() else { return nil }
    var result: ReceptiveFieldPerStep = Array(repeating: nil, count: phases)
    for copy in 0..<outputs {
      let aligned = (Rational(copy) / ratio).floor
      for place in 0..<noise.time {
        let start = (copy * noise.time + place) * noise.channelCount
        guard
          (0..<noise.channelCount).contains(where: {
            let slope = jacobian[start + $0]
            return slope != 0 && slope.isFinite
          })
        else {
          continue
        }
        let offset = Double(place - aligned)
        let one = ReceptiveField(offset, offset)
        result[copy % phases] = [result[copy % phases], one].overall
      }
    }
    return result
  }

  private func probe(time: Int, seed: UInt64) throws -> SequenceTensor {
    var stream = RandomStream(seed: seed, name: "receptive field")
    let shape = [1, time] + input.channelShape
    let values = (0..<shape.elementCount).map { _ in Float(stream.normal()) }
    return try SequenceTensor(
      values: Tensor(values, shape: shape).converted(to: input.values.dtype))
  }
}
