// swift-format-ignore-file
// Printed by the Swift printer; PrintedSwiftTests compares and renews it.

import Layers
import Tensors

enum PrintedStacks {
  static let all: [any SequenceLayer] = [
    stack0,
    stack1,
    stack2,
    stack3,
    stack4,
    stack5,
    stack6,
    stack7,
    stack8,
    stack9,
    stack10,
    stack11,
    stack12,
    stack13,
    stack14,
    stack15,
    stack16,
    stack17,
    stack18,
    stack19,
  ]
}

private let stack0 = Residual(
  [],
  shortcutLayers: [
    DotProductSelfAttention(
      numHeads: 27,
      unitsPerHead: 30,
      maxPastHorizon: 20,
      maxFutureHorizon: 31,
      numKvHeads: -4,
      queryNetwork: LSTM(
        units: 27,
        activation: .identity,
        recurrentActivation: .hardTanh,
        useBias: false,
        biasInit: .ones,
        name: "quote \" and \\"),
      perDimScale: true,
      computeDtype: .int16,
      sinkEmbeddingsInit: .lecunUniform,
      name: ""),
  ])

private let stack1 = Serial([
  Slice(slices: [.index(30), .range(start: 31, stop: -4), .index(31)]),
  DotProductSelfAttention(
    numHeads: 21,
    unitsPerHead: 27,
    maxPastHorizon: 35,
    numKvHeads: -1,
    relativePositionEmbedding: .t5RelativePositionEmbedding(
      numBuckets: 16,
      numHeads: 63,
      bidirectional: false,
      maxDistance: 11,
      computeDtype: .float64,
      sharedName: "quote \" and \\"),
    inputProjection: .combinedQueryKeyValueProjection(
      qkvKernelInit: .glorotUniform),
    queryNetwork: LayerNormalization(
      reductionsInAtLeastFp32: false,
      paramDtype: .uint32),
    computeDtype: .int32,
    experimentalAccumulateLogitsInFloat32: true),
])

private let stack2 = DotProductSelfAttention(
  numHeads: 46,
  unitsPerHead: 20,
  maxPastHorizon: -2,
  maxFutureHorizon: 30,
  relativePositionEmbedding: .shawRelativePositionEmbedding(
    maxBackward: 7,
    maxForward: -4,
    numHeads: 53,
    unitsPerHead: 50),
  attentionProbabilitiesDropoutRate: -2.5,
  inputProjection: .separateQueryKeyValueProjection(
    qKernelInit: .heNormal,
    kKernelInit: .ones,
    biasInit: .orthogonal()),
  queryNetwork: Conv1D(
    filters: 59,
    kernelSize: 10,
    padding: .reverseCausal,
    groups: 39,
    activation: .square,
    kernelInit: .lecunUniform),
  keyNetwork: DotProductSelfAttention(
    numHeads: 63,
    unitsPerHead: -1,
    maxPastHorizon: 29,
    inputProjection: .queryAndKeyValueProjection(),
    attentionLogitsSoftCap: 0.1,
    perDimScale: true,
    numSinkEmbeddings: 6,
    sinkEmbeddingsInit: .heNormal,
    useKvCacheRingbuffer: true,
    experimentalAccumulateLogitsInFloat32: true),
  perDimScale: true,
  perDimKeyScale: true,
  computeDtype: .bool,
  numSinkEmbeddings: 63,
  useKvCacheRingbuffer: true)

private let stack3 = Blockwise(
  DotProductSelfAttention(
    numHeads: 27,
    unitsPerHead: 30,
    maxPastHorizon: 20,
    maxFutureHorizon: 31,
    numKvHeads: -4,
    queryNetwork: LSTM(
      units: 27,
      activation: .identity,
      recurrentActivation: .hardTanh,
      useBias: false,
      biasInit: .ones,
      name: "quote \" and \\"),
    perDimScale: true,
    computeDtype: .int16,
    sinkEmbeddingsInit: .lecunUniform,
    name: ""),
  blockSize: -1)

private let stack4 = Parallel([
  Serial([], shareScope: [false, true]),
  Bidirectional(
    forward: LSTM(
      units: 21,
      computeDtype: .int64,
      paramDtype: .int16,
      recurrentActivation: .identity,
      useBias: false,
      kernelInit: .ones,
      biasInit: .orthogonal(),
      name: "quote \" and \\"),
    backward: Conv1D(
      filters: 59,
      kernelSize: 10,
      padding: .reverseCausal,
      groups: 39,
      activation: .square,
      kernelInit: .lecunUniform),
    combination: .mean,
    name: "quote \" and \\"),
])

private let stack5 = DotProductSelfAttention(
  numHeads: 27,
  unitsPerHead: 30,
  maxPastHorizon: 20,
  maxFutureHorizon: 31,
  numKvHeads: -4,
  queryNetwork: Parallel([
    Delay(length: 7, name: "quote \" and \\"),
    Conv1D(
      filters: 11,
      kernelSize: 53,
      dilationRate: 55,
      padding: .same,
      activation: .exp,
      computeDtype: .int64,
      kernelConstraint: .spectralWeightNormalization(
        epsilon: -2.5,
        collectionName: "",
        name: "quote \" and \\")),
  ]),
  perDimScale: true,
  useSinkScalars: true,
  sinkScalarsInit: .heNormal)

private let stack6 = Parallel(
  [
    LayerNormalization(
      epsilon: -0.0,
      paramDtype: .int64,
      name: "line\nbreak\t\u{1}"),
    Dropout(broadcastDims: 16),
  ],
  shareScope: [false, true],
  name: "quote \" and \\")

private let stack7 = Serial([], shareScope: [false, true])

