import Execution
import Programs
import Tensors
import Testing

@Suite("Random programs run the same in every plan")
struct RandomProgramTests {
  /// Fifty seeds a case; fewer cases in debug builds, which are slow.
  static var batches: [Range<UInt64>] {
    #if DEBUG
      let count: UInt64 = 6
    #else
      let count: UInt64 = 40
    #endif
    return (0..<count).map { $0 * 50..<($0 + 1) * 50 }
  }

  @Test("fast, observed and debug plans give the same bits, run after run", arguments: batches)
  func plans(seeds: Range<UInt64>) {
    for seed in seeds {
      let drawn = RandomProgram(seed: seed)
      let debug = run(drawn.program, .debug, drawn.inputs, runs: 3)
      for kind in [PlanKind.fast, someObserved(drawn.program)] {
        let found = run(drawn.program, kind, drawn.inputs, runs: 3)
        for turn in 0..<3 {
          for (index, pair) in zip(found[turn], debug[turn]).enumerated() {
            #expect(
              sameBits(pair.0, pair.1), "seed \(seed), run \(turn), result \(index), \(kind)")
          }
        }
      }
    }
  }

  /// Seeds whose programs still come out otherwise than in the reference evaluator, for a reason
  /// that is not found yet.
  ///
  /// The test fails when one of them comes right, so that it leaves this list.
  private static let openSeeds: Set<UInt64> = [629, 885, 1167, 1575]

  @Test("exact programs give the reference evaluator's bits", arguments: batches)
  func exact(seeds: Range<UInt64>) throws {
    for seed in seeds {
      if Self.openSeeds.contains(seed) {
        withKnownIssue("seed \(seed): executor and reference evaluator differ") {
          try checkExact(seed)
        }
      } else {
        try checkExact(seed)
      }
    }
  }

  private func checkExact(_ seed: UInt64) throws {
    let drawn = RandomProgram(seed: seed, options: .init(isExact: true))
    let expected = try ReferenceEvaluator.evaluate(drawn.program, inputs: drawn.inputs)
    let found = run(drawn.program, .fast, drawn.inputs)[0]
    for (index, pair) in zip(found, expected).enumerated() {
      #expect(sameBits(pair.0, pair.1), "seed \(seed), output \(index)")
    }
  }
}
