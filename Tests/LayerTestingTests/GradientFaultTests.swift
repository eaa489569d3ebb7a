import Foundation
import LayerTesting
import Layers
import Testing

/// Of faults that change gradients alone, verification names the right layer nearly always.
///
/// `WORKBENCH_FAULT_SEED=N` starts at another seed, `WORKBENCH_FAULT_ROUNDS=N` tries more of them.
@Suite struct GradientFaultTests {
  private static func number(_ name: String, _ usual: Int) -> Int {
    ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? usual
  }

  @Test("the layer of a wrong gradient is named in 97 of 100 stacks")
  func share() throws {
    var (all, missed) = (0, [String]())
    let first = Self.number("WORKBENCH_FAULT_SEED", 1)
    for seed in first..<(first + 24 * Self.number("WORKBENCH_FAULT_ROUNDS", 1)) {
      var cases = RandomCases(seed: UInt64(7000 + seed))
      guard let made = cases.stack(depth: 2 + seed % 5) else { continue }
      var draw = RandomDraw(seed: UInt64(seed))
      for place in [FaultTrial.Place.step, .layer] {
        let faults = try FaultTrial.faults(of: made.model, made.input, made.constants, in: place)
          .filter { [.stoppedGradient, .missingSelect, .multipliedMask].contains($0.kind) }
        for fault in draw.shuffled(faults).prefix(4) {
          let trial = try FaultTrial(made, fault, in: place)
          guard let consequence = try trial.consequence(), consequence.hasPrefix("gradient") else {
            continue
          }
          all += 1
          let report = try ContractVerifier().verify(
            trial.faulty, made.input, constants: made.constants)
          guard !report.violations.contains(where: { fault.isNamed(by: $0) }) else { continue }
          let named = Set(report.violations.map { "\($0.check.rawValue): \($0.path)" }).sorted()
          missed.append("\(fault) in the \(place.rawValue), named \(named)\n\(made.text)")
        }
      }
    }
    #expect(all > 20)
    #expect(missed.count * 100 <= all * 3, "\(missed.count) of \(all) missed: \(missed)")
  }
}

extension SeededFault {
  /// Whether a violation names its layer, or one inside it that it gives a wrong input.
  func isNamed(by violation: ContractViolation) -> Bool {
    let path = violation.path
    return layer.isEmpty || path == layer || path.hasPrefix(layer + "/")
      || path.hasPrefix(layer + "[")
  }
}
