import Foundation
import LayerTesting
import Layers
import Runtime
import Tensors
import Testing
import Weights

/// Verification notices what is put into programs on purpose, and says in which layer it is.
///
/// `WORKBENCH_FAULT_SEED=N` starts at another seed, `WORKBENCH_FAULT_ROUNDS=N` and
/// `WORKBENCH_FAULT_COUNT=N` try more of them, `WORKBENCH_FAULT_LAYER=Conv1D` looks at one layer.
@Suite struct SeededFaultTests {
  private static let environment = ProcessInfo.processInfo.environment

  private static func number(_ name: String, _ usual: Int) -> Int {
    environment[name].flatMap { Int($0) } ?? usual
  }

  private static let seed = number("WORKBENCH_FAULT_SEED", 1)
  private static let rounds = number("WORKBENCH_FAULT_ROUNDS", 1)
  private static let perCase = number("WORKBENCH_FAULT_COUNT", 6)
  private static let layers: [String] = LayerRegistry.builtIn.entries.filter(\.isAvailable)
    .map(\.table.message)
    .filter { name in environment["WORKBENCH_FAULT_LAYER"].map { $0 == name } ?? true }
    .filter { $0 != "EmbeddingTranspose" && $0 != "Lambda" }

  /// Tries one fault in the programs of steps, or in those of whole sequences.
  ///
  /// What changes gradients alone must be noticed, but need not be traced to the layer each time: see
  /// ``GradientFaultTests``.
  private func check(_ made: RandomCase, _ fault: SeededFault, _ place: FaultTrial.Place) throws {
    let trial = try FaultTrial(made, fault, in: place)
    guard let consequence = try trial.consequence() else { return }
    let report = try ContractVerifier().verify(trial.faulty, made.input, constants: made.constants)
    let what = "\(fault) in the \(place.rawValue); \(consequence)\n\(made.text)"
    let found = report.violations
    if found.isEmpty {
      Issue.record("not noticed: \(what)")
    } else if !consequence.hasPrefix("gradient"),
      !found.contains(where: { fault.isNamed(by: $0) })
    {
      let named = Set(found.map { "\($0.check.rawValue): \($0.path)" }).sorted()
      Issue.record("noticed in another layer, \(named): \(what)")
    }
  }

  private func tryFaults(_ made: RandomCase, seed: Int) throws {
    guard made.model.layer.supportsStep else { return }
    var draw = RandomDraw(seed: UInt64(seed))
    for place in [FaultTrial.Place.step, .layer] {
      let faults = try FaultTrial.faults(
        of: made.model, made.input, made.constants, in: place)
      for fault in draw.shuffled(faults).prefix(Self.perCase) { try check(made, fault, place) }
    }
  }

  @Test("faults in a layer are noticed", arguments: layers)
  func single(_ name: String) throws {
    let entry = try #require(LayerRegistry.builtIn.entry(message: name))
    for round in 0..<Self.rounds {
      var cases = RandomCases(seed: UInt64(Self.seed + round))
      guard let made = cases.single(entry) else { continue }
      try tryFaults(made, seed: Self.seed + round)
    }
  }

  private static let groups = environment["WORKBENCH_FAULT_LAYER"] == nil ? 30 : 0

  @Test("faults in a stack are noticed", arguments: 0..<groups)
  func stacks(_ group: Int) throws {
    for round in 0..<Self.rounds {
      let seed = Self.seed + 1000 * group + round
      var cases = RandomCases(seed: UInt64(seed))
      guard let made = cases.stack(depth: 2 + group % 5) else { continue }
      try tryFaults(made, seed: seed)
    }
  }

  /// A 0 in the place of an invalid integer is a number as any other.
  @Test("a selection left out of integer pooling is noticed", arguments: [true, false])
  func integers(_ isMax: Bool) throws {
    let layer: any SequenceLayer =
      isMax
      ? MaxPooling1D(poolSize: 3, padding: .reverseCausal)
      : MinPooling1D(poolSize: 3, padding: .reverseCausal)
    let numbers = (0..<36).map { Double($0 * 7 % 5 + 1) }
    let flags = (0..<18).map { $0 % 6 < 4 }
    let input = try SequenceTensor(
      values: Tensor(numbers, shape: [3, 6, 2]).converted(to: .int32),
      mask: Tensor(flags, shape: [3, 6]))
    let model = try Model(layer, input: input.channelSpec)
    for place in [FaultTrial.Place.step, .layer] {
      let faults = try FaultTrial.faults(of: model, input, [:], in: place)
        .filter { $0.kind == .missingSelect }
      #expect(!faults.isEmpty)
      for fault in faults {
        let trial = try FaultTrial(model, input, [:], fault, in: place, probes: true)
        let report = try ContractVerifier().verify(trial.faulty, input)
        #expect(!report.holds, "\(fault) in the \(place.rawValue)")
      }
    }
  }

  // MARK: - The original's numbers

  private static let folder: String = {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return tests.appending(path: "Fixtures/conformance").path(percentEncoded: false)
  }()
  private static let goldenNames = (try? ConformanceSet(folder: folder).names) ?? []

  /// A fault in step and layer alike is no contradiction: the original's numbers tell.
  @Test("faults in layer and step alike are noticed by conformance", arguments: goldenNames)
  func golden(_ name: String) throws {
    let golden = try GoldenCase(folder: Self.folder, name: name)
    guard let input = try golden.sequence("input"),
      // What is rounded coarsely, or is the original's own fault, hides faults.
      let output = try golden.tensor("output.values"),
      golden.facts["tolerance"]?["atol"]?.double ?? 0
        < 1e-4 * (1 + (output.realPart.doubles().map(abs).max() ?? 0)),
      try ConformanceRun.failures(of: golden).isEmpty, !ConformanceRun.isExcused(golden)
    else { return }
    let constants = try golden.constants()
    let model = try Model(
      golden.layer, input: input.channelSpec, constants: constants.specs, time: input.time)
    try model.load(try golden.weights())
    let faults = try FaultTrial.faults(of: model, input, constants, in: .layer)
    var draw = RandomDraw(seed: UInt64(Self.seed))
    for fault in draw.shuffled(faults).prefix(2) {
      let trial = try FaultTrial(model, input, constants, fault, in: .both, probes: false)
      let hasGradients = try golden.tensor("cotangent") != nil
      guard let consequence = try trial.consequence(gradients: hasGradients) else { continue }
      let failures = try ConformanceRun.failures(of: golden) { model in
        FaultTrial.seed(fault, into: model, .both)
      }
      #expect(!failures.isEmpty, "\(name): \(fault); \(consequence)")
    }
  }
}
