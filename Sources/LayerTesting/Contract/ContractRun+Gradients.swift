import Comparison
import Layers
import Programs
import Runtime
import Tensors

// Gradients with respect to input, constants and parameters, of the whole and along steps.
extension ContractRun {
  /// Why gradients cannot be requested, or nil.
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
    let noisy = input.poisoned()
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
      trace.layers)
    guard model.layer.supportsStep else { return }
    begin(.stepGradients)
    let stepped: GradientWay = { showsLayers in
      try run.model.stepGradients(
        run.input, cotangent: weights, constants: run.constants, showsLayers: showsLayers,
        options: run.watch.options, progress: run.watch.tick)
    }
    let places = try model.makeStream(batch: input.batch, constants: constants).layers
    try compare(
      .stepGradients, "steps give another gradient of", stepped, plain, places)
    let steppedPoisoned: GradientWay = { showsLayers in
      try run.model.stepGradients(
        noisy, cotangent: weights, constants: run.constants.mapValues(\.poisoned),
        showsLayers: showsLayers, options: run.watch.options, progress: run.watch.tick)
    }
    try compare(
      .stepGradients, "steps with NaN at invalid timesteps give another gradient of",
      steppedPoisoned, plain, places)
  }

  /// One of two ways to gradients that must agree, if asked with those of the outputs of layers.
  private typealias GradientWay = (_ showsLayers: Bool) throws -> Gradients

  private mutating func compare(
    _ check: ContractCheck, _ what: String, _ first: GradientWay, _ second: GradientWay,
    _ places: [LayerTrace.LayerPlace]
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
    let bound = gradientBound(max(1, largest))
    var found: [(name: String, worst: WorstDifference)] = []
    for (name, got, want) in pairs {
      guard let got, got.shape == want.shape else {
        violate(ContractViolation(check, "there is no gradient of \(name)"))
        continue
      }
      if let worst = ArrayComparison.worst(got: got, want: want, bound) {
        found.append((name, worst))
      }
    }
    guard !found.isEmpty else { return }
    let path = culprit(Set(found.map(\.name)), try first(true), try second(true), places)
    for (name, worst) in found {
      violate(
        ContractViolation(
          check, "\(what) \(name): \(worst.text)", path: path, index: worst.index, got: worst.got,
          want: worst.want))
    }
  }

  /// How far gradients of a scale may lie apart.
  ///
  /// The budget of rounding: every layer on the way back rounds once in the shortest dtype that is
  /// computed in, and a sum over timesteps and rows adds that many roundings of either sign, whose size
  /// grows with the root of their number.
  private func gradientBound(_ scale: Double) -> Tolerance {
    let shortest =
      trace.program.types.lazy.map(\.dtype).filter(\.isFloating)
      .map(\.spacing).max() ?? 0
    let terms = Double(input.batch * input.time)
    let budget = shortest * (Double(trace.layers.count) + terms.squareRoot())
    return Tolerance(
      relative: max(10 * settings.relativeTolerance, budget),
      absolute: max(10 * settings.absoluteTolerance, budget) * scale)
  }

  /// The layer at which, on the way back, gradients begin to differ.
  ///
  /// That of its output is right, that of its input or of its own parameters is wrong. Of such layers the
  /// first, which is the innermost.
  private func culprit(
    _ wrong: Set<String>, _ got: Gradients, _ want: Gradients, _ places: [LayerTrace.LayerPlace]
  ) -> String {
    func differs(_ got: Tensor?, _ want: Tensor?, late: Int) -> Bool {
      guard let got, let want else { return false }
      let late = max(0, late)
      let time = max(got.shape[1] - late, want.shape[1])
      let largest = want.doubles().lazy.filter(\.isFinite).map(abs).max() ?? 0
      return ArrayComparison.worst(
        got: got.sliced(time: late..<(late + time)), want: want.sliced(time: 0..<time),
        gradientBound(largest)) != nil
    }
    let owners = Set(
      wrong.compactMap { name in
        places.map(\.path).filter { name.hasPrefix($0 + "/") }.max { $0.count < $1.count }
      })
    let outputs = places.map { place in
      differs(
        got.layerOutputs[place.path], want.layerOutputs[place.path], late: place.outputLatency)
    }
    for (place, isOutputWrong) in zip(places, outputs) where !isOutputWrong {
      let isInputWrong = differs(
        got.layerInputs[place.path], want.layerInputs[place.path], late: place.precedingLatency)
      if isInputWrong || owners.contains(place.path) { return place.path }
    }
    // What goes wrong within a layer that has neither: behind the last output with a wrong gradient.
    guard let last = outputs.lastIndex(of: true) else {
      return owners.sorted().first ?? places.first?.path ?? ""
    }
    return places[min(last + 1, places.count - 1)].path
  }
}

extension DType {
  /// The distance from 1 to the next number; 0 for dtypes without fractions.
  fileprivate var spacing: Double {
    switch self {
    case .bfloat16: 0x1p-7
    case .float16: 0x1p-10
    case .float32, .complex64: 0x1p-23
    case .float64: 0x1p-52
    case .bool, .int8, .int16, .int32, .int64, .uint8, .uint32: 0
    }
  }
}
