import CAllocationCount
import Execution
import Programs
import Tensors
import Testing

@Suite("Running allocates nothing")
struct AllocationTests {
  @Test("no run after the first asks for memory", arguments: [PlanKind.fast, .debug])
  func steps(kind: PlanKind) throws {
    let (program, parameters) = try Self.program()
    let executor = try Executor(Plan(program, PlanOptions(kind: kind)), parameters: parameters)
    let state = try StateBuffers(executor.plan.stateLayout)
    executor.setInput(0, Tensor(repeating: 0.5, shape: [2, 3, 8]))
    let flag = CancelFlag()
    for _ in 0..<3 { executor.execute(state: state, cancel: flag) }
    let before = allocation_count()
    for _ in 0..<50 { executor.execute(state: state, cancel: flag) }
    #expect(allocation_count() == before)
  }

  @Test("the counter counts")
  func counter() {
    let before = allocation_count()
    let tensor = Tensor(zeros: [1000])
    #expect(allocation_count() > before || tensor.count == 0)
  }

  /// A convolution on a window, a recurrence, a softmax, sums and conversions.
  static func program() throws -> (Program, ParameterStore) {
    let builder = ProgramBuilder()
    let x = builder.input("x", .input, ValueType(.float32, [2, 3, 8]))
    let kernel = builder.input("kernel", .parameter, ValueType(.float32, [3, 8, 8]))
    let matrix = builder.input("matrix", .parameter, ValueType(.float32, [8, 8]))
    let window = builder.input(
      "window", .state(.window(axis: 1, length: 2)), ValueType(.float32, [2, 2, 8]))
    let carried = builder.input("h", .state(.replaced), ValueType(.float32, [2, 8]))
    let all = Value.concatenate([window, x], axis: 1)
    let y = all.convolved(kernel, ConvolutionDimensions(spatialRank: 1)).unary(.tanh)
    let loop = builder.loop(
      tripCount: 3, axis: 1, captured: [matrix], carried: [carried], sliced: [y]
    ) { captured, carried, slices in
      let next = (carried[0].matmul(captured[0]) + slices[0]).unary(.sigmoid)
      return ([next], [next])
    }
    let scores = loop.stacked[0].transposed([0, 2, 1]).reduced(.max, axes: [2], keepingAxes: true)
    let low = scores.converted(to: .bfloat16).scaled(by: 0.5).converted(to: .int32)
    builder.output("y", .output, loop.stacked[0])
    builder.output("low", .emit, low.sorted(axis: 1).values)
    builder.output("h", .state, loop.carried[0])
    builder.output("window", .state, all.sliced(axis: 1, from: 3, to: 5))
    var stream = RandomStream(seed: 3)
    let store = ParameterStore([
      "kernel": .random(ValueType(.float32, [3, 8, 8]), &stream),
      "matrix": .random(ValueType(.float32, [8, 8]), &stream),
    ])
    return (try builder.finish(), store)
  }
}
