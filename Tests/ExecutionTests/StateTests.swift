import Execution
import Programs
import Tensors
import Testing

@Suite("State")
struct StateTests {
  /// A running sum of inputs, a step counter, and a window of the last `length` inputs.
  static func program(batch: Int, length: Int, block: Int) throws -> Program {
    let builder = ProgramBuilder()
    let x = builder.input("x", .input, ValueType(.float32, [batch, block, 2]))
    let sum = builder.input("sum", .state(.replaced), ValueType(.float32, [batch, 2]))
    let count = builder.input("count", .state(.counter), ValueType(.int32, [batch]))
    let window = builder.input(
      "window", .state(.window(axis: 1, length: length)), ValueType(.float32, [batch, length, 2]))
    let all = Value.concatenate([window, x], axis: 1)
    builder.output("all", .output, all.scaled(by: 1))
    builder.output("before", .emit, sum)
    let total = sum + x.reduced(.sum, axes: [1])
    builder.output("sum", .state, total)
    builder.output("count", .state, count.adding(Double(block)))
    builder.output(
      "window", .state, all.sliced(axis: 1, from: block, to: block + length))
    return try builder.finish()
  }

  static func block(_ step: Int, batch: Int, block: Int, stream: Int) -> Tensor {
    let values: [Float] = (0..<batch * block * 2).map { Float(1000 * stream + 10 * step + $0) }
    return Tensor(values, shape: [batch, block, 2])
  }

  /// One step by the reference evaluator.
  static func reference(
    _ program: Program, _ x: Tensor, _ state: [Tensor]
  ) throws -> (outputs: [Tensor], state: [Tensor]) {
    let outputs = try ReferenceEvaluator.evaluate(program, inputs: [x] + state)
    return (Array(outputs[..<2]), Array(outputs[2...]))
  }

  @Test(
    "two streams in turn match the reference over many moves of the window",
    arguments: [1, 3], [PlanKind.fast, .debug])
  func turns(batch: Int, kind: PlanKind) throws {
    let length = 5
    let plans = try [1, 2, 4, 40].map { block in
      let program = try Self.program(batch: batch, length: length, block: block)
      return (block, program, try Executor(Plan(program, PlanOptions(kind: kind))))
    }
    let layout = plans[0].2.plan.stateLayout
    var states = [try StateBuffers(layout), try StateBuffers(layout)]
    var expected = states.map(\.values)
    for step in 0..<60 {
      let stream = step * 7 % 3 % 2
      let (block, program, executor) = plans[step % 7 == 6 ? 3 : step % 3]
      let x = Self.block(step, batch: batch, block: block, stream: stream)
      executor.setInput(0, x)
      #expect(executor.execute(state: states[stream]) == .finished)
      let wanted = try Self.reference(program, x, expected[stream])
      expected[stream] = wanted.state
      #expect(executor.output(0).bitsEqual(wanted.outputs[0]), "step \(step)")
      #expect(executor.output(1).bitsEqual(wanted.outputs[1]), "step \(step)")
      for index in 0..<2 {
        for (found, want) in zip(states[index].values, expected[index]) {
          #expect(found.bitsEqual(want), "state \(index) after step \(step)")
        }
      }
      if step == 30 { states[1] = try states[1].clone() }
    }
  }

  @Test("a cancelled run leaves the state as it was")
  func cancelled() throws {
    let program = try Self.program(batch: 2, length: 3, block: 2)
    let executor = try Executor(Plan(program))
    let state = try StateBuffers(executor.plan.stateLayout)
    executor.setInput(0, Self.block(1, batch: 2, block: 2, stream: 0))
    executor.execute(state: state)
    let before = state.values
    let flag = CancelFlag()
    flag.raise()
    for _ in 0..<9 { #expect(executor.execute(state: state, cancel: flag) == .cancelled) }
    for (found, want) in zip(state.values, before) { #expect(found.bitsEqual(want)) }
    flag.lower()
    #expect(executor.execute(state: state, cancel: flag) == .finished)
    #expect(state[1].double(at: 0) == 4)
  }
}
