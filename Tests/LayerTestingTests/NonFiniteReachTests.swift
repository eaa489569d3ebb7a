import LayerTesting
import Layers
import Runtime
import Tensors
import Testing

/// A valid timestep that holds NaN or infinity changes the outputs whose receptive field holds it, and no
/// others: not by 0 times NaN, nor through other rows.
///
/// Steps and the whole sequence agree about it.
@Suite struct NonFiniteReachTests {
  private static let layers: [String] = LayerRegistry.builtIn.entries
    .map(\.table.message)
    .filter { !["EmbeddingTranspose", "Lambda"].contains($0) }
  private static let rounds = 8

  @Test("what is not finite reaches no further than announced", arguments: layers)
  func registry(_ name: String) throws {
    let entry = try #require(LayerRegistry.builtIn.entry(message: name))
    for seed in 1...Self.rounds {
      var cases = RandomCases(seed: UInt64(seed))
      let precision: DType = seed % 4 == 3 ? .bfloat16 : .float32
      guard let made = cases.single(entry, precision: precision) else { continue }
      guard made.input.values.dtype == precision, !made.model.training else { continue }
      try check(made.model, made.input, made.constants, made.text)
    }
  }

  /// Attentions whose queries are computed in blocks with keys that some of them do not see.
  static let attentions: [any SequenceLayer] = [
    DotProductSelfAttention(numHeads: 2, unitsPerHead: 3, maxPastHorizon: 5),
    DotProductSelfAttention(
      numHeads: 2, unitsPerHead: 16, maxPastHorizon: 5, maxFutureHorizon: 2, name: "heads of 16"),
    DotProductSelfAttention(numHeads: 2, unitsPerHead: 3, maxPastHorizon: -1),
    DotProductSelfAttention(
      numHeads: 2, unitsPerHead: 3, maxPastHorizon: 5, numSinkEmbeddings: 2,
      sinkEmbeddingsInit: .normal(stddev: 1)),
    DotProductSelfAttention(
      numHeads: 2, unitsPerHead: 3, maxPastHorizon: 5, computeDtype: .bfloat16),
    DotProductSelfAttention(
      numHeads: 2, unitsPerHead: 3, maxPastHorizon: 5, numKvHeads: 1,
      relativePositionEmbedding: .t5RelativePositionEmbedding(
        T5RelativePositionEmbedding(
          numBuckets: 4, numHeads: 2, bidirectional: false, maxDistance: 16)),
      inputProjection: .queryAndKeyValueProjection()),
    LocalDotProductSelfAttention(
      numHeads: 2, unitsPerHead: 3, blockSize: 4, maxPastHorizon: 5, maxFutureHorizon: 1),
    DotProductSelfAttentionV2(numHeads: 2, unitsPerHead: 3, maxPastHorizon: 5),
    BlockwiseDotProductSelfAttention(
      blockSize: 4, numHeads: 2, unitsPerHead: 3, maxPastHorizonBlocks: 1),
  ]

  @Test("queries that do not see a value are not touched by it", arguments: attentions.indices)
  func attention(_ index: Int) throws {
    let layer = Self.attentions[index]
    let model = try Model(layer, input: ChannelSpec([4]), seed: 3)
    var stream = RandomStream(seed: 4)
    let values = (0..<(2 * 120 * 4)).map { _ in Float(stream.normal()) }
    let valid = (0..<240).map { $0 < 120 ? $0 % 9 != 4 : $0 - 120 < 70 }
    let x = try SequenceTensor(
      values: Tensor(values, shape: [2, 120, 4]), mask: Tensor(valid, shape: [2, 120]))
    try check(model, x, [:], "\(layer)")
  }

  private func check(
    _ model: Model, _ x: SequenceTensor, _ constants: Constants, _ text: String
  ) throws {
    let clean = try model.layer(x, constants: constants).y
    let valid = x.mask.elements(as: Bool.self)[..<x.time].indices.filter {
      x.mask.double(at: [0, $0]) != 0
    }
    let chosen = Set([valid.first, valid.last, valid.dropFirst(valid.count / 2).first])
    for place in chosen.compactMap(\.self).sorted() {
      for number in [Double.nan, .infinity] {
        let planted = try planting(number, at: place, in: x)
        let dirty = try model.layer(planted, constants: constants).y
        let what = "\(number) at timestep \(place)\n\(text)"
        for change in changes(clean, dirty, reach(of: place, model, clean.time)) {
          Issue.record("\(change) by \(what)")
        }
        guard model.layer.supportsStep else { continue }
        let steps = try model.stepByStep(
          planted, constants: constants, schedule: BlockSchedule([1, 3, 2])
        ).y
        #expect(same(dirty, steps), "steps differ with \(what)")
      }
    }
  }

  private func planting(
    _ number: Double, at place: Int, in x: SequenceTensor
  ) throws -> SequenceTensor {
    var values = x.values.doubles()
    for channel in 0..<x.channelCount { values[place * x.channelCount + channel] = number }
    return try SequenceTensor(
      values: Tensor(values, shape: x.values.shape).converted(to: x.values.dtype), mask: x.mask)
  }

  /// The outputs of row 0 that may depend on an input.
  private func reach(of place: Int, _ model: Model, _ time: Int) -> Set<Int> {
    let (fields, ratio) = (model.layer.receptiveFieldPerStep, model.layer.outputRatio)
    return Set(
      (0..<time).filter { output in
        let aligned = (Rational(output) / ratio).floor
        guard let field = fields[output % fields.count] else { return false }
        return (field.start...field.end).contains(Double(place - aligned))
      })
  }

  /// Outputs that changed though they may not.
  private func changes(
    _ clean: SequenceTensor, _ dirty: SequenceTensor, _ allowed: Set<Int>
  ) -> [String] {
    guard clean.mask.bitsEqual(dirty.mask) else { return ["the mask is changed"] }
    let width =
      clean.time * clean.batch > 0 ? clean.values.byteCount / (clean.time * clean.batch) : 0
    let (a, b) = (clean.maskedInvalid().values, dirty.maskedInvalid().values)
    return a.withUnsafeBytes { mine in
      b.withUnsafeBytes { theirs in
        (0..<(clean.batch * clean.time)).compactMap { output in
          let (row, time) = output.quotientAndRemainder(dividingBy: clean.time)
          if row == 0, allowed.contains(time) { return nil }
          let bytes = output * width..<(output + 1) * width
          let isSame = mine[bytes].elementsEqual(theirs[bytes])
          return isSame ? nil : "row \(row), output \(time) is changed"
        }
      }
    }
  }

  /// Whether both hold the same numbers at the same valid timesteps; any NaN is like any other.
  private func same(_ a: SequenceTensor, _ b: SequenceTensor) -> Bool {
    let time = max(a.time, b.time)
    let (a, b) = (a.padded(by: time - a.time), b.padded(by: time - b.time))
    guard a.mask.bitsEqual(b.mask) else { return false }
    let (x, y) = (a.maskedInvalid().values, b.maskedInvalid().values)
    return [(x.realPart, y.realPart), (x.imaginaryPart, y.imaginaryPart)].allSatisfy { x, y in
      zip(x.doubles(), y.doubles()).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }
    }
  }
}
