import Execution
import Programs
import Testing

/// Schedules that no pass may leave behind, and texts that are none.
@Suite("What is wrong with a schedule is named")
struct ScheduleVerifyTests {
  private static let whole = """
    %0: input 0 "x" f32[4, 8]
    %1: packed 0 "w" k 8 n 16 steps [16, 1] f32[128]
    %2: parameter 1 "b" f32[16]
    main live %4 {
      %3: f32[4, 8] = elementwise(%0) over [4, 8] {
        t0 = tanh(x0) f32
        give [0]
      }
      %4: f32[4, 16] = contraction(%3, %1) m 4 n 16 k 8 a [8, 1] b [16, 1] c 16 packed bias %2 as f32[4, 16] strides [0, 1]
    }
    value 4 = %4
    memory 384 {
      %3 0
      %4 128
    }

    """

  /// What is changed in the whole, and a part of what is found.
  struct Fault: CustomTestStringConvertible, Sendable {
    var old: String
    var new: String
    var finding: String
    var testDescription: String { "\(old) becomes \(new)" }
  }

  static let faults: [Fault] = [
    Fault(old: "(%3, %1) m", new: "(%4, %1) m", finding: "read before it is written"),
    Fault(old: "%3: f32[4, 8] =", new: "%0 =", finding: "not the plan's to write"),
    Fault(old: "t0 = tanh(x0)", new: "t0 = tanh(x1)", finding: "inputs and earlier steps"),
    Fault(old: "t0 = tanh(x0)", new: "t0 = tanh(t0)", finding: "inputs and earlier steps"),
    Fault(old: "t0 = tanh(x0) f32", new: "t0 = shl(x0, x0) f32", finding: "a function of"),
    Fault(old: "give [0]", new: "give [1]", finding: "results that are steps"),
    Fault(old: "over [4, 8]", new: "over [8, 4]", finding: "operands over [8, 4]"),
    Fault(old: "m 4 n 16", new: "m 5 n 16", finding: "a to hold the last row"),
    Fault(old: "c 16", new: "c 64", finding: "c to hold the last row"),
    Fault(old: "strides [0, 1]\n", new: "strides [1, 1]\n", finding: "a bias of 16 columns"),
    Fault(old: "bias %2 as f32[4, 16]", new: "bias %2 as f32[4, 99]", finding: "reaches"),
    Fault(old: "%4 128", new: "%4 64", finding: "alive in the same memory"),
    Fault(old: "%4 128", new: "%4 192", finding: "ends outside its arena"),
    Fault(old: "bias %2", new: "keepsUnmasked bias %2", finding: "expected 2 results"),
  ]

  @Test("each fault is found", arguments: faults)
  func found(_ fault: Fault) throws {
    let text = Self.whole.replacing(fault.old, with: fault.new, maxReplacements: 1)
    #expect(text != Self.whole)
    let sentences = try Schedule(parsing: text).verify()
    #expect(sentences.contains { $0.contains(fault.finding) }, "\(sentences)")
  }

  @Test("the whole has none, and is read back")
  func none() throws {
    let schedule = try Schedule(parsing: Self.whole)
    #expect(schedule.verify().isEmpty, "\(schedule.verify())")
    #expect(schedule.text() == Self.whole)
  }

  @Test(
    "texts that are no schedules are refused with the line",
    arguments: [
      ("= contraction(", "= contortion(", "line 9: found contortion"),
      ("m 4", "", "line 9: found attributes without it, expected m and a number"),
      ("%2 as", "%7 as", "line 9: found %7, expected a buffer that is declared"),
      ("tanh(", "tan(", "line 6: found tan, expected an elementwise function"),
      ("give", "take", "line 7: found take, expected t1"),
      ("value 4", "worth 4", "line 11: found worth"),
    ])
  func refused(old: String, new: String, message: String) {
    let text = Self.whole.replacing(old, with: new, maxReplacements: 1)
    let error = #expect(throws: ProgramTextError.self) { try Schedule(parsing: text) }
    #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
  }
}
