import Layers
import Runtime
import Tensors

/// Looks which inputs the outputs of a model depend on.
struct ReceptiveFieldProbe {
  let model: Model
  var options = RunOptions()
  var progress: (Int, Int) -> Void = { _, _ in }

  /// Nil for models whose receptive field gradients cannot show: of integers and complex numbers, and
  /// where everything is announced.
  init?(_ model: Model) {
    let isReal = model.input.dtype.isFloating && model.output.dtype.isFloating
    let isLimited = model.layer.receptiveFieldPerStep.contains { field in
      field.map { $0.start.isFinite || $0.end.isFinite } ?? true
    }
    guard isReal, isLimited, !model.training else { return nil }
    self.model = model
  }

  /// The inputs on which outputs were seen to depend, on some random inputs of about so many timesteps.
  ///
  /// One may happen to hide a dependence, and some dependences hang on the length. Nil if there is too much
  /// to compute, or if the model takes no such input.
  func seen(least time: Int) throws -> ReceptiveFieldPerStep? {
    let announced = model.layer.receptiveFieldPerStep
    let span =
      announced.compactMap { $0 }.flatMap { [abs($0.start), abs($0.end)] }
      .filter(\.isFinite).max() ?? 0
    let time = max(min(time, 24), 2 * Int(span) + 3 * model.layer.blockSize)
    var result: ReceptiveFieldPerStep?
    for attempt in 0..<3 where result != announced {
      let found: ReceptiveFieldPerStep?
      do { found = try dependence(time: time + attempt, seed: UInt64(attempt)) } catch let error
        as LayerError where error.code == .invalidInput
      { continue }
      guard let found else { continue }
      result = result.map { known in zip(known, found).map { [$0, $1].overall } } ?? found
    }
    return result
  }

  /// One backward pass over as many copies of an input as there are outputs, each copy asking for one
  /// output timestep.
  private func dependence(time: Int, seed: UInt64) throws -> ReceptiveFieldPerStep? {
    let ratio = model.layer.outputRatio
    let noise = try noise(time: time, seed: seed)
    let outputs = try model.layer(noise, options: options).y.time
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
      copies, cotangent: slope, showsLayers: false, options: options, progress: progress)
    guard let jacobian = gradients.input?.doubles() else { return nil }
    let phases = model.layer.receptiveFieldPerStep.count
    var result: ReceptiveFieldPerStep = Array(repeating: nil, count: phases)
    for copy in 0..<outputs {
      let aligned = (Rational(copy) / ratio).floor
      for place in 0..<noise.time {
        let start = (copy * noise.time + place) * noise.channelCount
        let slopes = jacobian[start..<(start + noise.channelCount)]
        guard slopes.contains(where: { $0 != 0 && $0.isFinite }) else { continue }
        let one = ReceptiveField(place - aligned, place - aligned)
        result[copy % phases] = [result[copy % phases], one].overall
      }
    }
    return result
  }

  private func noise(time: Int, seed: UInt64) throws -> SequenceTensor {
    var stream = RandomStream(seed: seed, name: "receptive field")
    let shape = [1, time] + model.input.shape
    let values = (0..<shape.elementCount).map { _ in Float(stream.normal()) }
    return try SequenceTensor(
      values: Tensor(values, shape: shape).converted(to: model.input.dtype))
  }
}

extension [ReceptiveField?] {
  /// Whether every output step of another announcement sees nothing beyond this one.
  func covers(_ other: ReceptiveFieldPerStep) -> Bool {
    (0..<Rational.leastCommonMultiple(count, other.count)).allSatisfy { step in
      guard let inner = other[step % other.count] else { return true }
      guard let outer = self[step % count] else { return false }
      return outer.start <= inner.start && inner.end <= outer.end
    }
  }
}

// What is announced must hold what is seen; it may hold more.
extension ContractRun {
  mutating func checkReceptiveField() throws {
    guard constants.isEmpty, var probe = ReceptiveFieldProbe(model) else {
      skip(
        .receptiveField,
        "it is everything, or gradients cannot show it: constants, random draws or integers")
      return
    }
    (probe.options, probe.progress) = (watch.options, watch.tick)
    guard let seen = try probe.seen(least: input.time) else {
      skip(.receptiveField, "the receptive field is too long for this check")
      return
    }
    begin(.receptiveField)
    for (phase, (seen, announced)) in zip(seen, model.layer.receptiveFieldPerStep).enumerated()
    where ![announced].covers([seen]) {
      violate(
        ContractViolation(
          .receptiveField,
          "output phase \(phase): depends on inputs \(seen.map { "\($0)" } ?? "none") from its own; "
            + "announced is \(announced.map { "\($0)" } ?? "none")"))
    }
  }
}
