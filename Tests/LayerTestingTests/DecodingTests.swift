import Layers
import Runtime
import Tensors
import Testing

@Suite struct DecodingTests {
  private static let vocabulary = 11

  private func model() throws -> Model {
    let stack = Serial([
      Embedding(dimension: 6, numEmbeddings: Self.vocabulary, name: "embed"),
      LSTM(units: 8, name: "lstm"),
      DotProductSelfAttention(
        numHeads: 2, unitsPerHead: 4, maxPastHorizon: 5, maxFutureHorizon: 0, name: "attention"),
      Flatten(name: "flat"), Dense(features: Self.vocabulary, name: "logits"),
    ])
    return try Model(stack, input: ChannelSpec([], .int32), seed: 5)
  }

  private func prompts(_ rows: [[Int32]]) throws -> SequenceTensor {
    let time = rows.map(\.count).max() ?? 0
    let values = rows.flatMap { $0 + Array(repeating: 0, count: time - $0.count) }
    return try SequenceTensor(
      values: Tensor(values, shape: [rows.count, time]), lengths: rows.map(\.count))
  }

  private static let samplers: [TokenSampler] = [
    .greedy, TokenSampler(temperature: 1, seed: 3), TokenSampler(temperature: 2, topK: 3, seed: 1),
    TokenSampler(temperature: 1.5, topP: 0.7), TokenSampler(temperature: 3, minP: 0.5),
    TokenSampler(temperature: 1, repetitionPenalty: 2, seed: 9),
  ]

  @Test("the log-probability of what was decoded is that of the layer", arguments: samplers)
  func logProbability(_ sampler: TokenSampler) throws {
    let model = try model()
    let starts: [[Int32]] = [[1, 2, 3], [4], [7, 7]]
    let decoded = try model.decode(prompts(starts), count: 9, sampler: sampler)
    for (row, start) in starts.enumerated() {
      let whole = start + decoded.tokens[row].map(Int32.init)
      let known = try model.logProbabilities(of: prompts([whole])).doubles()
      let wanted = known.dropFirst(start.count).reduce(0, +)
      let got = decoded.logProbabilities[row].reduce(0, +)
      #expect(abs(got - wanted) < 1e-4 * (1 + abs(wanted)))
    }
  }

  @Test("a row decodes the same alone and in a batch", arguments: samplers)
  func independentOfBatch(_ sampler: TokenSampler) throws {
    let model = try model()
    let starts: [[Int32]] = [[1, 2, 3], [4], [7, 7]]
    let together = try model.decode(prompts(starts), count: 9, sampler: sampler)
    for (row, start) in starts.enumerated() {
      let alone = try model.decode(
        prompts([start]), count: 9, sampler: sampler, rowKeys: [UInt32(row)])
      #expect(alone.tokens[0] == together.tokens[row])
    }
  }

  @Test("the cuts leave the tokens they should")
  func cuts() {
    let logits = [0.0, 3, 1, 2.5, -4]
    func seen(_ sampler: TokenSampler, history: [Int] = []) -> Set<Int> {
      Set(
        (0..<400).map { sampler.sample(logits, rowKey: 0, position: $0, history: history) })
    }
    #expect(seen(.greedy) == [1])
    #expect(seen(TokenSampler(temperature: 5)) == [0, 1, 2, 3, 4])
    #expect(seen(TokenSampler(temperature: 5, topK: 2)) == [1, 3])
    #expect(seen(TokenSampler(temperature: 1, topP: 0.8)) == [1, 3])
    #expect(seen(TokenSampler(temperature: 1, minP: 0.5)) == [1, 3])
    #expect(seen(TokenSampler(repetitionPenalty: 2), history: [1]) == [3])
  }

  @Test("draws follow the probabilities")
  func frequencies() {
    let logits = [0.0, 1, 2]
    let total = 20_000
    var counts = [0, 0, 0]
    let sampler = TokenSampler(temperature: 1, seed: 4)
    for position in 0..<total {
      counts[sampler.sample(logits, rowKey: 1, position: position)] += 1
    }
    let wanted = [0.0900, 0.2447, 0.6652]
    for (count, probability) in zip(counts, wanted) {
      let sigma = (probability * (1 - probability) / Double(total)).squareRoot()
      #expect(abs(Double(count) / Double(total) - probability) < 4 * sigma)
    }
  }

  @Test("models that give no logits are refused")
  func refusals() throws {
    let dense = try Model(Dense(features: 3), input: ChannelSpec([2]))
    let x = try SequenceTensor(values: Tensor(zeros: [1, 2, 2], .float32))
    #expect(throws: RuntimeError.self) { try dense.decode(x, count: 1) }
    #expect(throws: RuntimeError.self) {
      try model().decode(prompts([[1], []]), count: 1)
    }
  }
}
