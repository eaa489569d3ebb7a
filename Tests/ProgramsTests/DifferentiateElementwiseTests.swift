import Programs
import Tensors
import Testing

@Suite("Gradients of elementwise ops")
struct DifferentiateElementwiseTests {
  @Test("agree with differences, twice", arguments: unary + binary + others)
  func differences(_ example: GradientCase) throws { try example.checkTwice() }

  /// Places where every function is defined and smooth.
  static func places(for op: UnaryOp) -> [Double] {
    switch op {
    case .log, .sqrt, .rsqrt: [0.3, 1, 2.5, 40]
    case .log1p: [-0.6, 1e-3, 2, 9]
    case .floor, .ceil, .round: [-1.3, 0.2, 0.7, 2.4]
    case .neg, .abs, .sign, .exp, .expm1, .sin, .cos, .tanh, .sigmoid, .erf, .not, .isFinite:
      [-2.2, -0.4, 0.1, 1.7]
    }
  }

  static let unary: [GradientCase] = UnaryOp.allCases
    .filter { $0 != .not && $0 != .isFinite }
    .map { op in
      GradientCase(op.rawValue, [Tensor(places(for: op))]) { [$0[0].unary(op)] }
    }

  static let binary: [GradientCase] = [.add, .sub, .mul, .div, .rem, .max, .min, .pow]
    .map { (op: BinaryOp) in
      let base = Tensor([0.4, 1.3, 7.9, 5.2])
      let other = Tensor([1.7, -0.6, 2.2, 1.1])
      return GradientCase(op.rawValue, [base, other]) { [$0[0].binary(op, $0[1])] }
    }

  static let others: [GradientCase] = [
    GradientCase("remainder of negative numbers", [Tensor([-7.3, 7.3]), Tensor([2.1, -2.1])]) {
      [$0[0].binary(.rem, $0[1])]
    },
    GradientCase("square of a negative base", [Tensor([-1.5, -0.2])]) {
      [$0[0].binary(.pow, 2)]
    },
    GradientCase("one operand twice", [[3]]) { [$0[0] * $0[0] + $0[0]] },
    GradientCase("broadcast operands", [[2, 1, 3], [4, 1], [1]]) {
      [$0[0] * $0[1] / ($0[2] * $0[2]).adding(1)]
    },
    GradientCase("select", [[5], [5], [5]]) {
      [($0[0].compare(.lt, 0.2)).select($0[1] * $0[0], $0[2].unary(.exp))]
    },
    GradientCase("no dependence", [[2], [2]]) { [$0[0].unary(.sin)] },
    GradientCase("through an integer", [[4]]) {
      [$0[0].converted(to: .int32).converted(to: .float64) * $0[0]]
    },
    GradientCase("output that is an input", [[2], [2]]) { [$0[0], $0[1] * $0[0], $0[0]] },
  ]

  /// What one scalar function's gradient is at a point without a derivative.
  struct EdgeCase: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var inputs: [Double]
    var expected: [Double]
    var body: @Sendable ([Value]) -> Value

    init(
      _ name: String, _ inputs: [Double], gives expected: [Double],
      _ body: @escaping @Sendable ([Value]) -> Value
    ) {
      testDescription = name
      self.inputs = inputs
      self.expected = expected
      self.body = body
    }
  }

  @Test("are defined where there is no derivative", arguments: edgeCases)
  func edges(_ example: EdgeCase) throws {
    let scalars = example.inputs.map { Tensor(scalar: $0) }
    let program = try GradientCase("", scalars) { [example.body($0)] }.program()
    let results = try ReferenceEvaluator.evaluate(
      program.differentiated(), inputs: scalars + [Tensor(scalar: 1.0)])
    let found = results[1...].map { $0.elements(as: Double.self)[0] }
    for (a, b) in zip(found, example.expected) {
      #expect(a == b || (a.isNaN && b.isNaN), "\(found)")
    }
  }

  static let edgeCases: [EdgeCase] = [
    EdgeCase("abs at 0", [0], gives: [0]) { $0[0].unary(.abs) },
    EdgeCase("sqrt at 0", [0], gives: [.infinity]) { $0[0].unary(.sqrt) },
    EdgeCase("max of equals", [2, 2], gives: [0.5, 0.5]) { $0[0].binary(.max, $0[1]) },
    EdgeCase("min of equals", [2, 2], gives: [0.5, 0.5]) { $0[0].binary(.min, $0[1]) },
    EdgeCase("max with NaN", [2, .nan], gives: [0, 0]) { $0[0].binary(.max, $0[1]) },
    EdgeCase("0 to the 0", [0, 0], gives: [0, 0]) { $0[0].binary(.pow, $0[1]) },
    EdgeCase("0 to the 1", [0, 1], gives: [1, 0]) { $0[0].binary(.pow, $0[1]) },
    EdgeCase("0 to the 2", [0, 2], gives: [0, 0]) { $0[0].binary(.pow, $0[1]) },
    EdgeCase("stopGradient", [3, 4], gives: [4, 0]) { $0[0] * $0[1].stoppingGradient },
    EdgeCase("a NaN that select did not choose", [.nan, 3], gives: [0, 1]) {
      ($0[0] .== $0[0]).select($0[0], $0[1])
    },
    EdgeCase(
      "a square root of 0 that select did not choose: 0 times infinity", [0, 3], gives: [.nan, 1]
    ) {
      ($0[0] .== $0[1]).select($0[0].unary(.sqrt), $0[1])
    },
    EdgeCase("a square root of 0 whose operand was selected first", [0, 3], gives: [0, 1]) {
      let isChosen = $0[0] .== $0[1]
      let one = $0[0].builder.scalar(1, .float64)
      return isChosen.select(isChosen.select($0[0], one).unary(.sqrt), $0[1])
    },
  ]
}
