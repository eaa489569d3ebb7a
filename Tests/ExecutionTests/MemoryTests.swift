import Execution
import Programs
import Tensors
import Testing

/// Plans, states and panels of weights ask for memory before they take it.
@Suite struct MemoryTests {
  private static let small = MemoryBudget(1000, origin: "a test")

  /// `x` as it is and its square, of so many numbers.
  private func squared(_ count: Int) throws -> Program {
    let builder = ProgramBuilder()
    let x = builder.input("x", .input, ValueType(.float32, [count]))
    builder.output("y", .output, x * x)
    return try builder.finish()
  }

  @Test("a plan is refused where it takes more than the budget, and else runs")
  func plans() throws {
    let fitting = try Executor(Plan(try squared(100)), memory: Self.small)
    fitting.setInput(0, Tensor([Float](repeating: 3, count: 100)))
    #expect(fitting.execute() == .finished)
    #expect(throws: MemoryError.self) {
      try Executor(Plan(try squared(1000)), memory: Self.small)
    }
  }

  @Test(
    "values that no machine holds are refused without being allocated",
    arguments: [1 << 34, 1 << 38, 1 << 40])
  func huge(count: Int) throws {
    let error = #expect(throws: MemoryError.self) {
      try Executor(Plan(try squared(count)), memory: Self.small)
    }
    #expect((error?.byteCount ?? 0) >= 4 * count)
  }

  @Test("what the budget allows and the system has not is an error as well")
  func system() throws {
    let generous = MemoryBudget(.max, origin: "a test")
    #expect(throws: MemoryError.self) {
      try Executor(Plan(try squared(1 << 40)), memory: generous)
    }
  }

  @Test("states are refused where they take more than the budget")
  func states() throws {
    let type = ValueType(.float32, [1, 1 << 30, 8])
    let layout = StateLayout(leaves: [
      .init(name: "window", type: type, kind: .window(axis: 1, length: 1 << 30)),
      .init(name: "sum", type: type, kind: .replaced),
    ])
    let error = #expect(throws: MemoryError.self) { try StateBuffers(layout, memory: Self.small) }
    #expect((error?.byteCount ?? 0) > 3 * 8 << 32)
  }

  @Test("weights that do not fit when packed end the run, not the program")
  func panels() throws {
    let builder = ProgramBuilder()
    let x = builder.input("x", .input, ValueType(.float32, [4, 4096]))
    let w = builder.input("w", .parameter, ValueType(.float32, [4096, 64]))
    builder.output("y", .output, x.matmul(w))
    let store = ParameterStore(["w": Tensor(zeros: [4096, 64])])
    let executor = try Executor(
      Plan(try builder.finish()), parameters: store, memory: MemoryBudget(100_000, origin: "a test")
    )
    executor.setInput(0, Tensor(zeros: [4, 4096]))
    let completion = executor.execute()
    guard case .outOfMemory(let error) = completion else {
      Issue.record("The run ended as \(completion).")
      return
    }
    #expect(error.byteCount >= 4096 * 64 * 4)
  }
}
