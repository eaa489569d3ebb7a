import LayerTesting
import Layers
import Runtime
import Tensors
import Testing

/// Networks of queries, keys and values that give NaN at invalid timesteps.
@Suite struct HeadNetworkTests {
  /// Without an epsilon the zeros of an invalid timestep are divided by zero.
  private static let network = RMSNormalization(epsilon: 0)
  private static let attentions: [DotProductSelfAttention] = [
    DotProductSelfAttention(
      numHeads: 2, unitsPerHead: 4, maxPastHorizon: 4, queryNetwork: network),
    DotProductSelfAttention(numHeads: 2, unitsPerHead: 4, maxPastHorizon: 4, keyNetwork: network),
    DotProductSelfAttention(numHeads: 2, unitsPerHead: 4, maxPastHorizon: 4, valueNetwork: network),
  ]

  @Test("reach no gradient of a valid timestep", arguments: attentions)
  func gradients(_ attention: DotProductSelfAttention) throws {
    let numbers = (0..<54).map { Float(($0 * 29) % 17) / 8 - 1 }
    let input = try SequenceTensor(
      values: Tensor(numbers, shape: [2, 9, 3]), lengths: [9, 5])
    let model = try Model(
      Serial([Dense(features: 8), attention]), input: input.channelSpec, seed: 1)
    let report = try ContractVerifier().verify(model, input)
    #expect(report.checked.contains(.stepGradients))
    #expect(report.violations.isEmpty, "\(report.violations)")
  }
}
