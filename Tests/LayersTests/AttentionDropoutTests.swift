import Layers
import Runtime
import Tensors
import Testing

@Suite struct AttentionDropoutTests {
  static let layers: [AttentionCase] = [
    .init(
      "past and future",
      DotProductSelfAttention(
        numHeads: 2, unitsPerHead: 3, maxPastHorizon: 3, maxFutureHorizon: 2,
        attentionProbabilitiesDropoutRate: 0.4), time: 37, training: true),
    .init(
      "horizons longer than the sequence",
      DotProductSelfAttention(
        numHeads: 2, unitsPerHead: 3, maxPastHorizon: 30, maxFutureHorizon: 2,
        attentionProbabilitiesDropoutRate: 0.4), training: true),
    .init(
      "shared by queries",
      DotProductSelfAttention(
        numHeads: 2, unitsPerHead: 3, maxPastHorizon: 3, maxFutureHorizon: 2,
        attentionProbabilitiesDropoutRate: 0.4, broadcastDropoutAcrossQueries: true),
      time: 37, training: true),
    .init(
      "with sinks, shared by queries",
      DotProductSelfAttention(
        numHeads: 2, unitsPerHead: 3, maxPastHorizon: 3,
        attentionProbabilitiesDropoutRate: 0.4, broadcastDropoutAcrossQueries: true,
        numSinkEmbeddings: 2), training: true),
    .init(
      "with sinks",
      DotProductSelfAttention(
        numHeads: 2, unitsPerHead: 3, maxPastHorizon: 3,
        attentionProbabilitiesDropoutRate: 0.4, useSinkScalars: true), training: true),
    .init(
      "in chunks",
      LocalDotProductSelfAttention(
        numHeads: 2, unitsPerHead: 3, blockSize: 4, maxPastHorizon: 3, maxFutureHorizon: 2,
        attentionProbabilitiesDropoutRate: 0.4), training: true),
    .init(
      "streamed source behind a latency",
      Serial([
        Conv1D(filters: 3, kernelSize: 3, padding: .reverseCausal),
        StreamingDotProductAttention(
          sourceName: "source", numHeads: 2, unitsPerHead: 3, maxPastHorizon: 2,
          maxFutureHorizon: 1, attentionProbabilitiesDropoutRate: 0.4,
          broadcastDropoutAcrossQueries: true),
      ]), .streamed, training: true),
    .init(
      "whole source",
      DotProductAttention(
        sourceName: "source", numHeads: 2, unitsPerHead: 3,
        attentionProbabilitiesDropoutRate: 0.4), .whole, training: true),
    .init(
      "whole source, shared by queries",
      DotProductAttention(
        sourceName: "source", numHeads: 2, unitsPerHead: 3,
        attentionProbabilitiesDropoutRate: 0.4, broadcastDropoutAcrossQueries: true,
        numSinkEmbeddings: 2), .whole, training: true),
    .init(
      "behind a latency",
      Serial([
        Conv1D(filters: 3, kernelSize: 3, padding: .reverseCausal),
        DotProductSelfAttention(
          numHeads: 2, unitsPerHead: 3, maxPastHorizon: 3, maxFutureHorizon: 1,
          attentionProbabilitiesDropoutRate: 0.4),
      ]), training: true),
    .init(
      "shared by queries, behind a latency",
      Serial([
        Conv1D(filters: 3, kernelSize: 3, padding: .reverseCausal),
        DotProductSelfAttention(
          numHeads: 2, unitsPerHead: 3, maxPastHorizon: 3, maxFutureHorizon: 1,
          attentionProbabilitiesDropoutRate: 0.4, broadcastDropoutAcrossQueries: true),
      ]), training: true),
  ]

  @Test("steps draw as whole sequences do", arguments: layers)
  func sameDraws(_ item: AttentionCase) throws {
    for validity in [LayerRunCase.Validity.full, .ragged, .gaps] {
      try item.checkSteps(validity, sourceLocation: #_sourceLocation)
    }
  }

  /// Probabilities `[b, q, n, k]` in training over those without, 0 or `1 / (1 - rate)`; nil where there
  /// are none.
  private func factors(_ layer: DotProductSelfAttention, time: Int) throws -> [Double?] {
    let model = try Model(layer, input: ChannelSpec([3]), seed: 5, time: time)
    var stream = RandomStream(seed: 3, name: "dropout")
    let values = (0..<(2 * time * 3)).map { _ in Float(stream.normal()) }
    let x = try SequenceTensor(values: Tensor(values, shape: [2, time, 3]))
    func probabilities() throws -> [Double] {
      let output = try model.layer(x, options: RunOptions(emits: true))
      return try #require(output.emits["probabilities"]).values.doubles()
    }
    let plain = try probabilities()
    model.training = true
    return zip(try probabilities(), plain).map { dropped, whole in
      whole > 1e-6 ? dropped / whole : nil
    }
  }

  @Test("probabilities keep the rate within four sigma and are scaled", arguments: [0.1, 0.5, 1])
  func keepRate(_ rate: Double) throws {
    let layer = DotProductSelfAttention(
      numHeads: 2, unitsPerHead: 3, maxPastHorizon: 9, attentionProbabilitiesDropoutRate: rate)
    let factors = try factors(layer, time: 100).compactMap(\.self)
    let count = Double(factors.count)
    let kept = factors.filter { $0 != 0 }
    let sigma = (rate * (1 - rate) * count).squareRoot()
    #expect(count > 3000)
    #expect(abs(Double(kept.count) - (1 - rate) * count) <= 4 * sigma)
    #expect(kept.allSatisfy { abs($0 * (1 - rate) - 1) < 1e-3 })
  }

  @Test("queries that share draws lose the same keys, others do not", arguments: [true, false])
  func sharing(_ isShared: Bool) throws {
    let time = 30
    let layer = DotProductSelfAttention(
      numHeads: 2, unitsPerHead: 3, maxPastHorizon: 9, attentionProbabilitiesDropoutRate: 0.5,
      broadcastDropoutAcrossQueries: isShared)
    let factors = try factors(layer, time: time)
    var agreements: [Bool] = []
    for row in 0..<2 {
      for head in 0..<2 {
        for key in 0..<time {
          let seen = (0..<time).compactMap { query in
            factors[((row * time + query) * 2 + head) * time + key]
          }
          agreements.append(Set(seen.map { $0 != 0 }).count == 1)
        }
      }
    }
    let same = agreements.count(where: \.self)
    #expect(isShared ? same == agreements.count : same < agreements.count / 4)
  }
}
