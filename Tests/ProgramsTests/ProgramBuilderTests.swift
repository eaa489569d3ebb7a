import Programs
import Tensors
import Testing

@Suite("Program builder")
struct ProgramBuilderTests {
  @Test("one mistake makes one error, with its layer path, however often its result is used")
  func oneErrorForOneMistake() {
    let builder = ProgramBuilder()
    let x = builder.input("x", .input, ValueType(.float32, [1, 2, 3]))
    let kernel = builder.input("kernel", .parameter, ValueType(.float32, [4, 5]))
    let y = builder.scoped("encoder") { builder.scoped("dense") { x.matmul(kernel) } }
    // The result goes on with the shape that was most likely meant.
    #expect(y.shape == [1, 2, 5])
    _ = (y + y).reduced(.sum, axes: [0, 1, 2])
    _ = y.sliced(axis: 2, from: 0, to: 5)
    let errors = #expect(throws: ShapeError.self) { try builder.finish() }
    #expect(
      errors?.description
        == "encoder/dense: dot: found [1, 2, 3] · [4, 5], expected left axis 2 as long as right axis 0"
    )
  }

  @Test("a constant that there is no room for is not worked out")
  func largeConstants() throws {
    let builder = ProgramBuilder(memory: MemoryBudget(1 << 20, origin: "a test"))
    var made: [Int] = []
    func constant(_ count: Int) -> Value {
      builder.scoped("a") {
        builder.constant(ValueType(.float32, [count])) {
          made.append(count)
          return Array(repeating: 1, count: count)
        }
      }
    }
    #expect(constant(1000).shape == [1000] && builder.memoryError == nil)
    #expect(constant(1 << 20).shape == [1 << 20])
    _ = constant(2)
    #expect(made == [1000])
    let error = #expect(throws: MemoryError.self) { try builder.finish() }
    #expect(error?.path == "a: the constant f32[1048576]")
  }

  @Test("operations are charged, those of bodies too, and nothing is recorded beyond the budget")
  func manyOperations() throws {
    let builder = ProgramBuilder(memory: MemoryBudget(1 << 20, origin: "a test"))
    let x = builder.input("x", .input, ValueType(.float32, [2]))
    func sum(_ count: Int) -> Program? {
      builder.subprogram([x.type]) { inputs in
        [(0..<count).reduce(inputs[0]) { sum, _ in sum + inputs[0] }]
      }
    }
    #expect(sum(400)?.instructions.count == 400 && sum(400) != nil)
    #expect(sum(400) == nil)
    _ = x + x
    #expect(builder.program.instructions.isEmpty)
    let error = #expect(throws: MemoryError.self) { try builder.finish() }
    #expect(error?.path == ".: a program of so many operations")
  }

  @Test("two mistakes make two errors")
  func twoErrors() {
    let builder = ProgramBuilder()
    let x = builder.input("x", .input, ValueType(.float32, [2, 3]))
    _ = x.reshaped([7])
    _ = builder.scoped("a") { x + builder.constant(Tensor(zeros: [4])) }
    #expect(
      builder.errors.map(\.description) == [
        ".: reshape: found [2, 3] to [7], expected shapes of equal element count",
        "a: add: found f32[2, 3] and f32[4], expected shapes that are equal or 1 on every axis, "
          + "aligned at the right",
      ])
  }

  @Test(
    "an axis that does not exist is an error, not a trap",
    arguments: [-1, 2, 99])
  func axes(axis: Int) {
    let builder = ProgramBuilder()
    let x = builder.input("x", .input, ValueType(.float32, [2, 3]))
    _ = x.sliced(axis: axis, from: 0, to: 1)
    _ = x.element(0, axis: axis)
    _ = x.padded(axis: axis, low: 1, high: 1)
    _ = x.reduced(.sum, axes: [axis], keepingAxes: true)
    _ = x.argReduced(.max, axis: axis)
    _ = x.cumulative(.sum, axis: axis)
    _ = x.sorted(axis: axis).indices
    _ = x.reversed(axes: [axis])
    _ = Value.concatenate([x, x], axis: axis)
    _ = x.gathered(builder.constant(Tensor([Int32(0)])), axis: axis)
    #expect(builder.errors.count == 10)
    for error in builder.errors {
      #expect(error.description.hasSuffix("found axis \(axis), expected an axis of 0 ..< 2"))
    }
  }

  @Test("bodies with mistakes still give as many results as they return")
  func mistakesInBodies() {
    let builder = ProgramBuilder()
    let x = builder.input("x", .input, ValueType(.float32, [2, 3]))
    let pair = Value.composite("pair", [x]) { values in
      [values[0].reshaped([6]), values[0].reshaped([7])]
    }
    #expect(pair.map(\.shape) == [[6], [7]])
    let results = builder.loop(tripCount: 2, axis: 0, captured: [], carried: [], sliced: [x]) {
      _, _, slices in ([], [slices[0].reshaped([4]), slices[0]])
    }
    #expect(results.stacked.map(\.shape) == [[2, 4], [2, 3]])
    #expect(builder.errors.count == 2)
  }

  @Test("inlining keeps the scopes of the inlined program, below the current one at its root")
  func inlining() throws {
    let inner = ProgramBuilder()
    let x = inner.input("x", .operand, ValueType(.float32, [2]))
    let y = inner.scoped("lstm/gates") { x.unary(.tanh) }
    inner.output("y", .result, y.unary(.exp))
    let builder = ProgramBuilder()
    let z = builder.input("z", .input, ValueType(.float32, [2]))
    let results = try builder.scoped("top") { builder.inline(try inner.finish(), [z]) }
    builder.output("y", .output, results[0])
    #expect(
      try builder.finish().text() == """
        in %0 input "z" : f32[2]
        %1 = tanh(%0) : f32[2]  @ lstm/gates
        %2 = exp(%1) : f32[2]  @ top
        out %2 output "y"

        """)
  }

  @Test("equal scalars are one value, -0 and 0 are two")
  func scalars() {
    let builder = ProgramBuilder()
    #expect(builder.scalar(1, .float32).id == builder.scalar(1, .float32).id)
    #expect(builder.scalar(1, .float32).id != builder.scalar(1, .float64).id)
    #expect(builder.scalar(0, .float32).id != builder.scalar(-0.0, .float32).id)
  }

  @Test("binary operations and select broadcast as NumPy does")
  func broadcasting() throws {
    let builder = ProgramBuilder()
    let x = builder.input("x", .input, ValueType(.float32, [2, 1]))
    let y = builder.input("y", .input, ValueType(.float32, [3]))
    let sum = x + y
    let chosen = (y .< x).select(y, builder.scalar(-1, .float32))
    builder.output("sum", .output, sum)
    builder.output("chosen", .output, chosen)
    let program = try builder.finish().verified()
    let values = try ReferenceEvaluator.evaluate(
      program, inputs: [f32([10, 2], [2, 1]), f32([1, 2, 3])])
    #expect(values[0].doubles() == [11, 12, 13, 3, 4, 5])
    #expect(values[1].doubles() == [1, 2, 3, 1, -1, -1])
    #expect(values[1].shape == [2, 3])
  }
}
