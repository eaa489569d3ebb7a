import Execution
import Programs
import Tensors
import Testing

@Suite("Products with epilogues")
struct EpilogueTests {
  /// A program of one value and parameters, and how many kernels it takes.
  struct Case: CustomTestStringConvertible {
    var item: ProgramCase
    var kernels: Int

    var testDescription: String { item.name }
  }

  private static let rows: Shape = [2, 45, 24]
  private static let square = ValueType(.float32, [24, 24])
  private static let bias = ValueType(.float32, [24])
  private static let causal = ConvolutionDimensions(spatialRank: 1, padLow: [2])

  private static func make(
    _ name: String, kernels: Int, on input: Shape = rows, _ parameters: [ValueType],
    _ body: @escaping ([Value]) -> [Value]
  ) -> Case {
    let item = ProgramCase(name, operands: [ValueType(.float32, input)] + parameters, body)
    return Case(item: item, kernels: kernels)
  }

  private static let flags = ValueType(.bool, [2, 45])

  private static func spread(_ bias: Value, over x: Value) -> Value {
    bias.broadcast(to: x.shape, axes: [x.shape.count - 1])
  }

  static let cases: [Case] = [
    make("with a bias", kernels: 1, [square, bias]) { x in
      let sums = x[0].matmul(x[1])
      return [sums + spread(x[2], over: sums)]
    },
    make("with a bias first, and ReLU", kernels: 1, [square, bias]) { x in
      let sums = x[0].matmul(x[1])
      return [relu(spread(x[2], over: sums) + sums)]
    },
    make("ReLU, with their own operand for the residual", kernels: 1, [square]) { x in
      [relu(x[0].matmul(x[1])) + x[0]]
    },
    make("with a residual that they may lie over", kernels: 2, [square, bias]) { x in
      let sums = x[0].matmul(x[1])
      return [x[0].unary(.tanh) + relu(sums + spread(x[2], over: sums))]
    },
    make("with an operand for the residual that they must not lie over", kernels: 2, [square]) {
      x in
      let other = x[0].unary(.tanh)
      return [other.matmul(x[1]) + other]
    },
    make("one after the other", kernels: 2, [square, bias]) { x in
      let sums = x[0].matmul(x[1])
      let first = relu(sums + spread(x[2], over: sums))
      return [relu(first.matmul(x[1])) + first]
    },
    make("of a convolution", kernels: 1, [ValueType(.float32, [3, 24, 24]), bias]) { x in
      let sums = x[0].convolved(x[1], causal)
      return [x[0] + relu(sums + spread(x[2], over: sums))]
    },
    make(
      "of a convolution by groups", kernels: 1,
      [ValueType(.float32, [3, 8, 24]), ValueType(.float32, [24])]
    ) { x in
      let dimensions = ConvolutionDimensions(spatialRank: 1, padLow: [2], featureGroups: 3)
      let sums = x[0].convolved(x[1], dimensions)
      return [relu(sums + spread(x[2], over: sums)) + x[0]]
    },
    make(
      "of a convolution in two dimensions", kernels: 1, on: [2, 9, 8, 4],
      [ValueType(.float32, [2, 3, 4, 4]), ValueType(.float32, [4])]
    ) { x in
      let dimensions = ConvolutionDimensions(spatialRank: 2, padLow: [1, 1], padHigh: [0, 1])
      let sums = x[0].convolved(x[1], dimensions)
      return [relu(sums + spread(x[2], over: sums)) + x[0]]
    },
    make("with zeros where a mask says so", kernels: 1, [square, bias, flags]) { x in
      let sums = x[0].matmul(x[1])
      return [masked(relu(sums + spread(x[2], over: sums)), x[3])]
    },
    make("with zeros in a second result", kernels: 1, [square, bias, flags]) { x in
      let sums = x[0].matmul(x[1])
      let all = sums + spread(x[2], over: sums) + x[0]
      return [all, masked(all, x[3])]
    },
    make(
      "with zeros, one convolution after the other", kernels: 2,
      [
        ValueType(.float32, [3, 24, 24]), bias, flags,
      ]
    ) { x in
      let sums = x[0].convolved(x[1], causal)
      let all = relu(sums + spread(x[2], over: sums)) + x[0]
      return [masked(all, x[3]).convolved(x[1], causal), all]
    },
    make(
      "of a convolution by channels", kernels: 1,
      [ValueType(.float32, [3, 1, 24]), bias, flags]
    ) { x in
      let dimensions = ConvolutionDimensions(spatialRank: 1, padLow: [2], featureGroups: 24)
      let sums = x[0].convolved(x[1], dimensions)
      let all = relu(sums + spread(x[2], over: sums)) + x[0]
      return [all, masked(all, x[3])]
    },
    make(
      "but not with a mask of single numbers", kernels: 2,
      [
        square, ValueType(.bool, [2, 45, 24]),
      ]
    ) { x in
      let sums = x[0].matmul(x[1])
      return [x[2].select(sums, sums.builder.scalar(0, .float32))]
    },
    make("but not of some rows", kernels: 2, [square, bias]) { x in
      let sums = x[0].matmul(x[1]).sliced(axis: 0, from: 0, to: 1)
      return [sums + spread(x[2], over: sums)]
    },
    make("but not with something else where the mask says no", kernels: 2, [square, flags]) { x in
      let sums = x[0].matmul(x[1])
      return [x[2].broadcast(to: sums.shape, axes: [0, 1]).select(sums, x[0])]
    },
    make("but not with zeros where the mask says yes", kernels: 2, [square, flags]) { x in
      let sums = x[0].matmul(x[1])
      let mask = x[2].broadcast(to: sums.shape, axes: [0, 1])
      return [mask.select(sums.builder.scalar(0, .float32), sums)]
    },
    make("but not behind the mask", kernels: 2, [square, bias, flags]) { x in
      let sums = masked(x[0].matmul(x[1]), x[3])
      return [sums + spread(x[2], over: sums)]
    },
    make("but not what else is done", kernels: 2, [square, bias]) { x in
      let sums = x[0].matmul(x[1])
      return [(sums + spread(x[2], over: sums)).unary(.tanh)]
    },
    make("but not in another order", kernels: 2, [square, bias]) { x in
      let sums = x[0].matmul(x[1])
      return [(sums + x[0]) + spread(x[2], over: sums)]
    },
    make("but not ReLU after the residual", kernels: 2, [square]) { x in
      [relu(x[0].matmul(x[1]) + x[0])]
    },
    make("but not with the bias behind", kernels: 2, [square, bias]) { x in
      let sums = relu(x[0].matmul(x[1]))
      return [sums + spread(x[2], over: sums)]
    },
    make("but not twice", kernels: 2, [square]) { x in
      let sums = x[0].matmul(x[1])
      return [sums + sums]
    },
    make("but not what others read", kernels: 2, [square]) { x in
      let sums = x[0].matmul(x[1])
      return [relu(sums), sums]
    },
    make(
      "but not rows of sums of several chunks", kernels: 2, on: [3, 5000],
      [ValueType(.float32, [5000, 8]), ValueType(.float32, [8])]
    ) { x in
      let sums = x[0].matmul(x[1])
      return [sums + spread(x[2], over: sums)]
    },
  ]

  @Test("give the bits of the kernels they replace", arguments: cases)
  func bits(test: Case) throws {
    var program = test.item.program
    for index in program.inputs.indices.dropFirst()
    where program[program.inputs[index].value].dtype == .float32 {
      program.inputs[index].role = .parameter
    }
    #expect(Plan(program).instructionCount == test.kernels)
    let expected = try run(program, .debug, test.item.inputs)[1]
    for limits in [PlanLimits(), .tiny] {
      for kind in [PlanKind.fast, someObserved(program)] {
        for count in 1...3 {
          let pool = count > 1 ? WorkerPool(threadCount: count, threshold: 1) : nil
          let found = try run(program, kind, test.item.inputs, pool: pool, limits: limits)[1]
          for (found, wanted) in zip(found, expected) { #expect(found.bitsEqual(wanted)) }
        }
      }
    }
  }
}
