import Execution
import Foundation
import Programs
import RandomPrograms
import Tensors
import Testing

@Suite("Random programs run the same in every plan")
struct RandomProgramTests {
  /// Fifty seeds a case; fewer cases in debug builds, which are slow.
  ///
  /// `WORKBENCH_RANDOM_CASES` asks for another number of cases.
  static var batches: [Range<UInt64>] {
    #if DEBUG
      let usual: UInt64 = 6
    #else
      let usual: UInt64 = 40
    #endif
    let asked = ProcessInfo.processInfo.environment["WORKBENCH_RANDOM_CASES"].flatMap(UInt64.init)
    let count = asked ?? usual
    return (0..<count).map { $0 * 50..<($0 + 1) * 50 }
  }

  @Test("fast, observed and debug plans give the same bits, run after run", arguments: batches)
  func plans(seeds: Range<UInt64>) throws {
    for seed in seeds {
      let drawn = RandomProgram(seed: seed)
      let debug = try run(drawn.program, .debug, drawn.inputs, runs: 3)
      let observed = someObserved(drawn.program)
      let plans: [(PlanKind, PlanLimits)] = [
        (.fast, PlanLimits()), (observed, PlanLimits()), (.fast, .tiny), (observed, .tiny),
      ]
      for (kind, limits) in plans {
        let found = try run(drawn.program, kind, drawn.inputs, runs: 3, limits: limits)
        for turn in 0..<3 {
          for (index, pair) in zip(found[turn], debug[turn]).enumerated() {
            #expect(
              sameBits(pair.0, pair.1),
              "seed \(seed), run \(turn), result \(index), \(kind), \(limits)")
          }
        }
      }
    }
  }

  @Test("exact programs give the reference evaluator's bits", arguments: batches)
  func exact(seeds: Range<UInt64>) throws {
    for seed in seeds {
      let drawn = RandomProgram(seed: seed, options: .init(isExact: true))
      let expected = try ReferenceEvaluator.evaluate(drawn.program, inputs: drawn.inputs)
      let found = try run(drawn.program, .fast, drawn.inputs)[0]
      for (index, pair) in zip(found, expected).enumerated() {
        #expect(sameBits(pair.0, pair.1), "seed \(seed), output \(index)")
      }
    }
  }
}
