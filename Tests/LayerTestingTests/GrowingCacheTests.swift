import Layers
import Runtime
import Tensors
import Testing
import Weights

/// Attention with an unlimited past steps with the bits of the whole sequence, in caches that grow.
@Suite struct GrowingCacheTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var layer: any SequenceLayer
    var channels: Shape = [3]
    var constants: Bool = false

    init(
      _ name: String, _ layer: any SequenceLayer, channels: Shape = [3], constants: Bool = false
    ) {
      (testDescription, self.layer, self.channels) = (name, layer, channels)
      self.constants = constants
    }
  }

  private static func attention(
    _ change: (inout DotProductSelfAttention) -> Void = { _ in }
  ) -> DotProductSelfAttention {
    var layer = DotProductSelfAttention(numHeads: 2, unitsPerHead: 3, maxPastHorizon: -1)
    change(&layer)
    return layer
  }

  static let cases: [Case] = [
    Case("causal", attention()),
    Case("heads of 16", attention { $0.unitsPerHead = 16 }),
    Case("a future", attention { $0.maxFutureHorizon = 2 }),
    Case(
      "T5",
      attention {
        $0.relativePositionEmbedding = .t5RelativePositionEmbedding(
          T5RelativePositionEmbedding(numBuckets: 4, numHeads: 2, bidirectional: false))
      }),
    Case(
      "Shaw, a future",
      attention {
        $0.maxFutureHorizon = 1
        $0.relativePositionEmbedding = .shawRelativePositionEmbedding(
          ShawRelativePositionEmbedding(
            maxBackward: 3, maxForward: 1, numHeads: 2, unitsPerHead: 3))
      }),
    Case(
      "sinks, soft cap",
      attention {
        $0.numSinkEmbeddings = 2
        $0.sinkEmbeddingsInit = .normal(stddev: 1)
        $0.attentionLogitsSoftCap = 2
      }),
    Case(
      "sink scalars, a future",
      attention {
        $0.useSinkScalars = true
        $0.maxFutureHorizon = 2
      }),
    Case("bfloat16", attention { $0.computeDtype = .bfloat16 }),
    Case(
      "bfloat16 with sinks",
      attention {
        $0.computeDtype = .bfloat16
        $0.useSinkScalars = true
      }),
    Case("zeros where nothing is seen", attention { $0.zeroFullyMasked = true }),
    Case(
      "rotary positions",
      attention {
        $0.unitsPerHead = 4
        $0.queryNetwork = ApplyRotaryPositionalEncoding(maxWavelength: 100)
        $0.keyNetwork = ApplyRotaryPositionalEncoding(maxWavelength: 100)
      }),
    Case("V2", DotProductSelfAttentionV2(numHeads: 2, unitsPerHead: 3, maxPastHorizon: -1)),
    Case(
      "V2 in segments",
      DotProductSelfAttentionV2(
        numHeads: 2, unitsPerHead: 3, maxPastHorizon: -1, segmentIdsName: "segments"),
      constants: true),
    Case(
      "blocks",
      BlockwiseDotProductSelfAttention(
        blockSize: 3, numHeads: 2, unitsPerHead: 3, maxPastHorizonBlocks: -1)),
    Case(
      "blocks with a future",
      BlockwiseDotProductSelfAttention(
        blockSize: 2, numHeads: 2, unitsPerHead: 3, maxPastHorizonBlocks: -1,
        maxFutureHorizonBlocks: 1)),
    Case(
      "behind a latency, at half the rate",
      Serial([
        Conv1D(filters: 4, kernelSize: 4, strides: 2, padding: .reverseCausal),
        attention(), Flatten(), attention { $0.useSinkScalars = true },
      ])),
    Case(
      "at twice the rate",
      Serial([Upsample1D(rate: 2), attention(), Flatten(), Dense(features: 3)])),
    Case(
      "repeated",
      Repeat(layer: Serial([attention(), Flatten(), Dense(features: 3)]), numRepeats: 2)),
    Case("in blocks of two", Blockwise(attention(), blockSize: 2, layerInBlocks: true)),
    Case(
      "fed back", Autoregressive(layer: [attention(), Flatten(), Dense(features: 3)])),
  ]

  private static let time = 24

  private func model(_ test: Case) throws -> (Model, SequenceTensor, Constants) {
    var stream = RandomStream(seed: 4)
    let shape = [2, Self.time] + test.channels
    let values = (0..<shape.elementCount).map { _ in Float(stream.normal()) }
    // One row has gaps, the other ends early.
    let valid = (0..<(2 * Self.time)).map {
      $0 < Self.time ? $0 % 7 != 3 : $0 - Self.time < Self.time - 5
    }
    let x = try SequenceTensor(
      values: Tensor(values, shape: shape), mask: Tensor(valid, shape: [2, Self.time])
    ).filledInvalid(with: .nan)
    var constants: Constants = [:]
    if test.constants {
      let ids = (0..<(2 * Self.time)).map { Int32($0 % Self.time / 9) }
      constants["segments"] = .streamed(
        try SequenceTensor(
          values: Tensor(ids, shape: [2, Self.time]),
          mask: Tensor(repeating: 1, shape: [2, Self.time], .bool)))
    }
    let model = try Model(
      test.layer, input: ChannelSpec(test.channels), constants: constants.specs, seed: 3,
      time: Self.time)
    model.caches.initial = 2
    return (model, x, constants)
  }

  private func expectSame(
    _ got: SequenceTensor, _ want: SequenceTensor, _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let time = max(got.time, want.time)
    let (a, b) = (got.padded(by: time - got.time), want.padded(by: time - want.time))
    #expect(a.mask.bitsEqual(b.mask), "\(what): masks", sourceLocation: sourceLocation)
    #expect(
      a.maskedInvalid().values.bitsEqual(b.maskedInvalid().values), "\(what)",
      sourceLocation: sourceLocation)
  }

  @Test(
    "steps give the bits of the whole sequence for any blocks, capacity and growth",
    arguments: cases)
  func bits(_ test: Case) throws {
    let (model, x, constants) = try model(test)
    let whole = try model.layer(x, constants: constants).y
    for (first, blocks) in [(2, [1]), (2, [3, 1, 2]), (5, [2]), (64, [1, 4])] {
      model.caches.initial = first
      let steps = try model.stepByStep(
        x, constants: constants, schedule: BlockSchedule(blocks))
      expectSame(steps.y, whole, "first capacity \(first), blocks \(blocks)")
    }
  }

  @Test("states are restored, saved and selected across growth", arguments: cases)
  func states(_ test: Case) throws {
    let (model, x, constants) = try model(test)
    let stream = try model.makeStream(batch: 2, constants: constants)
    func part(_ index: Int) -> SequenceTensor {
      x.timesteps((index * stream.blockSize)..<((index + 1) * stream.blockSize))
    }
    let start = stream.snapshot()
    _ = try stream.step(part(0))
    let early = stream.snapshot()
    for index in 1..<4 { _ = try stream.step(part(index)) }
    let late = stream.snapshot()
    let want = try stream.step(part(4)).y
    #expect(try #require(late.cacheCapacity) > (try #require(start.cacheCapacity)))
    try stream.restore(early)
    #expect(stream.snapshot().digest == early.digest)
    for index in 1..<4 { _ = try stream.step(part(index)) }
    #expect(stream.snapshot().digest == late.digest)
    let loaded = try model.makeStream(batch: 2, constants: constants)
    try loaded.restore(try StreamSnapshot(try Safetensors(bytes: late.fileBytes), for: loaded))
    expectSame(try loaded.step(part(4)).y, want, "saved and loaded")
    let chosen = try stream.selecting(rows: [1, 0])
    expectSame(try chosen.step(part(4).rows([1, 0])).y, want.rows([1, 0]), "selected")
    stream.reset()
    #expect(stream.snapshot().digest == start.digest)
  }

  @Test("a step beyond the stated capacity is refused and changes nothing")
  func refusal() throws {
    let model = try Model(Self.attention(), input: ChannelSpec([3]), seed: 3)
    model.caches = CacheCapacity(initial: 2, maximum: 5)
    let stream = try model.makeStream()
    let x = try SequenceTensor(values: Tensor(zeros: [1, 4, 3], .float32), lengths: [4])
    _ = try stream.step(x)
    #expect(stream.cacheCapacity == 4)
    let before = stream.snapshot().digest
    let error = #expect(throws: RuntimeError.self) { try stream.step(x) }
    #expect(error?.code == .cacheFull)
    #expect(error?.description.contains("8 timesteps") == true)
    #expect(error?.description.contains("at most 5") == true)
    #expect(stream.snapshot().digest == before && stream.position == 4)
    _ = try stream.step(x.timesteps(0..<1))
    #expect(stream.cacheCapacity == 5 && stream.cachedTime == ["": 5])
  }

  @Test("caches that there is no memory for are refused with the need and the budget")
  func memory() throws {
    let model = try Model(
      Self.attention { $0.unitsPerHead = 256 }, input: ChannelSpec([3]), seed: 3,
      memory: MemoryBudget(4 << 20, origin: "a test"))
    let stream = try model.makeStream()
    let x = try SequenceTensor(values: Tensor(zeros: [1, 1, 3], .float32), lengths: [1])
    var steps = 0
    let error = #expect(throws: MemoryError.self) {
      for _ in 0..<4096 {
        _ = try stream.step(x)
        steps += 1
      }
    }
    #expect(stream.position == steps && steps >= 64)
    #expect(error?.description.contains("timesteps") == true)
  }

  @Test("dropout that draws for every pair of timesteps is refused in steps, by key it steps")
  func dropout() throws {
    var layer = Self.attention { $0.attentionProbabilitiesDropoutRate = 0.5 }
    var model = try Model(layer, input: ChannelSpec([3]), seed: 3)
    model.training = true
    let error = #expect(throws: LayerError.self) { try model.makeStream() }
    #expect(error?.code == .notSteppable)
    layer.broadcastDropoutAcrossQueries = true
    model = try Model(layer, input: ChannelSpec([3]), seed: 3)
    model.training = true
    model.caches.initial = 2
    let (_, x, _) = try self.model(Self.cases[0])
    expectSame(try model.stepByStep(x).y, try model.layer(x).y, "shared draws")
  }

  @Test("sequences longer than one sum has terms step with the bits of the whole sequence")
  func longSums() throws {
    let layers = [
      DotProductSelfAttention(numHeads: 1, unitsPerHead: 2, maxPastHorizon: -1),
      DotProductSelfAttention(
        numHeads: 1, unitsPerHead: 2, maxPastHorizon: -1, numSinkEmbeddings: 2,
        sinkEmbeddingsInit: .normal(stddev: 1)),
    ]
    for layer in layers {
      let model = try Model(layer, input: ChannelSpec([2]), seed: 3)
      let time = 4200
      var stream = RandomStream(seed: 4)
      let values = (0..<(time * 2)).map { _ in Float(stream.normal()) }
      let x = try SequenceTensor(
        values: Tensor(values, shape: [1, time, 2]),
        mask: Tensor((0..<time).map { $0 % 7 != 3 }, shape: [1, time]))
      let whole = try model.layer(x).y
      let steps = try model.stepByStep(x, schedule: BlockSchedule([4090, 1, 2, 5])).y
      expectSame(steps.timesteps(0..<time), whole, "\(layer.numSinkEmbeddings) sinks")
    }
  }

  @Test("a plain causal transformer decodes beyond its first capacity as its layer says")
  func decoding() throws {
    let block = Serial([
      Residual(
        layers: [Self.attention(), Flatten(), Dense(features: 6)]),
      Residual(layers: [Dense(features: 12), Relu(), Dense(features: 6)]),
    ])
    let stack = Serial([
      Embedding(dimension: 6, numEmbeddings: 11), Repeat(layer: block, numRepeats: 2),
      Dense(features: 11),
    ])
    let model = try Model(stack, input: ChannelSpec([], .int32), seed: 5)
    model.caches.initial = 4
    let prompts = try SequenceTensor(
      values: Tensor([1, 2, 3, 4, 0, 0] as [Int32], shape: [2, 3]), lengths: [3, 1])
    let decoded = try model.decode(prompts, count: 20)
    for (row, start) in [[1, 2, 3], [4]].enumerated() {
      let tokens = (start + decoded.tokens[row]).map { Int32($0) }
      let x = try SequenceTensor(
        values: Tensor(tokens, shape: [1, tokens.count]), lengths: [tokens.count])
      let logits = try model.layer(x).y
      expectSame(try model.stepByStep(x).y, logits, "row \(row)")
      let values = logits.values.doubles()
      for (place, token) in tokens.enumerated().dropFirst(start.count) {
        let own = values[((place - 1) * 11)..<(place * 11)]
        #expect(own.max() == own[own.startIndex + Int(token)], "row \(row), token \(place)")
      }
    }
  }

  @Test("gradients along the path of steps are those of the whole sequence")
  func gradients() throws {
    let model = try Model(Self.attention(), input: ChannelSpec([3]), seed: 3)
    let (_, nan, _) = try self.model(Self.cases[0])
    let x = nan.maskedInvalid()
    let ones = { (y: SequenceTensor) in Tensor(repeating: 1, shape: y.values.shape, .float32) }
    let whole = try model.gradients(x, cotangent: ones)
    let steps = try model.stepGradients(x, cotangent: ones, blocks: 5)
    for (path, want) in whole.parameters {
      let got = try #require(steps.parameters[path])
      for (a, b) in zip(got.doubles(), want.doubles()) { #expect(abs(a - b) < 1e-4, "\(path)") }
    }
  }
}
