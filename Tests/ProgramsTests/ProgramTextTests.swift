import Programs
import RandomPrograms
import Tensors
import Testing

/// A text that is not a program, and the message about it.
struct TextMistake: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var text: String
  var wording: String

  init(_ text: String, _ wording: String) {
    testDescription = text
    self.text = text
    self.wording = wording
  }
}

@Suite("Printed programs")
struct ProgramTextTests {
  @Test("are stable and readable")
  func golden() throws {
    let builder = ProgramBuilder()
    let x = builder.input("x", .input, ValueType(.float32, [1, 2, 3]))
    let kernel = builder.input("dense/kernel", .parameter, ValueType(.float32, [3, 4]))
    let past = builder.input(
      "past", .state(.window(axis: 1, length: 1)), ValueType(.float32, [1, 1, 3]))
    let joined = builder.scoped("conv") { Value.concatenate([past, x], axis: 1) }
    let y = builder.scoped("dense") { x.matmul(kernel).adding(0.1) }
    let table = builder.constant(Tensor((0..<20).map { Int32($0) }))
    let norm = builder.scoped("dense") {
      Value.composite("norm", attributes: ["epsilon": .double(1e-6), "axes": .ints([2])], [y]) {
        [$0[0].reduced(.sum, axes: [2])]
      }
    }
    builder.output("y", .output, norm[0])
    builder.output("past", .state, joined.sliced(axis: 1, from: 2, to: 3))
    builder.output("table", .tap, table)
    let program = try builder.finish()
    let expected = """
      in %0 input "x" : f32[1, 2, 3]
      in %1 parameter "dense/kernel" : f32[3, 4]
      in %2 state window axis 1 length 1 "past" : f32[1, 1, 3]
      %3 = concatenate(%2, %0) axis 1 : f32[1, 3, 3]  @ conv
      %4 = dot(%0, %1) contracting [2]·[0] : f32[1, 2, 4]  @ dense
      %5 = constant() {0.1} : f32[]  @ dense
      %6 = broadcast(%5) axes [] : f32[1, 2, 4]  @ dense
      %7 = add(%4, %6) : f32[1, 2, 4]  @ dense
      %8 = constant() elided xc8e8e825 : i32[20]
      %9 = composite "norm"(%7) "axes" = [2] "epsilon" = 1e-06 : f32[1, 2]  @ dense {
        in %0 operand "x0" : f32[1, 2, 4]
        %1 = reduce(%0) sum axes [2] : f32[1, 2]  @ dense
        out %1 result "y0"
      }
      %10 = slice(%3) start [0, 2, 0] limit [1, 3, 3] : f32[1, 1, 3]
      out %9 output "y"
      out %10 state "past"
      out %8 tap "table"

      """
    #expect(program.description == expected)
  }

  @Test("read back as the same program", arguments: RandomProgramTests.batches)
  func roundTrip(seeds: Range<UInt64>) throws {
    for seed in seeds {
      let drawn = RandomProgram(seed: seed)
      let text = drawn.program.text()
      let parsed = try Program(parsing: text)
      #expect(parsed.text() == text, "seed \(seed)")
      #expect(parsed.verify().isEmpty, "seed \(seed)")
      let first = try ReferenceEvaluator.evaluate(drawn.program, inputs: drawn.inputs)
      let second = try ReferenceEvaluator.evaluate(parsed, inputs: drawn.inputs)
      #expect(zip(first, second).allSatisfy { $0.isClose(to: $1, tolerance: 0) }, "seed \(seed)")
    }
  }

  @Test("keep names that need quoting")
  func quoting() throws {
    let builder = ProgramBuilder()
    let x = builder.input("a \"b\" \\ c\nd", .input, ValueType(.float32, []))
    let y = builder.scoped("two words {") { x + x }
    builder.output("", .output, y)
    let program = try builder.finish()
    let parsed = try Program(parsing: program.text())
    #expect(parsed.inputs[0].name == program.inputs[0].name)
    #expect(parsed.scopes == program.scopes)
    #expect(parsed.text() == program.text())
  }

  @Test("that cannot be read are explained", arguments: mistakes)
  func wording(_ mistake: TextMistake) {
    let error = #expect(throws: ProgramTextError.self) { try Program(parsing: mistake.text) }
    #expect(error?.description == mistake.wording)
  }

  static let mistakes: [TextMistake] = [
    TextMistake("hello", "line 1: found hello, expected in, out or %n ="),
    TextMistake("}", "line 1: found }, expected in, out or %n ="),
    TextMistake("in %0 input x : f32[]", "line 1: found x, expected a name in quotes"),
    TextMistake(
      "in %0 input \"x : f32[]", "line 1: found a string without end, expected a closing \""),
    TextMistake(
      "in %0 imput \"x\" : f32[]",
      "line 1: found imput, expected one of input, constant, parameter, variable, state, seed, "
        + "operand; did you mean input?"),
    TextMistake(
      "in %0 input \"x\" : float[]",
      "line 1: found float, expected one of f32, f64, bf16, f16, i8, i16, i32, i64, u8, u32, bool, c64"
    ),
    TextMistake(
      "in %0 input \"x\" : f32[9999999999, 9999999999]",
      "line 1: found [9999999999, 9999999999], expected extents that a tensor can have"),
    TextMistake(
      "%9999999 = neg(%0) : f32[]", "line 1: found %9999999, expected a value number such as %12"),
    TextMistake("\n%1 = iota() : i32[3]", "line 2: found no axis, expected axis and a number"),
    TextMistake("%1 = constant() {1, 2} : f32[3]", "line 1: found 2 elements, expected 3"),
    TextMistake(
      "%1 = constant() {one} : f32[1]", "line 1: found one, expected a number of float32"),
    TextMistake(
      "%1 = constant() elided x0a0b0c0d : f32[99]",
      "line 1: found the elided constant x0a0b0c0d, expected all its elements: print without eliding"
    ),
    TextMistake(
      "%1 = sort(%0) axis 0 : f32[3], i32[3]", "line 1: found 2 types, expected 1, one a result"),
    TextMistake(
      "%1 = gather(%0, %0) axis 0 : f32[3]",
      "line 1: found no rule for indices outside, expected clamp, nan or zero"),
    TextMistake(
      "%1 = reduce(%0) mean axes [0] : f32[]",
      "line 1: found no kind of fold, expected one of sum, prod, max, min, and, or"),
    TextMistake(
      "%1 = dot(%0, %0) contracting [1] : f32[]",
      "line 1: found no contracting, expected contracting and two lists, as in [2]·[0]"),
    TextMistake(
      "%1 = loop() trips 1 axis 0 captured 0 carried 0 : f32[]",
      "line 1: found no body, expected a body in braces"),
    TextMistake("%1 = composite \"x\"() : f32[] {", "line 1: found the end, expected }"),
  ]

  @Test("suggest the nearest op")
  func suggestion() {
    let error = #expect(throws: ProgramTextError.self) {
      try Program(parsing: "%1 = concatenat(%0) axis 0 : f32[]")
    }
    #expect(error?.suggestion == "did you mean concatenate?")
  }
}
