import Layers
import Models
import Runtime
import Tensors
import Testing

/// Models that get their own output back.
@Suite struct ExampleDecodingTests {
  @Test("a quantised logistic has a probability of 1 in all")
  func probabilities() {
    for (place, width) in [(0.0, 3.0), (-8000, 200), (8190.5, 0.1)] {
      let distribution = QuantizedLogistic(place: place, width: width)
      let steps = QuantizedLogistic.steps
      let sum = (-steps...steps).reduce(0.0) { sum, step in
        let sample = Double(step) / Double(steps)
        let logarithm = distribution.logProbability(of: sample)
        return sum + (logarithm < -700 ? 0 : exponential(logarithm))
      }
      #expect((sum - 1).magnitude < 1e-9, "\(place) \(width): \(sum)")
    }
    #expect(QuantizedLogistic(place: 0, width: 1).logProbability(of: 0.3) == -.infinity)
  }

  @Test("draws of a quantised logistic are as probable as it says")
  func draws() {
    let distribution = QuantizedLogistic(place: 1.3, width: 1)
    let count = 20000
    var found: [Double: Int] = [:]
    for index in 0..<count {
      found[distribution.sample((Double(index) + 0.5) / Double(count)), default: 0] += 1
    }
    for step in -3...5 {
      let sample = Double(step) / 8192
      let expected = exponential(distribution.logProbability(of: sample))
      #expect((Double(found[sample] ?? 0) / Double(count) - expected).magnitude < 1e-4)
    }
  }

  @Test("WaveRNN draws step by step what its teacher-forced layer predicts")
  func waveRNN() throws {
    let small = ExampleModel.smallWaveRNN
    let conditioning = try ExampleModel.numbers(ChannelSpec([5]), rows: 2, time: 4, seed: 9)
    let constants: Constants = ["conditioning": .sequence(conditioning)]
    let body = try Model(
      small.body, input: ChannelSpec([1]), constants: constants.specs, seed: 3, time: 12)
    let drawn = try small.sample(body, conditioning: conditioning, seed: 11)
    #expect(drawn.values.shape == [2, 12, 1])
    #expect(drawn.lengths == [12, 9])
    #expect(
      drawn.rowDigests == (try small.sample(body, conditioning: conditioning, seed: 11)).rowDigests)
    #expect(
      drawn.rowDigests != (try small.sample(body, conditioning: conditioning, seed: 12)).rowDigests)
    // Fed the drawn samples, the whole sequence predicts what the steps drew from.
    let forced = try Model(
      small.teacherForced, input: ChannelSpec([1]), constants: constants.specs, seed: 3, time: 12)
    for spec in forced.parameterSpecs {
      forced[parameter: spec.path] = body[parameter: String(spec.path.dropFirst("body/".count))]
    }
    let logs = try small.logProbabilities(forced, waveform: drawn, conditioning: conditioning)
    #expect(logs.prefix(12).allSatisfy { $0.isFinite && $0 < 0 })
  }

  @Test("Tacotron decodes groups of frames, each from the one before")
  func tacotron() throws {
    let small = ExampleModel.smallTacotron
    let text = try ExampleModel.numbers(ChannelSpec([5]), rows: 2, time: 7, seed: 5)
    let constants: Constants = ["text": .sequence(text)]
    let model = try Model(
      small.layer, input: ChannelSpec([3]), constants: constants.specs, seed: 3, time: 8)
    let frames = try small.decode(model, text: text, groups: 4)
    #expect(frames.values.shape == [2, 8, 3])
    // The same frames, shifted by a group, through the layer.
    let zeros = try SequenceTensor(values: Tensor(repeating: 0, shape: [2, 2, 3]))
    let shifted = SequenceTensor.concatenate([zeros, frames.timesteps(0..<6)])
    let whole = try model.layer(shifted, constants: constants).y
    #expect(
      whole.values.reshaped([2, 8, 3]).elements(as: Float.self)
        == frames.values.elements(as: Float.self))
  }

  private func exponential(_ x: Double) -> Double {
    var (term, sum) = (1.0, 1.0)
    let small = x / 1024
    for n in 1...20 {
      term *= small / Double(n)
      sum += term
    }
    for _ in 0..<10 { sum *= sum }
    return sum
  }
}
