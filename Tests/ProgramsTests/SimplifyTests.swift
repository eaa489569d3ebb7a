import Programs
import RandomPrograms
import Tensors
import Testing

/// A program as text, and what the simplifier makes of it.
struct Simplification: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var before: String
  var after: String

  init(_ name: String, _ before: String, gives after: String) {
    testDescription = name
    self.before = before
    self.after = after
  }

  /// Compares without the lines of the inputs, which never change.
  func check(sourceLocation: SourceLocation = #_sourceLocation) throws {
    let program = try Program(parsing: before).verified()
    let simplified = program.simplified()
    #expect(simplified.verify().isEmpty, sourceLocation: sourceLocation)
    let text = simplified.text().split(separator: "\n").filter { !$0.hasPrefix("in ") }
    #expect(text.joined(separator: "\n") == after, sourceLocation: sourceLocation)
  }
}

@Suite("Simplify")
struct SimplifyTests {
  @Test("keeps every bit of random programs", arguments: RandomProgramTests.batches)
  func keepsBits(seeds: Range<UInt64>) throws {
    for seed in seeds {
      let drawn = RandomProgram(seed: seed)
      let simplified = drawn.program.simplified()
      #expect(simplified.verify().isEmpty, "seed \(seed)")
      let before = try ReferenceEvaluator.evaluate(drawn.program, inputs: drawn.inputs)
      let after = try ReferenceEvaluator.evaluate(simplified, inputs: drawn.inputs)
      #expect(zip(before, after).allSatisfy { $0.isClose(to: $1, tolerance: 0) }, "seed \(seed)")
      #expect(simplified.outputs.map(\.name) == drawn.program.outputs.map(\.name), "seed \(seed)")
    }
  }

  @Test("finds nothing more the second time", arguments: RandomProgramTests.batches.prefix(4))
  func idempotent(seeds: Range<UInt64>) {
    for seed in seeds {
      let once = RandomProgram(seed: seed).program.simplified()
      #expect(once.simplified().instructions.count <= once.instructions.count, "seed \(seed)")
    }
  }

  @Test("applies its rules", arguments: movements + constants + masks + loops)
  func appliesRule(_ example: Simplification) throws { try example.check() }

  @Test("leaves alone what could change a bit", arguments: untouched)
  func leavesAlone(_ text: String) throws {
    let lines = text.split(separator: "\n").filter { !$0.hasPrefix("in ") }
    try Simplification("", text, gives: lines.joined(separator: "\n")).check()
  }

