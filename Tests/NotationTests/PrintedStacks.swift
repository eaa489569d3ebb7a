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
      queryNetwork: Dense(
        features: 27,
        computeDtype: .int16,
        paramDtype: .uint32,
        kernelInit: .ones,
        name: ""),
      attentionLogitsSoftCap: -0.0,
      computeDtype: .uint8,
      paramDtype: .int64,
      name: "ümlaut 音"),
  ])

private let stack1 = Serial(
  [
    LSTM(
      units: -2,
      computeDtype: .float16,
      activation: .elu,
      recurrentActivation: .selu),
    Repeat(
      Conv1D(
        filters: 35,
        kernelSize: 39,
        strides: -1,
        dilationRate: 41,
        padding: .same,
        useBias: false,
        computeDtype: .float64,
        paramDtype: .uint32,
        name: "two words"),
      numRepeats: 26),
  ],
  shareScope: [false, true, true])

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
  queryNetwork: LSTM(
    units: 59,
    recurrentActivation: .exp,
    useBias: false,
    biasInit: .heUniform),
  valueNetwork: Bidirectional(
    forward: Dense(features: 14, useBias: false, activation: .logSigmoid),
    backward: Dense(features: 32, activation: .gelu)),
  attentionLogitsSoftCap: 0.1,
  perDimScale: true,
  numSinkEmbeddings: 6,
  sinkEmbeddingsInit: .heNormal,
  useKvCacheRingbuffer: true,
  experimentalAccumulateLogitsInFloat32: true)

private let stack3 = Blockwise(
  DotProductSelfAttention(
    numHeads: 27,
    unitsPerHead: 30,
    maxPastHorizon: 20,
    maxFutureHorizon: 31,
    numKvHeads: -4,
    queryNetwork: Dense(
      features: 27,
      computeDtype: .int16,
      paramDtype: .uint32,
      kernelInit: .ones,
      name: ""),
    attentionLogitsSoftCap: -0.0,
    computeDtype: .uint8,
    paramDtype: .int64,
    name: "ümlaut 音"),
  blockSize: 20)

private let stack4 = Parallel(
  [
    Serial([], shareScope: [false, true]),
    Bidirectional(
      forward: Dense(
        features: 21,
        useBias: false,
        activation: .relu6,
        paramDtype: .int16,
        kernelInit: .heNormal,
        biasInit: .ones),
      backward: LSTM(
        units: 11,
        activation: .hardSwish,
        recurrentActivation: .hardTanh,
        biasInit: .zeros,
        name: "")),
  ],
  combination: .concat)

private let stack5 = DotProductSelfAttention(
  numHeads: 27,
  unitsPerHead: 30,
  maxPastHorizon: 20,
  maxFutureHorizon: 31,
  numKvHeads: -4,
  queryNetwork: Parallel([
    Conv1D(
      filters: 7,
      kernelSize: -1,
      strides: 41,
      dilationRate: 63,
      groups: 11,
      activation: .hardSwish,
      computeDtype: .uint32,
      name: ""),
    Conv1D(
      filters: 4,
      kernelSize: 16,
      strides: 41,
      padding: .semicausal,
      activation: .celu,
      computeDtype: .uint32),
  ]),
  keyNetwork: LSTM(
    units: 33,
    kernelInit: .glorotNormal,
    recurrentKernelInit: .heNormal),
  perDimKeyScale: true,
  queryScale: 3,
  sinkEmbeddingsInit: .orthogonal(),
  useSinkScalars: true,
  sinkScalarsInit: .ones,
  experimentalAccumulateLogitsInFloat32: true)

private let stack6 = Parallel(
  [
    LSTM(
      units: 31,
      computeDtype: .float32,
      recurrentKernelInit: .constant(value: 3)),
    LSTM(
      units: 27,
      paramDtype: .int16,
      recurrentActivation: .identity,
      recurrentKernelInit: .ones,
      biasInit: .embedNormal),
  ],
  name: "two words")

private let stack7 = Serial([], shareScope: [false, true])

private let stack8 = Parallel([
  Repeat(
    Conv1D(
      filters: 53,
      kernelSize: 50,
      groups: 21,
      useBias: false,
      activation: .identity,
      computeDtype: .uint32,
      paramDtype: .int16,
      kernelConstraint: .spectralWeightNormalization(
        epsilon: -0.0,
        name: "two words"),
      biasInit: .glorotUniform),
    numRepeats: 4),
  Repeat(
    Conv1D(
      filters: 20,
      kernelSize: 14,
      strides: 9,
      dilationRate: 63,
      kernelConstraint: .l2WeightNormalization()),
    numRepeats: 26,
    unrollStep: true),
])

private let stack9 = Serial(
  [
    Conv1D(
      filters: 53,
      kernelSize: 50,
      groups: 21,
      useBias: false,
      activation: .identity,
      computeDtype: .uint32,
      paramDtype: .int16,
      kernelConstraint: .spectralWeightNormalization(
        epsilon: -0.0,
        name: "two words"),
      biasInit: .glorotUniform),
  ],
  name: "line\nbreak\t\u{1}")

