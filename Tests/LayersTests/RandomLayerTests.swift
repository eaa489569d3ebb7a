import Layers
import Runtime
import Tensors
import Testing

@Suite struct RandomLayerTests {
  private func run(_ layer: any SequenceLayer, seed: UInt64 = 3, time: Int = 400) throws -> [Double]
  {
    let model = try Model(layer, input: ChannelSpec([50]), seed: seed)
    model.training = true
    let ones = Tensor(repeating: 1, shape: [2, time, 50])
    return try model.layer(try SequenceTensor(values: ones)).y.values.doubles()
  }

  @Test("dropout keeps the rate within four sigma and the mean", arguments: [0.1, 0.5, 0.9])
  func keepRate(_ rate: Double) throws {
    let values = try run(Dropout(rate: rate))
    let kept = values.filter { $0 != 0 }
    let count = Double(values.count)
    let sigma = (rate * (1 - rate) * count).squareRoot()
    #expect(abs(Double(kept.count) - (1 - rate) * count) <= 4 * sigma)
    let scale = Double(Float(1) / Float(1 - rate))
    #expect(kept.allSatisfy { abs($0 - scale) < 1e-5 })
  }

  @Test("dropout of rate 1 drops everything, of rate 0 nothing")
  func extremeRates() throws {
    #expect(try run(Dropout(rate: 1), time: 2).allSatisfy { $0 == 0 })
    #expect(try run(Dropout(rate: 0), time: 2).allSatisfy { $0 == 1 })
  }

  @Test("another seed, row, position and layer draw other numbers")
  func independentDraws() throws {
    let values = try run(Dropout(rate: 0.5), time: 2)
    #expect(values == (try run(Dropout(rate: 0.5), time: 2)))
    #expect(values != (try run(Dropout(rate: 0.5), seed: 4, time: 2)))
    let parts = stride(from: 0, to: 200, by: 50).map { Array(values[$0..<($0 + 50)]) }
    #expect(Set(parts).count == 4)
    let twice = try run(Serial([Dropout(rate: 0.5), Dropout(rate: 0.5)]), time: 2)
    // Equal draws would keep a half of the 200 elements, independent ones keep a quarter.
    #expect(twice.count { $0 != 0 } < 75)
  }

  struct NoiseCase: CustomTestStringConvertible, Sendable {
    var name: String
    var sampler: NoiseSampler
    var mean: Double
    var stddev: Double
    var bounds: ClosedRange<Double>
    var testDescription: String { name }
  }

  static let noises: [NoiseCase] = [
    .init(
      name: "uniform", sampler: .uniform(minval: -1, maxval: 3), mean: 1, stddev: 1.1547005,
      bounds: -1...3),
    .init(
      name: "normal", sampler: .normal(mean: 2, stddev: 3), mean: 2, stddev: 3, bounds: -14...18),
    // The standard deviation of a normal limited to two sigma is 0.8796 sigma.
    .init(
      name: "truncated normal", sampler: .truncatedNormal(mean: 2, stddev: 3), mean: 2,
      stddev: 3 * 0.87962566, bounds: -4...8),
  ]

  @Test("noise has its distribution's mean, variance and bounds", arguments: noises)
  func distribution(_ noise: NoiseCase) throws {
    let values = try run(AddNoise(sampler: noise.sampler, trainingOnly: true)).map { $0 - 1 }
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    #expect(abs(mean - noise.mean) <= 4 * noise.stddev / count.squareRoot())
    #expect(abs(variance.squareRoot() / noise.stddev - 1) <= 0.02)
    #expect(values.allSatisfy { noise.bounds.contains($0) })
  }

  @Test("batch statistics are of valid timesteps and move the running ones")
  func batchStatistics() throws {
    let model = try Model(
      BatchNormalization(momentum: 0.5, epsilon: 0, useBias: false, useScale: false),
      input: ChannelSpec([1]))
    model.training = true
    let values = Tensor([Float(1), 3, .nan, 5, .nan, .nan], shape: [2, 3, 1])
    let x = try SequenceTensor(
      values: values, mask: Tensor([true, true, false, true, false, false], shape: [2, 3]))
    let output = try model.layer(x)
    let scale = (8.0 / 3).squareRoot()
    let want = [-2 / scale, 0, 2 / scale]
    let got = [0, 1, 3].map { output.y.values.double(at: $0) }
    for (a, b) in zip(got, want) { #expect(abs(a - b) < 1e-5) }
    #expect(output.variables["BatchNorm_0/mean"]?.doubles() == [1.5])
    let variance = try #require(output.variables["BatchNorm_0/var"]?.double(at: 0))
    #expect(abs(variance - (0.5 + 4.0 / 3)) < 1e-5)
    let error = #expect(throws: LayerError.self) { try model.makeStream() }
    #expect(error?.code == .notSteppable)
  }

  @Test("groups of channels that share statistics move them one after the other")
  func sharedStatistics() throws {
    let norm = BatchNormalization(momentum: 0.5, useBias: false, useScale: false)
    let model = try Model(
      ParallelChannels(childLayer: norm, numGroups: 2), input: ChannelSpec([2]))
    model.training = true
    let x = try SequenceTensor(values: Tensor([Float(1), 10, 3, 20], shape: [1, 2, 2]))
    let variables = try model.layer(x).variables
    #expect(Set(variables.keys) == ["BatchNorm_0/mean", "BatchNorm_0/var"])
    // From 0 half way to 2, then half way to 15.
    #expect(variables["BatchNorm_0/mean"]?.doubles() == [8])
  }
}