  @Test("keeps the scope of the first of shared instructions")
  func scopes() throws {
    let program = try Program(
      parsing: """
        in %0 input "x" : f32[2]
        %1 = exp(%0) : f32[2]  @ a
        %2 = exp(%0) : f32[2]  @ b
        %3 = add(%1, %2) : f32[2]  @ b
        out %3 output "y"
        """)
    #expect(
      program.simplified().text() == """
        in %0 input "x" : f32[2]
        %1 = exp(%0) : f32[2]  @ a
        %2 = add(%1, %1) : f32[2]  @ b
        out %2 output "y"

        """)
  }

  private static let x = "in %0 input \"x\" : f32[2, 3]\n"

  static let movements: [Simplification] = [
    Simplification(
      "reshape back",
      x + "%1 = reshape(%0) : f32[6]\n%2 = reshape(%1) : f32[2, 3]\nout %2 output \"y\"",
      gives: "out %0 output \"y\""),
    Simplification(
      "transposes merge",
      "in %0 input \"x\" : f32[2, 3, 4]\n%1 = transpose(%0) permutation [1, 2, 0] : f32[3, 4, 2]\n"
        + "%2 = transpose(%1) permutation [0, 2, 1] : f32[3, 2, 4]\nout %2 output \"y\"",
      gives: "%1 = transpose(%0) permutation [1, 0, 2] : f32[3, 2, 4]\nout %1 output \"y\""),
    Simplification(
      "transpose of an axis of 1 is a reshape",
      "in %0 input \"x\" : f32[1, 3]\n%1 = transpose(%0) permutation [1, 0] : f32[3, 1]\n"
        + "out %1 output \"y\"",
      gives: "%1 = reshape(%0) : f32[3, 1]\nout %1 output \"y\""),
    Simplification(
      "broadcasts merge",
      "in %0 input \"x\" : f32[3]\n%1 = broadcast(%0) axes [1] : f32[2, 3]\n"
        + "%2 = broadcast(%1) axes [1, 2] : f32[4, 2, 3]\nout %2 output \"y\"",
      gives: "%1 = broadcast(%0) axes [2] : f32[4, 2, 3]\nout %1 output \"y\""),
    Simplification(
      "slices merge",
      "in %0 input \"x\" : f32[9]\n%1 = slice(%0) start [1] limit [9] stride [2] : f32[4]\n"
        + "%2 = slice(%1) start [1] limit [4] stride [2] : f32[2]\nout %2 output \"y\"",
      gives: "%1 = slice(%0) start [3] limit [8] stride [4] : f32[2]\nout %1 output \"y\""),
    Simplification(
      "slice of one operand of a concatenation",
      x + "in %1 input \"z\" : f32[2, 4]\n%2 = concatenate(%0, %1) axis 1 : f32[2, 7]\n"
        + "%3 = slice(%2) start [0, 3] limit [2, 7] : f32[2, 4]\nout %3 output \"y\"",
      gives: "out %1 output \"y\""),
    Simplification(
      "slice inside one operand of a concatenation",
      x + "in %1 input \"z\" : f32[2, 4]\n%2 = concatenate(%0, %1) axis 1 : f32[2, 7]\n"
        + "%3 = slice(%2) start [1, 4] limit [2, 6] : f32[1, 2]\nout %3 output \"y\"",
      gives: "%2 = slice(%1) start [1, 1] limit [2, 3] : f32[1, 2]\nout %2 output \"y\""),
    Simplification(
      "empty operands of a concatenation",
      x + "in %1 input \"z\" : f32[2, 0]\n%2 = concatenate(%1, %0, %1) axis 1 : f32[2, 3]\n"
        + "out %2 output \"y\"", gives: "out %0 output \"y\""),
    Simplification(
      "reverse twice",
      x + "%1 = reverse(%0) axes [0, 1] : f32[2, 3]\n%2 = reverse(%1) axes [1] : f32[2, 3]\n"
        + "out %2 output \"y\"",
      gives: "%1 = reverse(%0) axes [0] : f32[2, 3]\nout %1 output \"y\""),
    Simplification(
      "padding that only cuts",
      x + "%1 = constant() {0.0} : f32[]\n%2 = pad(%0, %1) low [0, -1] high [-1, 0] : f32[1, 2]\n"
        + "out %2 output \"y\"",
      gives: "%1 = slice(%0) start [0, 1] limit [1, 3] : f32[1, 2]\nout %1 output \"y\""),
  ]

  static let constants: [Simplification] = [
    Simplification(
      "integer arithmetic from iota",
      "%0 = iota() axis 0 : i32[4]\n%1 = constant() {10} : i32[]\n%2 = broadcast(%1) axes [] : i32[4]\n"
        + "%3 = mul(%0, %2) : i32[4]\nout %3 output \"y\"",
      gives: "%0 = constant() {0, 10, 20, 30} : i32[4]\nout %0 output \"y\""),
    Simplification(
      "equal elements become a scalar",
      "%0 = constant() all 2.0 : f32[2, 3]\n%1 = exp(%0) : f32[2, 3]\nout %1 output \"y\"",
      gives: "%0 = constant() {2.0} : f32[]\n%1 = exp(%0) : f32[]\n"
        + "%2 = broadcast(%1) axes [] : f32[2, 3]\nout %2 output \"y\""),
    Simplification(
      "conversions there and back",
      "in %0 input \"x\" : bf16[3]\n%1 = convert(%0) : f32[3]\n%2 = convert(%1) : bf16[3]\n"
        + "out %2 output \"y\"", gives: "out %0 output \"y\""),
    Simplification(
      "bitcasts merge",
      "in %0 input \"x\" : u32[3]\n%1 = bitcast(%0) : f32[3]\n%2 = bitcast(%1) : i32[3]\n"
        + "out %2 output \"y\"",
      gives: "%1 = bitcast(%0) : i32[3]\nout %1 output \"y\""),
    Simplification(
      "dynamic slice from a known start",
      x + "%1 = constant() {7} : i32[]\n%2 = dynamicSlice(%0, %1) axis 1 size 2 : f32[2, 2]\n"
        + "out %2 output \"y\"",
      gives: "%1 = slice(%0) start [0, 1] limit [2, 3] : f32[2, 2]\nout %1 output \"y\""),
    Simplification(
      "dead code", x + "%1 = exp(%0) : f32[2, 3]\nout %0 output \"y\"", gives: "out %0 output \"y\""
    ),
  ]

  private static let allTrue =
    x + "%1 = constant() all 1 : bool[2, 3]\nin %9 input \"m\" : bool[2, 3]\n"

  static let masks: [Simplification] = [
    Simplification(
      "select by a mask that is all true",
      allTrue
        + "%2 = exp(%0) : f32[2, 3]\n%3 = select(%1, %0, %2) : f32[2, 3]\nout %3 output \"y\"",
      gives: "out %0 output \"y\""),
    Simplification(
      "and with true", allTrue + "%2 = and(%9, %1) : bool[2, 3]\nout %2 output \"y\"",
      gives: "out %1 output \"y\""),
    Simplification(
      "or with true", allTrue + "%2 = or(%9, %1) : bool[2, 3]\nout %2 output \"y\"",
      gives:
        "%2 = constant() {1} : bool[]\n%3 = broadcast(%2) axes [] : bool[2, 3]\nout %3 output \"y\""
    ),
    Simplification(
      "masks that are moved, joined, cut and folded stay known",
      allTrue + "%2 = concatenate(%1, %1) axis 1 : bool[2, 6]\n"
        + "%3 = slice(%2) start [0, 1] limit [2, 5] : bool[2, 4]\n"
        + "%4 = transpose(%3) permutation [1, 0] : bool[4, 2]\n"
        + "%5 = reduce(%4) and axes [0] : bool[2]\n%6 = not(%5) : bool[2]\nout %6 output \"y\"",
      gives:
        "%2 = constant() {0} : bool[]\n%3 = broadcast(%2) axes [] : bool[2]\nout %3 output \"y\""),
    Simplification(
      "not not",
      "in %0 input \"m\" : bool[2]\n%1 = not(%0) : bool[2]\n%2 = not(%1) : bool[2]\n"
        + "out %2 output \"y\"", gives: "out %0 output \"y\""),
    Simplification(
      "select by not",
      x
        + "in %1 input \"m\" : bool[2, 3]\nin %2 input \"z\" : f32[2, 3]\n%3 = not(%1) : bool[2, 3]\n"
        + "%4 = select(%3, %0, %2) : f32[2, 3]\nout %4 output \"y\"",
      gives: "%3 = select(%1, %2, %0) : f32[2, 3]\nout %3 output \"y\""),
  ]

  static let loops: [Simplification] = [
    Simplification(
      "a loop of one iteration",
      """
      in %0 input "x" : f32[1, 3]
      in %1 state "h" : f32[3]
      %2, %3 = loop(%1, %0) trips 1 axis 0 captured 0 carried 1 : f32[3], f32[1, 3] {
        in %0 operand "h" : f32[3]
        in %1 operand "x" : f32[3]
        %2 = add(%0, %1) : f32[3]  @ rnn
        out %2 result "h"
        out %2 result "y"
      }
      out %3 output "y"
      out %2 state "h"
      """,
      gives: """
        %2 = reshape(%0) : f32[3]
        %3 = add(%1, %2) : f32[3]  @ rnn
        %4 = reshape(%3) : f32[1, 3]
        out %4 output "y"
        out %3 state "h"
        """),
    Simplification(
      "a known mask goes into the body and a known result comes out",
      """
      in %0 input "x" : f32[4, 3]
      in %1 state "h" : f32[3]
      %2 = constant() all 1 : bool[4, 3]
      %3, %4 = loop(%1, %0, %2) trips 4 axis 0 captured 0 carried 1 : f32[3], bool[4, 3] {
        in %0 operand "h" : f32[3]
        in %1 operand "x" : f32[3]
        in %2 operand "m" : bool[3]
        %3 = add(%0, %1) : f32[3]  @ rnn
        %4 = select(%2, %3, %0) : f32[3]  @ rnn
        out %4 result "h"
        out %2 result "m"
      }
      out %3 state "h"
      out %4 output "m"
      """,
      gives: """
        %2 = constant() {1} : bool[]
        %3 = broadcast(%2) axes [] : bool[4, 3]
        %4 = loop(%1, %0) trips 4 axis 0 captured 0 carried 1 : f32[3] {
          in %0 operand "h" : f32[3]
          in %1 operand "x" : f32[3]
          %2 = add(%0, %1) : f32[3]  @ rnn
          out %2 result "h"
        }
        out %4 state "h"
        out %3 output "m"
        """),
    Simplification(
      "a loop sheds what no output needs",
      """
      in %0 input "x" : f32[4]
      in %1 input "c" : f32[]
      in %2 input "unused" : f32[]
      %3, %4, %5, %6 = loop(%1, %2, %1, %2, %0, %0) trips 4 axis 0 captured 2 carried 2 : f32[], f32[], f32[4], f32[4] {
        in %0 operand "c" : f32[]
        in %1 operand "unused" : f32[]
        in %2 operand "h" : f32[]
        in %3 operand "g" : f32[]
        in %4 operand "x" : f32[]
        in %5 operand "z" : f32[]
        %6 = mul(%2, %4) : f32[]
        %7 = add(%6, %0) : f32[]
        %8 = add(%3, %1) : f32[]
        %9 = add(%8, %5) : f32[]
        out %7 result "h"
        out %9 result "g"
        out %6 result "s"
        out %9 result "t"
      }
      out %5 output "y"
      """,
      gives: """
        %3, %4 = loop(%1, %1, %0) trips 4 axis 0 captured 1 carried 1 : f32[], f32[4] {
          in %0 operand "c" : f32[]
          in %1 operand "h" : f32[]
          in %2 operand "x" : f32[]
          %3 = mul(%1, %2) : f32[]
          %4 = add(%3, %0) : f32[]
          out %4 result "h"
          out %3 result "s"
        }
        out %4 output "y"
        """),
  ]

  private static let zero =
    "%1 = constant() {0.0} : f32[]\n%2 = broadcast(%1) axes [] : f32[2, 3]\n"

  static let untouched: [String] = [
    x + zero + "%3 = add(%0, %2) : f32[2, 3]\nout %3 output \"y\"",
    x + zero + "%3 = mul(%0, %2) : f32[2, 3]\nout %3 output \"y\"",
    x + "%1 = sub(%0, %0) : f32[2, 3]\nout %1 output \"y\"",
    x + "%1 = neg(%0) : f32[2, 3]\n%2 = neg(%1) : f32[2, 3]\nout %2 output \"y\"",
    "in %0 input \"x\" : f32[1]\n%1 = reduce(%0) sum axes [0] : f32[]\nout %1 output \"y\"",
    "%0 = constant() {2.0} : f32[]\n%1 = exp(%0) : f32[]\nout %1 output \"y\"",
    x + "%1 = convert(%0) : bf16[2, 3]\n%2 = convert(%1) : f32[2, 3]\nout %2 output \"y\"",
    x + "%1 = stopGradient(%0) : f32[2, 3]\nout %1 output \"y\"",
  ]
}