private let stack8 = Parallel([
  Repeat(
    AddNoise(
      sampler: .normal(mean: -2.5, stddev: 1e-12),
      trainingOnly: false),
    numRepeats: 26),
  Embedding(
    dimension: 27,
    numEmbeddings: 41,
    computeDtype: .int16,
    embeddingInit: .orthogonal(),
    name: "quote \" and \\",
    embeddingParamName: "quote \" and \\"),
])

private let stack9 = Serial(
  [
    AddNoise(
      sampler: .normal(mean: -2.5, stddev: 1e-12),
      trainingOnly: false),
  ],
  shareScope: [false, false])

private let stack10 = Bidirectional(
  forward: AddNoise(
    sampler: .normal(mean: -2.5, stddev: 1e-12),
    trainingOnly: false),
  backward: Repeat(Dropout(name: "line\nbreak\t\u{1}"), numRepeats: 27))

private let stack11 = Repeat(EinopsRearrange(pattern: "ümlaut 音"), numRepeats: 21)

private let stack12 = Bidirectional(
  forward: Residual(
    [
      LSTM(
        units: 21,
        computeDtype: .int64,
        paramDtype: .int16,
        recurrentActivation: .identity,
        useBias: false,
        kernelInit: .ones,
        biasInit: .orthogonal(),
        name: "quote \" and \\"),
      Conv1D(
        filters: 59,
        kernelSize: 10,
        padding: .reverseCausal,
        groups: 39,
        activation: .square,
        kernelInit: .lecunUniform),
    ],
    shortcutLayers: [
      Mean(),
      Embedding(
        dimension: 22,
        numEmbeddings: 54,
        embeddingInit: .glorotNormal),
    ]),
  backward: Slice(slices: [.range(start: 10)]))

private let stack13 = Blockwise(
  Bidirectional(
    forward: LSTM(
      units: 21,
      computeDtype: .int64,
      paramDtype: .int16,
      recurrentActivation: .identity,
      useBias: false,
      kernelInit: .ones,
      biasInit: .orthogonal(),
      name: "quote \" and \\"),
    backward: Conv1D(
      filters: 59,
      kernelSize: 10,
      padding: .reverseCausal,
      groups: 39,
      activation: .square,
      kernelInit: .lecunUniform),
    combination: .mean,
    name: "quote \" and \\"),
  blockSize: -1)

private let stack14 = Residual(
  [
    Repeat(
      LSTM(
        units: 21,
        computeDtype: .int16,
        activation: .identity,
        recurrentActivation: .hardTanh,
        useBias: false,
        biasInit: .ones,
        name: "quote \" and \\"),
      numRepeats: 10,
      name: "two words"),
    Blockwise(
      Delay(length: 4, delayLayerOutput: false, validStart: true),
      blockSize: 10),
  ],
  shortcutLayers: [
    Mean(),
    DotProductSelfAttention(
      numHeads: 32,
      unitsPerHead: 32,
      maxPastHorizon: -4,
      maxFutureHorizon: 13,
      queryNetwork: Dropout(rate: 3),
      perDimScale: true,
      computeDtype: .float32,
      numSinkEmbeddings: 46,
      sinkScalarsInit: .heUniform,
      useKvCacheRingbuffer: true),
  ],
  shareScope: [false, true])

private let stack15 = Bidirectional(
  forward: Repeat(
    LSTM(
      units: 21,
      computeDtype: .int16,
      activation: .identity,
      recurrentActivation: .hardTanh,
      useBias: false,
      biasInit: .ones,
      name: "quote \" and \\"),
    numRepeats: 10,
    name: "two words"),
  backward: Blockwise(
    Delay(length: 4, delayLayerOutput: false, validStart: true),
    blockSize: 10),
  combination: .mean,
  name: "quote \" and \\")

private let stack16 = Bidirectional(
  forward: DotProductSelfAttention(
    numHeads: 21,
    unitsPerHead: 27,
    maxPastHorizon: 35,
    numKvHeads: -1,
    relativePositionEmbedding: .t5RelativePositionEmbedding(
      numBuckets: 16,
      numHeads: 63,
      bidirectional: false,
      maxDistance: 11,
      computeDtype: .float64,
      sharedName: "quote \" and \\"),
    inputProjection: .combinedQueryKeyValueProjection(
      qkvKernelInit: .glorotUniform),
    queryNetwork: LayerNormalization(
      reductionsInAtLeastFp32: false,
      paramDtype: .uint32),
    computeDtype: .int32,
    experimentalAccumulateLogitsInFloat32: true),
  backward: Bidirectional(
    forward: Scale(scale: TensorConstant(values: []), name: "two words"),
    backward: AddNoise(
      sampler: .uniform(minval: 12345.678, maxval: 0.1),
      trainingOnly: true,
      name: "")),
  name: "a")

private let stack17 = Repeat(
  Repeat(Dropout(name: "line\nbreak\t\u{1}"), numRepeats: 27),
  numRepeats: 8)

private let stack18 = DotProductSelfAttention(
  numHeads: 21,
  unitsPerHead: 27,
  maxPastHorizon: 35,
  numKvHeads: -1,
  relativePositionEmbedding: .t5RelativePositionEmbedding(
    numBuckets: 16,
    numHeads: 63,
    bidirectional: false,
    maxDistance: 11,
    computeDtype: .float64,
    sharedName: "quote \" and \\"),
  inputProjection: .combinedQueryKeyValueProjection(
    qkvKernelInit: .glorotUniform),
  queryNetwork: Parallel([
    LSTM(units: 0, recurrentActivation: .celu, useBias: false),
    Cast(dtype: .int8),
  ]),
  queryScale: 0.1,
  zeroFullyMasked: true,
  sinkScalarsInit: .constant(value: 3))

private let stack19 = Repeat(Slice(slices: [.range(stop: 41, step: 63)]), numRepeats: 8)
