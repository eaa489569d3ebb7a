import Foundation
import Layers
import Runtime
import Tensors
import Testing

/// What first values are drawn from.
@Suite struct InitializerTests {
  struct Draw: CustomTestStringConvertible, Sendable {
    var name: String
    var initializer: Initializer
    var shape: Shape
    var mean: Double
    var variance: Double
    /// All values lie within this of the mean; nil for distributions without an end.
    var reach: Double?
    var testDescription: String { name }

    init(
      _ name: String, _ initializer: Initializer, _ shape: Shape = [3, 40, 100], mean: Double = 0,
      variance: Double, reach: Double? = nil
    ) {
      self.name = name
      self.initializer = initializer
      self.shape = shape
      self.mean = mean
      self.variance = variance
      self.reach = reach
    }

    /// A uniform distribution about 0 of that variance.
    static func uniform(_ name: String, _ initializer: Initializer, variance: Double) -> Draw {
      Draw(name, initializer, variance: variance, reach: (3 * variance).squareRoot())
    }

    /// A normal distribution cut at two standard deviations and widened to that variance.
    static func cut(_ name: String, _ initializer: Initializer, variance: Double) -> Draw {
      let deviation = variance.squareRoot() / 0.87962566103423978
      return Draw(name, initializer, variance: variance, reach: 2 * deviation)
    }
  }

  // A kernel [3, 40, 100] has 120 inputs and 300 outputs.
  static let draws: [Draw] = [
    .init("normal", .normal(stddev: 0.5), variance: 0.25),
    .init(
      "truncated normal", .truncatedNormal(stddev: 0.5), variance: 0.25 * 0.7737413035499232,
      reach: 1),
    .init(
      "uniform", .uniform(scale: 3, minval: -1), mean: 0.5, variance: 9.0 / 12, reach: 1.5),
    .cut("lecun normal", .lecunNormal, variance: 1.0 / 120),
    .uniform("lecun uniform", .lecunUniform, variance: 1.0 / 120),
    .cut("glorot normal", .glorotNormal, variance: 1.0 / 210),
    .uniform("glorot uniform", .glorotUniform, variance: 1.0 / 210),
    .cut("he normal", .heNormal, variance: 2.0 / 120),
    .uniform("he uniform", .heUniform, variance: 2.0 / 120),
    .init("embedding rows", .embedNormal, [200, 64], variance: 1.0 / 64),
    .init(
      "variance scaling of outputs",
      .varianceScaling(scale: 3, mode: .fanOut, distribution: .normal), variance: 3.0 / 300),
    .uniform(
      "variance scaling of both",
      .varianceScaling(scale: 1, mode: .fanAvg, distribution: .uniform), variance: 1.0 / 210),
  ]

  private func values(_ initializer: Initializer, _ shape: Shape, seed: UInt64 = 1) -> [Double] {
    let spec = ParameterSpec(
      path: "kernel", collection: .parameters, shape: shape, dtype: .float64,
      initializer: initializer, fans: .init())
    return ParameterSampler(seed: seed).values(of: spec) { _ in nil }?.doubles() ?? []
  }

  @Test("mean, variance and bounds are those of the distribution", arguments: draws)
  func distribution(_ draw: Draw) {
    let numbers = values(draw.initializer, draw.shape)
    let count = Double(numbers.count)
    let mean = numbers.reduce(0, +) / count
    let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    #expect(abs(mean - draw.mean) <= 4 * (draw.variance / count).squareRoot())
    // The fourth moment of none of them is above three times the squared variance.
    #expect(abs(variance / draw.variance - 1) <= 4 * (2 / count).squareRoot())
    if let reach = draw.reach {
      #expect(numbers.allSatisfy { abs($0 - draw.mean) <= reach * (1 + 1e-12) })
      #expect(numbers.contains { abs($0 - draw.mean) > reach * 0.98 })
    }
  }

  @Test("single precision rounds the numbers of double precision", arguments: draws)
  func singlePrecision(_ draw: Draw) throws {
    let spec = ParameterSpec(
      path: "kernel", collection: .parameters, shape: [40, 50, 101], dtype: .float32,
      initializer: draw.initializer, fans: .init())
    let singles = try #require(ParameterSampler(seed: 2).values(of: spec) { _ in nil })
    let doubles = Tensor(
      values(draw.initializer, spec.shape, seed: 2), shape: spec.shape)
    #expect(singles.bitsEqual(doubles.converted(to: .float32)))
  }

