import Programs
import Tensors
import Testing

@Suite("Transforms, random words, loops and composites")
struct TransformTests {
  @Test("give hand-computed values", arguments: transforms)
  func transformValues(_ example: OpCase) throws { try example.check() }

  static let transforms: [OpCase] = [
    OpCase(
      "fft of an impulse", .fft(.forward), [f32([1, 0, 0]), f32([0, 0, 0])],
      gives: f32([1, 1, 1]), f32([0, 0, 0])),
    OpCase(
      "fft of i at 1", .fft(.forward), [f32([0, 0]), f32([0, 1])],
      gives: f32([0, 0]), f32([1, -1])),
    OpCase(
      "ifft divides by the length", .fft(.inverse), [f32([1, 1]), f32([0, 0])],
      gives: f32([1, 0]), f32([0, 0])),
    OpCase(
      "rfft of each row", .fft(.realForward), [f32([1, 2, 3, 0, 0, 1], [2, 3])],
      gives: f32([6, -1.5, 1, -0.5], [2, 2]), f32([0, 0.8660254, 0, 0.8660254], [2, 2])),
    OpCase(
      "irfft of odd length", .fft(.realInverse(length: 3)),
      [f32([6, -1.5]), f32([0, 0.8660254])],
      gives: f32([1, 2, 3])),
    OpCase(
      "irfft ignores imaginary parts of the real bins", .fft(.realInverse(length: 2)),
      [f32([3, 1]), f32([7, 7])], gives: f32([2, 1])),
  ]

  @Test("random words depend on seed, stream, row key and position only")
  func randomWords() throws {
    let operands = [u32([7, 8]), u32([1, 2]), i32([0, 5, 5, -1], [2, 2])]
    let words = ReferenceEvaluator.apply(.random(RandomOp(stream: 3, count: 6)), operands)[0]
    #expect(words.type == ValueType(.uint32, [2, 2, 6]))
    let counter = SIMD4<UInt32>(2, UInt32(bitPattern: -1), 1, 0)
    let expected = Philox.words(key: SIMD2(7 ^ 3, 8), counter: counter)
    #expect(words.double(at: [1, 1, 4]) == Double(expected[0]))
    #expect(words.double(at: [1, 1, 5]) == Double(expected[1]))
    let alone = [u32([7, 8]), u32([2]), i32([5], [1, 1])]
    let same = ReferenceEvaluator.apply(.random(RandomOp(stream: 3, count: 6)), alone)[0]
    #expect(same.doubles() == Array(words.doubles()[12..<18]))
  }

  @Test("a loop carries, slices, captures and stacks", arguments: [false, true])
  func loop(reverse: Bool) throws {
    let builder = ProgramBuilder()
    let step = builder.input("step", .operand, ValueType(.int32, []))
    let start = builder.input("start", .operand, ValueType(.int32, [2]))
    let x = builder.input("x", .operand, ValueType(.int32, [2, 3]))
    let results = builder.loop(
      tripCount: 3, axis: 1, reverse: reverse, captured: [step], carried: [start], sliced: [x]
    ) { captured, carried, slices in
      let sum = carried[0] * captured[0] + slices[0]
      return ([sum], [sum])
    }
    builder.output("last", .result, results.carried[0])
    builder.output("all", .result, results.stacked[0])
    let inputs = [i32([10], []), i32([1, 2]), i32([1, 2, 3, 4, 5, 6], [2, 3])]
    let found = try ReferenceEvaluator.evaluate(builder.finish(), inputs: inputs)
    let expected =
      reverse
      ? [i32([1321, 2654]), i32([1321, 132, 13, 2654, 265, 26], [2, 3])]
      : [i32([1123, 2456]), i32([11, 112, 1123, 24, 245, 2456], [2, 3])]
    #expect(found[0].doubles() == expected[0].doubles())
    #expect(found[1].doubles() == expected[1].doubles())
  }

  @Test("a loop of no iterations gives its initial values and stacks nothing")
  func emptyLoop() throws {
    let builder = ProgramBuilder()
    let start = builder.input("start", .operand, ValueType(.float32, [2]))
    let results = builder.loop(tripCount: 0, axis: 0, captured: [], carried: [start], sliced: []) {
      _, carried, _ in ([carried[0] + carried[0]], carried)
    }
    builder.output("last", .result, results.carried[0])
    builder.output("all", .result, results.stacked[0])
    let found = try ReferenceEvaluator.evaluate(builder.finish(), inputs: [f32([1, 2])])
    #expect(found[0].doubles() == [1, 2])
    #expect(found[1].type == ValueType(.float32, [0, 2]))
  }

  @Test("a composite gives what its body gives")
  func composite() throws {
    let builder = ProgramBuilder()
    let x = builder.input("x", .operand, ValueType(.float32, [3]))
    let y = Value.composite("double", [x]) { [$0[0] + $0[0]] }
    builder.output("y", .result, y[0])
    let found = try ReferenceEvaluator.evaluate(builder.finish(), inputs: [f32([1, 2, 3])])
    #expect(found[0].doubles() == [2, 4, 6])
  }

  @Test("evaluation refuses inputs that are not the program's")
  func wrongInputs() throws {
    let builder = ProgramBuilder()
    let x = builder.input("x", .input, ValueType(.float32, [3]))
    builder.output("y", .output, x)
    let program = try builder.finish()
    let count = #expect(throws: EvaluationError.self) {
      try ReferenceEvaluator.evaluate(program, inputs: [])
    }
    #expect(count?.description == "inputs: found 0, expected 1")
    let type = #expect(throws: EvaluationError.self) {
      try ReferenceEvaluator.evaluate(program, inputs: [i32([1])])
    }
    #expect(type?.description == "input x: found i32[1], expected f32[3]")
    #expect(try ReferenceEvaluator.evaluateAll(program, inputs: [f32([1, 2, 3])]).count == 1)
  }
}
