import Execution
import Programs
import Tensors
import Testing

/// Runs that somebody watches: told how far they are, and stopped.
@Suite("Watched runs")
struct WatchTests {
  /// The executor of a program with a loop of three iterations.
  private func looped() throws -> (Executor, StateBuffers) {
    let (program, parameters) = try AllocationTests.program()
    let executor = try Executor(Plan(program), parameters: parameters)
    executor.setInput(0, Tensor(repeating: 0.5, shape: [2, 3, 8]))
    return (executor, try StateBuffers(executor.plan.stateLayout))
  }

  @Test("every kernel is told of, those of each iteration of a loop too, and the last is the total")
  func progress() throws {
    let (executor, state) = try looped()
    var told: [(done: Int, total: Int)] = []
    executor.execute(state: state, progress: { told.append(($0, $1)) })
    let total = try #require(told.first?.total)
    #expect(told.map(\.done) == Array(1...total))
    #expect(told.allSatisfy { $0.total == total })
    // The loop's kernels count three times, and once for the loop.
    #expect(total > executor.plan.instructionCount + 2)
  }

  @Test(
    "a run that is told to stop while it tells ends there, in a loop too", arguments: [1, 4, 7])
  func stops(at count: Int) throws {
    let (executor, state) = try looped()
    executor.execute(state: state)
    let before = state.values
    let flag = CancelFlag()
    var last = 0
    let completion = executor.execute(state: state, cancel: flag) { done, _ in
      last = done
      if done == count { flag.raise() }
    }
    #expect(completion == .cancelled)
    // What encloses a loop is told once more.
    #expect((count...count + 1).contains(last))
    for (found, want) in zip(state.values, before) { #expect(found.bitsEqual(want)) }
  }

  @Test("work that is long is cut into parts to be stopped between, with the same bits")
  func long() throws {
    let builder = ProgramBuilder()
    let x = builder.input("x", .input, ValueType(.float32, [1100, 800]))
    let w = builder.input("w", .parameter, ValueType(.float32, [800, 700]))
    builder.output("y", .output, x.matmul(w))
    let plan = Plan(try builder.finish())
    var stream = RandomStream(seed: 5)
    let store = ParameterStore(["w": .random(ValueType(.float32, [800, 700]), &stream)])
    let input = Tensor.random(ValueType(.float32, [1100, 800]), &stream)
    let alone = try Executor(plan, parameters: store)
    alone.setInput(0, input)
    alone.execute()
    for pool in [nil, WorkerPool(threadCount: 2)] {
      let watched = try Executor(plan, parameters: store, pool: pool)
      watched.setInput(0, input)
      let flag = CancelFlag()
      #expect(watched.execute(cancel: flag) == .finished)
      #expect(watched.output(0).bitsEqual(alone.output(0)))
      flag.raise()
      #expect(watched.execute(cancel: flag) == .cancelled)
    }
  }
}