  @Test("draws and traces end when they are cancelled")
  func cancelled() throws {
    let layers = Serial([Dense(features: 2), Dense(features: 3)])
    let request = TraceRequest(batch: 1, time: 1, input: ChannelSpec([2]))
    let error = #expect(throws: LayerError.self) {
      try LayerTracer(layers, isCancelled: { true }).layer(request)
    }
    #expect(error?.code == .cancelled)
    for initializer in [Initializer.heNormal, .orthogonal()] {
      let spec = ParameterSpec(
        path: "kernel", collection: .parameters, shape: [1 << 10, 1 << 10], dtype: .float32,
        initializer: initializer, fans: .init())
      var looks = 0
      let drawn = ParameterSampler(seed: 1).values(
        of: spec,
        isCancelled: {
          looks += 1
          return looks > 3
        }, resolve: { _ in nil })
      #expect(drawn == nil)
    }
  }

  @Test("orthogonal vectors ask while they are made, not only between them")
  func cancelledVectors() {
    let spec = ParameterSpec(
      path: "kernel", collection: .parameters, shape: [1 << 20, 2], dtype: .float32,
      initializer: .orthogonal(), fans: .init())
    var looks = 0
    let drawn = ParameterSampler(seed: 1).values(
      of: spec,
      isCancelled: {
        looks += 1
        return looks == 10
      }, resolve: { _ in nil })
    #expect(drawn == nil && looks == 10)
  }

  @Test("drawing is refused where its lists take too much")
  func drawingMemory() throws {
    let dense = Dense(features: 500, kernelInit: .orthogonal(), name: "dense")
    let error = #expect(throws: MemoryError.self) {
      try Model(
        Serial([dense]), input: ChannelSpec([500]), memory: MemoryBudget(2 << 20, origin: "a test"))
    }
    #expect(error?.path == "drawing dense/kernel")
  }

  @Test("zeros, ones, constants and given values are exact")
  func constants() {
    #expect(values(.zeros, [2, 2]) == [0, 0, 0, 0])
    #expect(values(.ones, [2]) == [1, 1])
    #expect(values(.constant(value: 0.25), [2]) == [0.25, 0.25])
    #expect(values(.tensor(TensorConstant(shape: [2], values: [3, 4])), [2]) == [3, 4])
  }

  @Test("the forget gate's quarter of the bias starts at 1")
  func unitForgetBias() {
    #expect(values(.unitForgetBias, [8]) == [0, 0, 1, 1, 0, 0, 0, 0])
  }

  @Test(
    "columns, or rows where there are fewer, are orthonormal",
    arguments: [[6, 4], [4, 6], [5, 5], [2, 3, 4]])
  func orthogonal(_ shape: Shape) {
    let matrix = values(.orthogonal(scale: 2), shape)
    let columns = shape[shape.count - 1]
    let rows = matrix.count / columns
    let (count, length) = (min(rows, columns), max(rows, columns))
    func element(_ vector: Int, _ place: Int) -> Double {
      columns <= rows
        ? matrix[place * columns + vector] : matrix[vector * columns + place]
    }
    for a in 0..<count {
      for b in 0..<count {
        let product = (0..<length).reduce(0.0) { $0 + element(a, $1) * element(b, $1) }
        #expect(abs(product - (a == b ? 4 : 0)) < 1e-10)
      }
    }
  }

  @Test("the decay of a linear recurrence is spread evenly over a ring")
  func decay() {
    var spec = ParameterSpec(
      path: "a_param", collection: .parameters, shape: [20000], dtype: .float64,
      initializer: .uniform(scale: 1), fans: .init())
    spec.shaping = .decay(least: 0.9, greatest: 0.999)
    let drawn = ParameterSampler(seed: 1).values(of: spec) { _ in nil }?.doubles() ?? []
    let radii = drawn.map { 1 / (1 + exp($0)) }
    #expect(radii.allSatisfy { (0.9...0.9991).contains($0) })
    // Evenly over the area: the squares are uniform.
    let squares = radii.map { $0 * $0 }
    let mean = squares.reduce(0, +) / Double(squares.count)
    #expect(abs(mean - (0.81 + 0.998001) / 2) < 0.002)
  }

  @Test("values depend on seed and path only, not on the order of layers")
  func independence() throws {
    let first: any SequenceLayer = Dense(features: 3, name: "first")
    let second: any SequenceLayer = Conv1D(
      filters: 3, kernelSize: 2, padding: .causal, name: "second")
    func kernels(_ layers: [any SequenceLayer], seed: UInt64 = 5) throws -> [Tensor?] {
      let model = try Model(
        Parallel(layers, combination: .concat), input: ChannelSpec([4]), seed: seed)
      return [model[parameter: "first/kernel"], model[parameter: "second/kernel"]]
    }
    let one = try kernels([first, second]).compactMap { $0 }
    let other = try kernels([Identity(), second, first]).compactMap { $0 }
    let reseeded = try kernels([first, second], seed: 6).compactMap { $0 }
    #expect(one.count == 2 && other.count == 2)
    for index in one.indices {
      #expect(one[index].bitsEqual(other[index]))
      #expect(!one[index].bitsEqual(reseeded[index]))
    }
  }
}
