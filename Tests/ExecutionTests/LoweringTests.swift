import Execution
import Programs
import Testing

/// The first pass, programs in and schedules out, as text.
@Suite("Lowering")
struct LoweringTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var program: String
    var schedule: String
  }

  static let cases: [Case] = [
    Case(
      testDescription: "movements are views, weights are packed",
      program: """
        in %0 input "x" : f32[2, 3, 8]
        in %1 parameter "w" : f32[8, 16]
        %2 = transpose(%0) permutation [1, 0, 2] : f32[3, 2, 8]
        %3 = dot(%2, %1) contracting [2]·[0] : f32[3, 2, 16]
        out %3 output "y"

        """,
      schedule: """
        %0: input 0 "x" f32[2, 3, 8]
        %2: packed 0 "w" k 8 n 16 steps [16, 1] f32[128]
        main live %3 {
          %3: f32[3, 2, 16] = contraction(%0 as f32[3, 2, 8] strides [8, 24, 1], %2) m 2 n 16 k 8 a [24, 1] b [16, 1] c 16 batch [0, 0, 0, 8, 0, 32, 16, 0, 64] packed
        }
        value 3 = %3

        """),
    Case(
      testDescription: "what a step appends to a window is copied behind it",
      program: """
        in %0 input "x" : f32[1, 1, 4]
        in %1 state window axis 1 length 2 "buffer" : f32[1, 2, 4]
        %2 = concatenate(%1, %0) axis 1 : f32[1, 3, 4]
        %3 = reduce(%2) sum axes [1] : f32[1, 4]
        %4 = slice(%2) start [0, 1, 0] limit [1, 3, 4] : f32[1, 2, 4]
        out %3 output "y"
        out %4 state "buffer"

        """,
      schedule: """
        %0: input 0 "x" f32[1, 1, 4]
        %1: window 0 "buffer" f32[1, 10, 4]
        main live %1, %2 {
          %1 as f32[1, 1, 4] at 8 strides [40, 4, 1] = copy(%0)
          %2: f32[1, 4] = generic reduce(%1 as f32[1, 3, 4] strides [40, 4, 1]) sum axes [1]
        }
        state 0 advance 1
        value 3 = %2
        value 4 = %1 as f32[1, 2, 4] at 4 strides [40, 4, 1]

        """),
    Case(
      testDescription: "a loop has a body of its own, whose slots are set before each iteration",
      program: """
        in %0 input "x" : f32[5, 4]
        in %1 state "h" : f32[4]
        %2, %3 = loop(%1, %0) trips 5 axis 0 captured 0 carried 1 : f32[4], f32[5, 4] {
          in %0 operand "h" : f32[4]
          in %1 operand "x" : f32[4]
          %2 = add(%0, %1) : f32[4]
          %3 = tanh(%2) : f32[4]
          out %3 result "h"
          out %2 result "sum"
        }
        out %3 output "y"
        out %2 state "h"

        """,
      schedule: """
        %0: input 0 "x" f32[5, 4]
        %1: oldState 0 "h" f32[4]
        main live %6, %7 {
          %6: f32[5, 4], %7: newState 0 "h" f32[4], %8: f32[4] = loop(%1, %0) trips 5 {
            slice %3: slot f32[4] of %0 as f32[4] step 16
            carry %2: slot f32[4] from %1 to %5: slot f32[4] memory %7 %8
            stack %4: slot f32[4] in %6 as f32[4] step 16
            %4 = elementwise(%2, %3) over [4] {
              t0 = add(x0, x1) f32
              give [0]
            }
            %5 = elementwise(%4) over [4] {
              t0 = tanh(x0) f32
              give [0]
            }
          }
        }
        state 0 flip
        value 2 = %7
        value 3 = %6

        """),
  ]

  @Test("gives the expected schedule", arguments: cases)
  func lowers(test: Case) throws {
    let program = try Program(parsing: test.program)
    #expect(program.verify().isEmpty)
    let schedule = PassPipeline.schedule(program, upTo: "lower") { () throws(Never) in }
    #expect(schedule.verify().isEmpty)
    #expect(schedule.text() == test.schedule)
  }
}
