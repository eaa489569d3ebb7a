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

  var reduction: ReductionKind {
    switch self {
    case .max: .max
    case .min: .min
    case .average: .sum
    }
  }
}

/// A layer that folds windows over time and the spatial axes behind it, every channel by itself.
protocol PoolingLayer: WindowedLayer {
  var windowFields: WindowFields { get }
  var kind: PoolingKind { get }
}

extension PoolingLayer {
  var window: TimeWindow { windowFields.time }

  /// The windows along the spatial axes; axes behind them, of which there may be any number, are kept.
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try windowFields.check(self)
    let rank = windowFields.spatialRank
    try requireChannelRank(rank...Int.max, input, layer: typeName)
    guard input.dtype != .complex64 else {
      throw .input(
        self, found: "complex64 input", expected: "real numbers or truth values",
        suggestion: "put Abs() before it")
    }
    let space = try windowFields.spatialShape(input.shape, self)
    return ChannelSpec(space + input.shape.dropFirst(rank), input.dtype)
  }

  /// A buffer of past timesteps, filled as padding is.
  public func initialState(for input: ChannelSpec, _ context: LayerContext) -> LayerState {
    var state = LayerState()
    window.declareState(in: &state, context, input, fill: kind.fill)
    let length = window.bufferLength
    if case .average(masked: true) = kind, length > 0 {
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
    return SequenceValue(y.sliced(axis: 1, from: 0, to: x.time / window.stride), mask: mask)
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
    let fold = windowFields.fold(left: left, right: right, rank: x.rank)
    let folded = x.windowReduced(kind.reduction, fold)
    switch kind {
    case .max, .min: return folded
    case .average(masked: false):
      let taps = windowFields.taps.reduce(1, *)
      return folded.divided(by: folded.scalarLike(Double(taps)))
    case .average(masked: true):
      let steps = valid.windowReduced(
        .sum,
        WindowDimensions(
          size: [1, window.size], stride: [1, window.stride], dilation: [1, window.axis.dilation],
          padLow: [0, left], padHigh: [0, right]))
      let counts = steps.scaled(by: Double(windowFields.taps.dropFirst().reduce(1, *)))
      let wide = counts.reshaped(counts.shape + Array(repeating: 1, count: x.rank - 2))
      return folded.divided(by: wide.binary(.max, 1).converted(to: x.dtype))
    }
  }
}

extension Value {
  /// The quotient; of integers rounded towards minus infinity.
  fileprivate func divided(by divisor: Value) -> Value {
    let quotient = self / divisor
    guard !dtype.isFloating else { return quotient }
    let isInexact = (self - quotient * divisor) .< scalarLike(0)
    return quotient - isInexact.converted(to: dtype)
  }
}
