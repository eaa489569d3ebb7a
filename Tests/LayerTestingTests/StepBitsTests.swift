import Foundation
import LayerTesting
import Layers
import Runtime
import Tensors
import Testing

/// Steps give the bits of the whole sequence: every layer that can step, random configs, rows that end
/// early or have gaps, any blocks.
///
/// `WORKBENCH_CONTRACT_SEED`, `…_ROUNDS` and `…_LAYER` choose other and more cases, as for
/// `RandomContractTests`.
@Suite struct StepBitsTests {
  private static let environment = ProcessInfo.processInfo.environment

  private static func number(_ name: String, _ usual: Int) -> Int {
    environment["WORKBENCH_CONTRACT_" + name].flatMap { Int($0) } ?? usual
  }

  private static let firstSeed = number("SEED", 1)
  private static let rounds = number("ROUNDS", 24)
  private static let chosen = environment["WORKBENCH_CONTRACT_LAYER"]
  private static let stackGroups = chosen == nil ? 12 : 0

  /// Numbers of blocks, repeated.
  private func schedule(_ draw: inout RandomDraw) -> BlockSchedule {
    BlockSchedule((0...draw.below(4)).map { _ in 1 + draw.below(5) })
  }

  private func check(_ made: RandomCase, seed: Int) throws {
    let whole = try made.model.layer(made.input, constants: made.constants).y
    var draw = RandomDraw(seed: UInt64(seed))
    for schedule in [BlockSchedule(), schedule(&draw), schedule(&draw)] {
      let steps = try made.model.stepByStep(
        made.input, constants: made.constants, schedule: schedule
      ).y
      let time = max(whole.time, steps.time)
      let (a, b) = (whole.padded(by: time - whole.time), steps.padded(by: time - steps.time))
      let again = "again: WORKBENCH_CONTRACT_SEED=\(seed) WORKBENCH_CONTRACT_ROUNDS=1"
      let place = "blocks \(schedule.blocks)\n\(made.text)\n\(again)"
      let masks = a.mask.bitsEqual(b.mask)
      let values = a.maskedInvalid().values.bitsEqual(b.maskedInvalid().values)
      #expect(masks && values, "\(place)")
    }
  }

  @Test(
    "random configs of a layer step with the bits of the whole sequence",
    arguments: try TestedLayers.names(choosing: chosen, without: TestedLayers.wholeOnly))
  func configs(_ name: String) throws {
    let entry = try #require(LayerRegistry.builtIn.entry(message: name))
    var checked = 0
    // Configs that cannot step do not count.
    for seed in Self.firstSeed..<(Self.firstSeed + 4 * Self.rounds) where checked < Self.rounds {
      var cases = RandomCases(seed: UInt64(seed))
      let precision: DType = seed % 4 == 3 ? .bfloat16 : .float32
      guard let made = cases.single(entry, precision: precision), made.model.layer.supportsStep
      else { continue }
      try check(made, seed: seed)
      checked += 1
    }
    #expect(checked > 0, "no config of \(name) can step")
  }

  @Test("random stacks step with the bits of the whole sequence", arguments: 0..<stackGroups)
  func stacks(_ group: Int) throws {
    var checked = 0
    for round in 0..<Self.rounds {
      let seed = Self.firstSeed + 1000 * group + round
      var cases = RandomCases(seed: UInt64(seed))
      guard let made = cases.stack(depth: 2 + group % 5) else { continue }
      try check(made, seed: seed)
      checked += 1
    }
    #expect(checked > 0, "no stack was made")
  }

  /// Attentions whose windows lie anywhere in sequences that are summed in pieces.
  static let long: [any SequenceLayer] = [
    DotProductSelfAttention(numHeads: 1, unitsPerHead: 2, maxPastHorizon: 30),
    DotProductSelfAttention(
      numHeads: 1, unitsPerHead: 2, maxPastHorizon: 40, maxFutureHorizon: 3,
      numSinkEmbeddings: 2, sinkEmbeddingsInit: .normal(stddev: 1)),
    LocalDotProductSelfAttention(
      numHeads: 1, unitsPerHead: 2, blockSize: 64, maxPastHorizon: 64, useSinkScalars: true),
    DotProductSelfAttention(numHeads: 1, unitsPerHead: 2, maxPastHorizon: 4150),
    DotProductSelfAttention(
      numHeads: 1, unitsPerHead: 2, maxPastHorizon: 4150, maxFutureHorizon: 2,
      numSinkEmbeddings: 2, sinkEmbeddingsInit: .normal(stddev: 1)),
    DotProductSelfAttention(
      numHeads: 1, unitsPerHead: 2, maxPastHorizon: 12_500, useSinkScalars: true),
    DotProductSelfAttention(
      numHeads: 1, unitsPerHead: 2, maxPastHorizon: 4500, computeDtype: .bfloat16),
    DotProductSelfAttention(
      numHeads: 1, unitsPerHead: 2, maxPastHorizon: 8300,
      relativePositionEmbedding: .t5RelativePositionEmbedding(
        T5RelativePositionEmbedding(numBuckets: 4, numHeads: 1, bidirectional: false))),
  ]

  @Test(
    "attention over more timesteps than one sum has steps with the bits of the whole sequence",
    arguments: long.indices)
  func longSequences(_ index: Int) throws {
    let model = try Model(Self.long[index], input: ChannelSpec([2]), seed: 3)
    let time = 4220
    var stream = RandomStream(seed: 4)
    let values = (0..<(2 * time * 2)).map { _ in Float(stream.normal()) }
    let valid = (0..<(2 * time)).map { $0 < time ? $0 % 7 != 3 : $0 - time < time - 40 }
    let x = try SequenceTensor(
      values: Tensor(values, shape: [2, time, 2]), mask: Tensor(valid, shape: [2, time]))
    let whole = try model.layer(x).y
    let steps = try model.stepByStep(x, schedule: BlockSchedule([4120, 1, 30, 2])).y
    let same = steps.timesteps(0..<time)
    #expect(same.mask.bitsEqual(whole.mask))
    #expect(same.maskedInvalid().values.bitsEqual(whole.maskedInvalid().values))
    // A row that ends early, without those that make it longer.
    let end = time - 40
    let alone = try model.layer(x.rows([1]).timesteps(0..<end)).y
    let padded = whole.rows([1]).timesteps(0..<end)
    #expect(alone.maskedInvalid().values.bitsEqual(padded.maskedInvalid().values))
  }
}
