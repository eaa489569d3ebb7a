import Foundation
import LayerTesting
import Layers
import Testing

/// Random configs of every layer, and random stacks, keep the contract.
///
/// `WORKBENCH_CONTRACT_SEED=N` starts at another seed, `WORKBENCH_CONTRACT_ROUNDS=N` runs more of them,
/// `WORKBENCH_CONTRACT_LAYER=Conv1D` looks at one layer. A failure prints the config and the line that
/// repeats it.
@Suite struct RandomContractTests {
  private static let environment = ProcessInfo.processInfo.environment

  private static func number(_ name: String, _ usual: Int) -> Int {
    environment[name].flatMap { Int($0) } ?? usual
  }

  private static let firstSeed = number("WORKBENCH_CONTRACT_SEED", 1)
  private static let rounds = number("WORKBENCH_CONTRACT_ROUNDS", 12)
  private static let chosen = environment["WORKBENCH_CONTRACT_LAYER"]

  private func verify(
    _ made: RandomCase, _ settings: ContractVerifier, again: String
  ) {
    do {
      let report = try settings.verify(made.model, made.input, constants: made.constants)
      for violation in report.violations {
        Issue.record("\(violation)\n\(made.text)\nagain: \(again)")
      }
    } catch let error as LayerError where error.code == .invalidInput {
      // A legal refusal of the longer or shorter input that a check has made of the accepted one.
    } catch {
      Issue.record("\(error)\n\(made.text)\nagain: \(again)")
    }
  }

  @Test(
    "random configs of a layer keep the contract",
    arguments: try TestedLayers.names(choosing: chosen))
  func configs(_ name: String) throws {
    let entry = try #require(LayerRegistry.builtIn.entry(message: name))
    let settings = ContractVerifier()
    for round in 0..<Self.rounds {
      let seed = Self.firstSeed + round
      var cases = RandomCases(seed: UInt64(seed))
      guard let made = cases.single(entry) else {
        Issue.record("no config of \(name) was accepted with seed \(seed)")
        continue
      }
      verify(
        made, settings,
        again: "WORKBENCH_CONTRACT_LAYER=\(name) WORKBENCH_CONTRACT_SEED=\(seed) "
          + "WORKBENCH_CONTRACT_ROUNDS=1 swift test -c release --filter RandomContractTests")
    }
  }

  private static let stackGroups = chosen == nil ? 20 : 0

  @Test("random stacks keep the contract", arguments: 0..<stackGroups)
  func stacks(_ group: Int) {
    var settings = ContractVerifier()
    settings.relativeTolerance = 1e-4
    settings.absoluteTolerance = 1e-5
    var made = 0
    defer { #expect(made > 0, "no stack was made") }
    for round in 0..<Self.rounds {
      let seed = Self.firstSeed + 1000 * group + round
      var cases = RandomCases(seed: UInt64(seed))
      guard let stack = cases.stack(depth: 2 + group % 5) else { continue }
      made += 1
      verify(
        stack, settings,
        again: "WORKBENCH_CONTRACT_SEED=\(seed) WORKBENCH_CONTRACT_ROUNDS=1 "
          + "swift test -c release --filter RandomContractTests")
    }
  }
}
