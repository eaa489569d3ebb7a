import Execution
import Programs
import RandomPrograms
import Tensors
import Testing

@Suite("Schedules behind every pass")
struct ScheduleTests {
  /// Programs of every kind of scheduled operation.
  static let cases: [ProgramCase] =
    EpilogueTests.cases.map(\.item) + RowTileTests.cases + OpTests.others + OpTests.contractions
    + OpTests.transforms + OpTests.loops + CompositeTests.softmaxes + CompositeTests.norms
    + CompositeTests.cells + CompositeTests.attentions + ActivationTests.cases

  private static let kinds: [(PlanKind, PlanLimits)] = [
    (.fast, PlanLimits()), (.fast, .tiny), (.debug, PlanLimits()),
  ]

  /// Checks the schedule behind every pass, and that its text is read back the same.
  private func check(_ program: Program, _ name: String) throws {
    for (kind, limits) in Self.kinds {
      var options = PlanOptions(kind: kind)
      options.limits = limits
      var passes: [(String, Schedule)] = []
      _ = PassPipeline.schedule(
        program, options, observe: { passes.append(($0, $1)) }
      ) { () throws(Never) in }
      #expect(passes.map(\.0).last == PassPipeline.descriptions.last?.name)
      for (pass, schedule) in passes {
        let faults = schedule.verify()
        #expect(faults.isEmpty, "\(name), \(kind), behind \(pass): \(faults)")
        let text = schedule.text()
        let read = try Schedule(parsing: text)
        #expect(read.text() == text, "\(name), \(kind), behind \(pass)")
      }
    }
  }

  @Test("are well formed, and their text is read back the same", arguments: cases)
  func operations(item: ProgramCase) throws {
    var program = item.program
    for index in program.inputs.indices where index % 2 == 1 {
      program.inputs[index].role = .parameter
    }
    try check(program, item.name)
  }

  @Test("are well formed for random programs with state", arguments: [0..<20, 20..<40, 40..<60])
  func random(seeds: Range<UInt64>) throws {
    for seed in seeds { try check(RandomProgram(seed: seed).program, "seed \(seed)") }
  }

  @Test("run with the same bits when they were read from text", arguments: [1, 3, 5, 7, 11, 13])
  func readBack(seed: UInt64) throws {
    let drawn = RandomProgram(seed: seed)
    let expected = try run(drawn.program, .fast, drawn.inputs)
    for last in PassPipeline.descriptions.map(\.name) {
      let half = PassPipeline.schedule(drawn.program, upTo: last) { () throws(Never) in }
      var schedule = try Schedule(parsing: half.text())
      for pass in PassPipeline.descriptions.map(\.name).drop(while: { $0 != last }).dropFirst() {
        #expect(PassPipeline.run(pass, on: &schedule))
      }
      let found = try run(Plan(drawn.program, PlanOptions(), schedule), drawn.inputs)
      for (found, wanted) in zip(found.joined(), expected.joined()) {
        #expect(sameBits(found, wanted), "read behind \(last)")
      }
    }
  }
}
