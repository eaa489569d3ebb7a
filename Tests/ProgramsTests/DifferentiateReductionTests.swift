import Programs
import Tensors
import Testing

@Suite("Gradients of reductions")
struct DifferentiateReductionTests {
  @Test("agree with differences, twice", arguments: folds + running + windows)
  func differences(_ example: GradientCase) throws { try example.checkTwice() }

  static let floatKinds: [ReductionKind] = [.sum, .prod, .max, .min]

  static let folds: [GradientCase] = floatKinds.flatMap { kind -> [GradientCase] in
    let none = kind == .max ? -Double.infinity : (kind == .min ? .infinity : 0)
    return [
      GradientCase("reduce \(kind) of two axes", [[3, 4, 2]]) {
        [$0[0].reduced(kind, axes: [0, 2]).unary(.sin)]
      },
      GradientCase("reduce \(kind) of everything", [[5]]) {
        [$0[0].reduced(kind, axes: [0]).unary(.sin)]
      },
      GradientCase("reduce \(kind) of nothing", [[3, 0], [3]]) {
        let nothing = $0[0].reduced(kind, axes: [1])
        return [nothing.compare(.eq, none).select($0[1], nothing)]
      },
    ]
  }

  static let running: [GradientCase] =
    floatKinds.flatMap { kind -> [GradientCase] in
      [false, true].map { reverse in
        GradientCase("running \(kind)\(reverse ? " reversed" : "")", [[2, 7, 2]]) {
          [$0[0].cumulative(kind, axis: 1, reverse: reverse).unary(.sin)]
        }
      }
    } + [
      GradientCase("sort", [[3, 6]]) { [$0[0].sorted(axis: 1).values.unary(.sin)] },
      GradientCase("sort descending along the first axis", [[5, 2]]) {
        [$0[0].sorted(axis: 0, descending: true).values.unary(.sin)]
      },
    ]

  static let windows: [GradientCase] = floatKinds.flatMap { kind -> [GradientCase] in
    [
      window("of one axis", [2, 9], size: [1, 3], stride: [1, 2]),
      window(
        "padded and dilated", [1, 8], size: [1, 3], dilation: [1, 2], low: [0, 2], high: [0, 3]),
      window("of two axes", [5, 6], size: [2, 3], stride: [2, 1], low: [1, 0]),
      window("stride longer than the window", [7], size: [2], stride: [3]),
      window("cut by negative padding", [9], size: [2], stride: [2], low: [-1], high: [-2]),
    ].map { name, shape, dimensions in
      GradientCase("window \(kind) \(name)", [shape]) {
        [$0[0].windowReduced(kind, dimensions).unary(.sin)]
      }
    }
  }

  private static func window(
    _ name: String, _ shape: Shape, size: [Int], stride: [Int]? = nil, dilation: [Int]? = nil,
    low: [Int]? = nil, high: [Int]? = nil
  ) -> (String, Shape, WindowDimensions) {
    let ones: [Int] = size.map { _ in 1 }
    let zeros: [Int] = size.map { _ in 0 }
    let dimensions = WindowDimensions(
      size: size, stride: stride ?? ones, dilation: dilation ?? ones, padLow: low ?? zeros,
      padHigh: high ?? zeros)
    return (name, shape, dimensions)
  }

  /// The gradient of the sum of a function's results.
  struct ExactCase: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var input: Tensor
    var expected: [Double]
    var body: @Sendable (Value) -> Value

    init(
      _ name: String, _ input: [Double], _ shape: Shape? = nil, gives expected: [Double],
      _ body: @escaping @Sendable (Value) -> Value
    ) {
      testDescription = name
      self.input = Tensor(input, shape: shape ?? [input.count])
      self.expected = expected
      self.body = body
    }
  }

  @Test("are defined at equal elements and at zeros", arguments: exactCases)
  func exact(_ example: ExactCase) throws {
    let program = try GradientCase("", [example.input]) { values in
      let y = example.body(values[0])
      return [y.reduced(.sum, axes: Array(0..<y.rank))]
    }.program()
    let results = try ReferenceEvaluator.evaluate(
      program.differentiated(), inputs: [example.input, Tensor(scalar: 1.0)])
    #expect(results[1].elements(as: Double.self) == example.expected)
  }

  static let exactCases: [ExactCase] = [
    ExactCase("max shares among equals", [1, 3, 3, 2], gives: [0, 0.5, 0.5, 0]) {
      $0.reduced(.max, axes: [0])
    },
    ExactCase("min shares among equals", [1, 3, 1, 1.5], gives: [0.5, 0, 0.5, 0]) {
      $0.reduced(.min, axes: [0])
    },
    ExactCase("max with a NaN", [1, .nan, 3], gives: [0, 0, 0]) { $0.reduced(.max, axes: [0]) },
    ExactCase("product with one zero", [1, 0, 3, 2], gives: [0, 6, 0, 0]) {
      $0.reduced(.prod, axes: [0])
    },
    ExactCase("product with two zeros", [1, 0, 0, 2], gives: [0, 0, 0, 0]) {
      $0.reduced(.prod, axes: [0])
    },
    ExactCase("running product with a zero", [1, 0, 3, 2], gives: [1, 10, 0, 0]) {
      $0.cumulative(.prod, axis: 0)
    },
    ExactCase("running max gives to the first", [1, 3, 3, 2, 3], gives: [1, 4, 0, 0, 0]) {
      $0.cumulative(.max, axis: 0)
    },
    ExactCase("reversed running min gives to the last", [3, 1, 2, 1], gives: [0, 0, 0, 4]) {
      $0.cumulative(.min, axis: 0, reverse: true)
    },
    ExactCase("window max gives to the first", [1, 3, 3, 2, 3], gives: [0, 2, 1, 0, 0]) {
      $0.windowReduced(.max, window("", [], size: [3]).2)
    },
    ExactCase(
      "window max of two axes gives to the first row", [1, 3, 3, 3, 3, 2], [2, 3],
      gives: [0, 2, 0, 0, 0, 0]
    ) { $0.windowReduced(.max, window("", [], size: [2, 2]).2) },
    ExactCase("window max never gives to padding", [-5, -7], gives: [2, 1]) {
      $0.windowReduced(.max, window("", [], size: [2], low: [2], high: [1]).2)
    },
    ExactCase("sort of equals", [2, 1, 2, 1], gives: [3, 1, 4, 2]) {
      let sorted = $0.sorted(axis: 0).values
      let weights = sorted.builder.constant(Tensor([1.0, 2, 3, 4]))
      return sorted * weights
    },
  ]
}
