import Programs
import Tensors
import Testing

/// A function of float64 inputs whose gradient is compared with central differences.
struct GradientCase: CustomTestStringConvertible, Sendable {
  typealias Body = @Sendable ([Value]) -> [Value]

  var testDescription: String
  var inputs: [Tensor]
  var body: Body

  init(_ name: String, _ inputs: [Tensor], _ body: @escaping Body) {
    testDescription = name
    self.inputs = inputs
    self.body = body
  }

  /// Normally distributed inputs of these shapes.
  init(_ name: String, _ shapes: [Shape], _ body: @escaping Body) {
    let inputs = shapes.enumerated().map { index, shape in
      Self.normal(shape, seed: UInt64(index))
    }
    self.init(name, inputs, body)
  }

  static func normal(_ shape: Shape, seed: UInt64, scale: Double = 1) -> Tensor {
    var stream = RandomStream(seed: seed, name: "gradient case")
    let count = shape.reduce(1, *)
    return Tensor((0..<count).map { _ in scale * stream.normal() }, shape: shape)
  }

  /// Inputs `x0…` and outputs `y0…`.
  func program() throws -> Program {
    let builder = ProgramBuilder()
    let values = inputs.enumerated().map { index, tensor in
      builder.input("x\(index)", .operand, ValueType(tensor.dtype, tensor.shape))
    }
    for (index, output) in body(values).enumerated() {
      builder.output("y\(index)", .result, output)
    }
    return try builder.finish()
  }

  /// Checks the gradient of `Σ c y` for random `c`, and that the outputs keep their bits.
  func check(tolerance: Double = 1e-7, sourceLocation: SourceLocation = #_sourceLocation) throws {
    try program().checkGradient(inputs, tolerance: tolerance, sourceLocation: sourceLocation)
  }

  /// Checks the gradient, and the gradient of the gradient.
  func checkTwice(sourceLocation: SourceLocation = #_sourceLocation) throws {
    let program = try program()
    try program.checkGradient(inputs, tolerance: 1e-7, sourceLocation: sourceLocation)
    let first = try program.differentiated()
    let cotangents = first.inputs[inputs.count...].enumerated().map { index, input in
      Self.normal(first[input.value].shape, seed: 77 + UInt64(index))
    }
    try first.checkGradient(inputs + cotangents, tolerance: 1e-6, sourceLocation: sourceLocation)
  }
}

extension Program {
  private static let step = 1e-5

  /// Every floating output with respect to every floating input.
  func differentiated() throws -> Program {
    try differentiated(
      outputs: outputs.filter { self[$0.value].dtype.isFloating },
      withRespectTo: inputs.filter { self[$0.value].dtype.isFloating })
  }

  /// Compares the gradient with central differences in float64.
  func checkGradient(
    _ values: [Tensor], tolerance: Double, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let floating = outputs.indices.filter { self[outputs[$0].value].dtype.isFloating }
    let seeds = floating.enumerated().map { index, output in
      GradientCase.normal(self[outputs[output].value].shape, seed: 1000 + UInt64(index))
    }
    let gradient = try differentiated()
    #expect(gradient.verify().isEmpty, sourceLocation: sourceLocation)
    let results = try ReferenceEvaluator.evaluate(gradient, inputs: values + seeds)
    let original = try ReferenceEvaluator.evaluate(self, inputs: values)
    for (mine, theirs) in zip(original, results) {
      #expect(mine.bitsEqual(theirs), "an output changed", sourceLocation: sourceLocation)
    }
    var next = original.count
    for index in values.indices where values[index].dtype == .float64 {
      let found = results[next].elements(as: Double.self)
      next += 1
      let expected = try differences(values, index, floating, seeds)
      let scale = expected.map(\.magnitude).max() ?? 0
      for (place, (a, b)) in zip(found, expected).enumerated()
      where !((a - b).magnitude <= tolerance * (1 + scale)) {
        Issue.record(
          "gradient of \(inputs[index].name)[\(place)] is \(a), differences say \(b)",
          sourceLocation: sourceLocation)
        break
      }
      #expect(found.count == expected.count, sourceLocation: sourceLocation)
    }
  }

  private func differences(
    _ values: [Tensor], _ index: Int, _ floating: [Int], _ seeds: [Tensor]
  ) throws -> [Double] {
    let elements = values[index].elements(as: Double.self)
    func loss(_ place: Int, _ offset: Double) throws -> Double {
      var moved = elements
      moved[place] += offset
      var arguments = values
      arguments[index] = Tensor(moved, shape: values[index].shape)
      let outputs = try ReferenceEvaluator.evaluate(self, inputs: arguments)
      var sum = 0.0
      for (output, seed) in zip(floating.map { outputs[$0] }, seeds) {
        let pairs = zip(output.elements(as: Double.self), seed.elements(as: Double.self))
        for (y, c) in pairs { sum += y * c }
      }
      return sum
    }
    return try elements.indices.map { place in
      let rise = try loss(place, Self.step) - loss(place, -Self.step)
      return rise / (2 * Self.step)
    }
  }
}