private let stack10 = Bidirectional(
  forward: Conv1D(
    filters: 53,
    kernelSize: 50,
    groups: 21,
    useBias: false,
    activation: .identity,
    computeDtype: .uint32,
    paramDtype: .int16,
    kernelConstraint: .spectralWeightNormalization(
      epsilon: -0.0,
      name: "two words"),
    biasInit: .glorotUniform),
  backward: Serial([
    Dense(features: 30, kernelInit: .unitForgetBias, biasInit: .heNormal),
    Dense(features: 60, biasInit: .glorotNormal),
  ]))

private let stack11 = Repeat(
  Dense(
    features: 50,
    paramDtype: .int64,
    kernelInit: .constant(value: 3),
    name: "quote \" and \\"),
  numRepeats: 16,
  name: "")

private let stack12 = Bidirectional(
  forward: Residual(
    [
      Dense(
        features: 21,
        useBias: false,
        activation: .relu6,
        paramDtype: .int16,
        kernelInit: .heNormal,
        biasInit: .ones),
      LSTM(
        units: 11,
        activation: .hardSwish,
        recurrentActivation: .hardTanh,
        biasInit: .zeros,
        name: ""),
    ],
    name: "line\nbreak\t\u{1}"),
  backward: Serial([Dense(features: 10, computeDtype: .bfloat16, paramDtype: .uint32)]))

private let stack13 = Blockwise(
  Bidirectional(
    forward: Dense(
      features: 21,
      useBias: false,
      activation: .relu6,
      paramDtype: .int16,
      kernelInit: .heNormal,
      biasInit: .ones),
    backward: LSTM(
      units: 11,
      activation: .hardSwish,
      recurrentActivation: .hardTanh,
      biasInit: .zeros,
      name: "")),
  blockSize: 16,
  name: "")

private let stack14 = Residual(
  [
    Repeat(
      Dense(
        features: 21,
        useBias: false,
        computeDtype: .int16,
        paramDtype: .uint32,
        kernelInit: .ones,
        name: ""),
      numRepeats: 53,
      name: "quote \" and \\"),
    Serial([], shareScope: [true, false, false]),
  ],
  shortcutLayers: [
    Serial([
      Dense(features: 10, computeDtype: .bfloat16, paramDtype: .uint32),
    ]),
    Blockwise(Dense(features: -4, useBias: false), blockSize: 26),
    Bidirectional(
      forward: Dense(features: 5, paramDtype: .uint8, kernelInit: .heNormal),
      backward: LSTM(units: 26, kernelInit: .ones, name: "ümlaut 音"),
      name: "line\nbreak\t\u{1}"),
  ],
  name: "line\nbreak\t\u{1}")

private let stack15 = Bidirectional(
  forward: Repeat(
    Dense(
      features: 21,
      useBias: false,
      computeDtype: .int16,
      paramDtype: .uint32,
      kernelInit: .ones,
      name: ""),
    numRepeats: 53,
    name: "quote \" and \\"),
  backward: Serial([], shareScope: [true, false, false]),
  combination: .concat)

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
      computeDtype: .float64),
    queryNetwork: LSTM(
      units: 26,
      recurrentActivation: .square,
      recurrentKernelInit: .lecunUniform),
    valueNetwork: Dense(features: -2),
    perDimKeyScale: true,
    sinkScalarsInit: .glorotNormal,
    useKvCacheRingbuffer: true),
  backward: Serial([
    Dense(features: 6, useBias: false, biasInit: .orthogonal(), name: "a"),
    Dense(
      features: 22,
      computeDtype: .bool,
      kernelInit: .truncatedNormal(),
      biasInit: .varianceScaling()),
  ]))

private let stack17 = Repeat(
  Repeat(
    Conv1D(
      filters: 35,
      kernelSize: 39,
      strides: -1,
      dilationRate: 41,
      padding: .same,
      useBias: false,
      computeDtype: .float64,
      paramDtype: .uint32,
      name: "two words"),
    numRepeats: 26),
  numRepeats: 16,
  name: "ümlaut 音")

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
    computeDtype: .float64),
  queryNetwork: DotProductSelfAttention(
    numHeads: 39,
    unitsPerHead: 9,
    maxPastHorizon: 4,
    maxFutureHorizon: 17,
    attentionProbabilitiesDropoutRate: -2.5,
    queryNetwork: Dense(features: -2),
    attentionLogitsSoftCap: 3,
    sinkEmbeddingsInit: .glorotNormal,
    useSinkScalars: true),
  valueNetwork: Repeat(
    Conv1D(
      filters: 39,
      kernelSize: 2,
      strides: 26,
      padding: .reverseCausal,
      useWeightNorm: true,
      activation: .gelu,
      kernelInit: .ones,
      biasInit: .truncatedNormal(),
      name: "line\nbreak\t\u{1}"),
    numRepeats: 34,
    unrollLayer: true))

private let stack19 = Repeat(
  LSTM(
    units: 39,
    computeDtype: .int16,
    paramDtype: .uint32,
    activation: .softSign,
    useBias: false,
    biasInit: .ones,
    name: "quote \" and \\"),
  numRepeats: 10,
  name: "two words")
