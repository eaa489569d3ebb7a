import Execution
import Programs
import Tensors
import Testing

@Suite("Results that are written to their place in the state")
struct PlaceResultsTests {
  /// A window of `length` entries of 16 numbers and what a step appends to it, and how many kernels
  /// that takes.
  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var kernels: Int
    var batch = 1
    /// The new entry, from the input, a kernel of 16 x 16, flags and the window; and what else is given.
    var body:
      @Sendable (_ x: Value, _ kernel: Value, _ flags: Value, _ window: Value) -> (Value, [Value])

    func program() throws -> Program {
      let builder = ProgramBuilder()
      let length = 3
      let x = builder.input("x", .input, ValueType(.float32, [batch, 1, 16]))
      let kernel = builder.input("kernel", .parameter, ValueType(.float32, [16, 16]))
      let flags = builder.input("flags", .operand, ValueType(.bool, [batch, 1]))
      let window = builder.input(
        "window", .state(.window(axis: 1, length: length)),
        ValueType(.float32, [batch, length, 16]))
      let (entry, more) = body(x, kernel, flags, window)
      let all = Value.concatenate([window, entry], axis: 1)
      builder.output("sum", .output, all.reduced(.sum, axes: [1]))
      for (index, value) in more.enumerated() { builder.output("more\(index)", .output, value) }
      builder.output("window", .state, all.sliced(axis: 1, from: 1, to: 1 + length))
      return try builder.finish()
    }
  }

  static let cases: [Case] = [
    Case(testDescription: "of an elementwise task", kernels: 2) { x, _, flags, _ in
      (masked(x.unary(.tanh), flags), [])
    },
    Case(testDescription: "of a product that hides rows", kernels: 2) { x, kernel, flags, _ in
      let sums = x.matmul(kernel) + x
      return (masked(sums, flags), [])
    },
    Case(testDescription: "of a product that gives all rows too", kernels: 3) {
      x, kernel, flags, _ in
      let sums = x.matmul(kernel) + x
      return (masked(sums, flags), [sums.matmul(kernel)])
    },
    Case(testDescription: "but not what others read", kernels: 4) { x, kernel, _, _ in
      let y = x.unary(.tanh)
      return (y, [y.matmul(kernel)])
    },
    Case(testDescription: "but not what reads the window", kernels: 3) { x, _, _, window in
      (x.unary(.tanh) + window.sliced(axis: 1, from: 0, to: 1), [])
    },
    Case(testDescription: "but not of several rows", kernels: 4, batch: 2) { x, _, flags, _ in
      (masked(x.unary(.tanh), flags), [])
    },
  ]

  @Test("have the bits of copies, step after step", arguments: cases)
  func bits(test: Case) throws {
    let program = try test.program()
    #expect(Plan(program).instructionCount == test.kernels)
    var stream = RandomStream(seed: 3, name: test.testDescription)
    var inputs = program.inputs.map { Tensor.random(program[$0.value], &stream) }
    for flag in [true, false] {
      inputs[2] = Tensor(Array(repeating: flag, count: test.batch), shape: [test.batch, 1])
      let expected = try run(program, .debug, inputs, runs: 70)
      for kind in [PlanKind.fast, someObserved(program)] {
        let found = try run(program, kind, inputs, runs: 70)
        for (step, pair) in zip(found, expected).enumerated() {
          for (found, wanted) in zip(pair.0, pair.1) {
            #expect(found.bitsEqual(wanted), "step \(step)")
          }
        }
      }
    }
  }
}
