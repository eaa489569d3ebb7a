import Programs
import Tensors

/// What pooling layers fold a window with.
enum PoolingKind: Hashable, Sendable {
  case max
  case min
  /// The sum over the number of taps, or, if `masked`, over the number of valid ones.
  case average(masked: Bool)

  /// What stands for invalid timesteps and padding.
  var fill: Double {
    switch self {
    case .max: -.infinity
    case .min: .infinity
    case .average: 0
    }
  }

  fileprivate var reduction: ReductionKind {
    switch self {
    case .max: .max
    case .min: .min
    case .average: .sum
    }
  }
}

/// Pooling over time: every channel by itself, windows as in ``TimeWindow``.
protocol TimePoolingLayer: SequenceLayer {
  var poolSize: Int { get }
  var strides: Int { get }
  var dilationRate: Int { get }
  var padding: PaddingMode { get }
  var kind: PoolingKind { get }
}

extension TimePoolingLayer {
  private var window: TimeWindow {
    TimeWindow(size: poolSize, stride: strides, dilation: dilationRate, mode: padding)
  }

  public var stepObstacle: String? { padding.convolutionStepObstacle }
  public var blockSize: Int { stepObstacle == nil ? strides : 1 }
  public var outputRatio: Rational { Rational(1, strides) }
  public var inputLatency: Int { window.inputLatency }
  public var outputLatency: Int { window.outputLatency }
  public var receptiveFieldPerStep: ReceptiveFieldPerStep { [window.receptiveField] }

  /// The input's channels, of which there may be any number of axes.
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try require("poolSize", poolSize, atLeast: 1)
    try require("strides", strides, atLeast: 1)
    try require("dilationRate", dilationRate, atLeast: 1)
    return input
  }

  /// A buffer of past timesteps, filled as padding is.
  public func initialState(for input: ChannelSpec, _ context: LayerContext) -> LayerState {
    var state = LayerState()
    window.declareState(in: &state, context, input, fill: kind.fill)
    if case .average(masked: true) = kind, let length = window.bufferLength, length > 0 {
      let type = ValueType(.int32, [context.batch, length])
      state.declare("valid", context.builder.full(0, type), kind: .window(axis: 1, length: length))
    }
    return state
  }

  /// Pools the buffer and the block.
  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let filled = x.filledInvalid(with: kind.fill)
    let (joined, mask) = window.advance(filled, &state)
    let valid = state.append(x.mask.converted(to: .int32), to: "valid")
    let y = pool(joined.values, valid: valid, left: 0, right: 0)
    return SequenceValue(y.sliced(axis: 1, from: 0, to: x.time / strides), mask: mask)
  }

  /// Pools the whole sequence.
  public func layer(_ x: SequenceValue, _ context: LayerContext) throws(LayerError) -> SequenceValue
  {
    let filled = x.filledInvalid(with: kind.fill)
    let y = pool(
      filled.values, valid: x.mask.converted(to: .int32), left: window.left, right: window.right)
    return SequenceValue(y, mask: window.layerMask(x.mask))
  }

  private func pool(_ x: Value, valid: Value, left: Int, right: Int) -> Value {
    let folded = fold(x, left: left, right: right, kind.reduction)
    switch kind {
    case .max, .min: return folded
    case .average(masked: false):
      guard x.dtype.isFloating else { return folded.floorDivided(by: poolSize) }
      return folded / folded.scalarLike(Double(poolSize))
    case .average(masked: true):
      let counts = fold(valid, left: left, right: right, .sum)
      let wide = counts.reshaped(counts.shape + Array(repeating: 1, count: x.rank - 2))
      let divisor = wide.binary(.max, 1).converted(to: x.dtype)
      return folded / divisor
    }
  }

  private func fold(_ x: Value, left: Int, right: Int, _ kind: ReductionKind) -> Value {
    func alongTime(_ time: Int, others: Int) -> [Int] {
      (0..<x.rank).map { $0 == 1 ? time : others }
    }
    return x.windowReduced(
      kind,
      WindowDimensions(
        size: alongTime(poolSize, others: 1), stride: alongTime(strides, others: 1),
        dilation: alongTime(dilationRate, others: 1), padLow: alongTime(left, others: 0),
        padHigh: alongTime(right, others: 0)))
  }
}

extension Value {
  /// The quotient of integers rounded towards minus infinity.
  fileprivate func floorDivided(by divisor: Int) -> Value {
    let number = scalarLike(Double(divisor))
    let quotient = self / number
    let isInexact = (self - quotient * number) .< scalarLike(0)
    return quotient - isInexact.converted(to: dtype)
  }
}

/// The greatest value of every window over time.
///
/// - Shape: `[b, t, ...] -> [b, t / s, ...]`.
/// - Mask: by padding mode; see ``TimeWindow``. Invalid timesteps and padding count as -inf.
/// - Streaming: block `s`; latency as `Conv1D`; state `buffer [b, n, ...]`.
/// - Throws: ``LayerError`` `.invalidConfig` for counts below 1.
/// - Source: sequence_layers/jax/pooling.py `MaxPooling1D`.
extension MaxPooling1D: TimePoolingLayer {
  var kind: PoolingKind { .max }
}

/// The smallest value of every window over time; as ``MaxPooling1D`` with +inf.
///
/// - Shape: `[b, t, ...] -> [b, t / s, ...]`.
/// - Mask: by padding mode; see ``TimeWindow``.
/// - Streaming: as ``MaxPooling1D``.
/// - Source: sequence_layers/jax/pooling.py `MinPooling1D`.
extension MinPooling1D: TimePoolingLayer {
  var kind: PoolingKind { .min }
}

/// The mean of every window over time.
///
/// Divides by the number of taps, padding and invalid timesteps counting as 0; with `maskedAverage` by
/// the number of valid timesteps, 0 where there is none. Integers divide towards minus infinity.
///
/// - Shape: `[b, t, ...] -> [b, t / s, ...]`.
/// - Mask: by padding mode; see ``TimeWindow``.
/// - Streaming: as ``MaxPooling1D``; with `maskedAverage` also state `valid [b, n]`.
/// - Source: sequence_layers/jax/pooling.py `AveragePooling1D`.
extension AveragePooling1D: TimePoolingLayer {
  var kind: PoolingKind { .average(masked: maskedAverage) }
}
