import Foundation
import LayerTesting
import Layers
import Testing

/// Verification finds nothing wrong in deep stacks of self attention and other layers on ragged rows.
///
/// `WORKBENCH_DEEP_STACKS=N` verifies so many of them, `WORKBENCH_DEEP_SEED=N` starts at another seed.
@Suite struct DeepStackTests {
  private static func number(_ name: String, _ usual: Int) -> Int {
    ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? usual
  }

  private static let count = number("WORKBENCH_DEEP_STACKS", 300)
  private static let firstSeed = number("WORKBENCH_DEEP_SEED", 1)

  @Test("deep stacks on ragged rows keep the contract", arguments: 0..<20)
  func noAlarm(_ group: Int) throws {
    var verified = 0
    for index in stride(from: group, to: Self.count, by: 20) {
      let seed = Self.firstSeed + index
      var cases = RandomCases(seed: UInt64(seed))
      guard let made = cases.deepStack(depth: 4 + index % 9) else { continue }
      verified += 1
      let again = "WORKBENCH_DEEP_SEED=\(seed) WORKBENCH_DEEP_STACKS=1"
      do {
        let report = try ContractVerifier().verify(
          made.model, made.input, constants: made.constants)
        for violation in report.violations {
          Issue.record("\(violation)\n\(made.text)\nagain: \(again)")
        }
      } catch {
        Issue.record("\(error)\n\(made.text)\nagain: \(again)")
      }
    }
    #expect(verified > 0 || Self.count < 20)
  }
}
