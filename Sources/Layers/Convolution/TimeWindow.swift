import Programs
import Tensors

/// A window of taps that slides over time: what convolutions, pooling and framing share about
/// padding, masks, latency and state.
///
/// With `span = (size - 1) * dilation + 1`:
///
/// | mode | layer pads | output valid when | step |
/// |---|---|---|---|
/// | valid | 0, 0 | every tap is | no |
/// | same | half, half | the aligned input is | no |
/// | causal | span - 1, 0 | the aligned input is | yes |
/// | causal_valid | span - 1, 0 | every tap is; left padding counts as valid | yes |
/// | reverse_causal | 0, span - 1 | the aligned input is | latency span - 1 |
/// | reverse_causal_valid | 0, span - 1 | every tap is; right padding does not count | latency span - 1 |
/// | semicausal | max(span - stride, 0), rest | the aligned input is | yes |
/// | semicausal_full | max(span - stride, 0), span - 1 | any tap is | flushes span - stride |
struct TimeWindow: Hashable, Sendable {
  /// How a mode's mask rule folds the taps.
  enum MaskRule: Hashable, Sendable {
    /// The input at every `stride`-th timestep.
    case aligned
    /// All taps.
    case all
    /// Any tap.
    case any
  }

  var size: Int
  var stride: Int
  var dilation: Int
  var left: Int
  var right: Int
  var rule: MaskRule
  /// Whether the mask of the step buffer starts as valid.
  var startsValid = false
  /// Padding before the first input counts as valid where all taps must be.
  var leftPaddingIsValid = false
  var inputLatency = 0
  /// How many past timesteps a step keeps; nil where it cannot step.
  var bufferLength: Int?

  /// The distance from the first to the last tap, plus 1.
  var span: Int { (size - 1) * dilation + 1 }

  init(size: Int, stride: Int = 1, dilation: Int = 1, mode: PaddingMode) {
    self.size = size
    self.stride = stride
    self.dilation = dilation
    let reach = (size - 1) * dilation
    (left, right) = Self.padding(mode, reach: reach, stride: stride)
    let lookBack = max(reach + 1 - stride, 0)
    switch mode {
    case .valid: rule = .all
    case .same: rule = .aligned
    case .causal:
      rule = .aligned
      bufferLength = reach
    case .causalValid:
      rule = .all
      bufferLength = reach
      startsValid = true
      leftPaddingIsValid = true
    case .reverseCausal, .reverseCausalValid:
      rule = mode == .reverseCausal ? .aligned : .all
      bufferLength = reach / stride * stride
      inputLatency = reach
      startsValid = mode == .reverseCausalValid
    case .semicausal:
      rule = .aligned
      bufferLength = lookBack
    case .semicausalFull:
      rule = .any
      bufferLength = lookBack
      inputLatency = lookBack
    }
  }

  /// Explicit padding with `left + right = size - 1`, aligned masks.
  init(size: Int, stride: Int, left: Int, right: Int, startsValid: Bool) {
    self.size = size
    self.stride = stride
    dilation = 1
    self.left = left
    self.right = right
    rule = .aligned
    self.startsValid = startsValid
    inputLatency = max(0, size - 1 - left)
    bufferLength = size - 1 - right % stride
  }

  /// What a padding mode adds before and after an axis.
  static func padding(
    _ mode: PaddingMode, reach: Int, stride: Int
  ) -> (left: Int, right: Int) {
    let lookBack = max(reach + 1 - stride, 0)
    return switch mode {
    case .valid: (0, 0)
    case .same: (reach / 2, reach - reach / 2)
    case .causal, .causalValid: (reach, 0)
    case .reverseCausal, .reverseCausalValid: (0, reach)
    case .semicausal: (lookBack, reach - lookBack)
    case .semicausalFull: (lookBack, reach)
    }
  }

  /// The full semicausal mode only needs more input at the end; nothing is late.
  var outputLatency: Int { rule == .any ? 0 : inputLatency / stride }

  var receptiveField: ReceptiveField { ReceptiveField(-left, span - 1 - left) }

  /// The number of outputs for `time` inputs in layer mode.
  func outputTime(_ time: Int) -> Int {
    let room = max(0, time + left + right - (span - 1))
    return (room + stride - 1) / stride
  }

  /// The mask of the whole output.
  func layerMask(_ mask: Value) -> Value {
    switch rule {
    case .aligned:
      return mask.sliced(axis: 1, from: 0, to: mask.shape[1], stride: stride)
    case .all:
      let padded =
        mask
        .padded(axis: 1, low: left, high: 0, value: leftPaddingIsValid ? 1 : 0)
        .padded(axis: 1, low: 0, high: right, value: 0)
      return fold(padded, .and)
    case .any: return fold(mask.padded(axis: 1, low: left, high: right, value: 0), .or)
    }
  }

  /// Folds the taps of every window of an unpadded mask.
  func fold(_ mask: Value, _ kind: ReductionKind) -> Value {
    guard size > 1 || stride > 1 else { return mask }
    return mask.windowReduced(
      kind,
      WindowDimensions(
        size: [1, size], stride: [1, stride], dilation: [1, dilation], padLow: [0, 0],
        padHigh: [0, 0]))
  }

  /// Whether a step needs the masks of past timesteps: not where each output's aligned input is in the
  /// block itself.
  func keepsMask(bufferLength: Int) -> Bool {
    bufferLength > 0 && !(rule == .aligned && left == bufferLength)
  }

  /// Declares the step buffer, its values equal to `fill`.
  func declareState(
    in state: inout LayerState, _ context: LayerContext, _ input: ChannelSpec, fill: Double = 0
  ) {
    guard let length = bufferLength, length > 0 else { return }
    let builder = context.builder
    let isComplex = input.dtype == .complex64
    let shape = [context.batch, length]
    let type = ValueType(isComplex ? .float32 : input.dtype, shape + input.shape)
    let kind = StateKind.window(axis: 1, length: length)
    state.declare("buffer", builder.full(fill, type), kind: kind)
    if isComplex { state.declare("bufferImaginary", builder.full(fill, type), kind: kind) }
    if keepsMask(bufferLength: length) {
      let mask = builder.full(startsValid ? 1 : 0, ValueType(.bool, shape))
      state.declare("mask", mask, kind: kind)
    }
  }

  /// Appends a block to the step buffer.
  ///
  /// Returns the buffer followed by the block, and the mask of the outputs of that block.
  func advance(
    _ x: SequenceValue, _ state: inout LayerState
  ) -> (joined: SequenceValue, mask: Value) {
    let values = state.append(x.values, to: "buffer")
    let imaginary = x.imaginary.map { state.append($0, to: "bufferImaginary") }
    let length = bufferLength ?? 0
    let isKept = keepsMask(bufferLength: length)
    let mask = isKept ? state.append(x.mask, to: "mask") : x.mask
    let offset = isKept ? left : left - length
    let count = x.time / stride
    let output: Value
    switch rule {
    case .aligned:
      let end = offset + (count - 1) * stride + 1
      output =
        count == 0
        ? mask.sliced(axis: 1, from: 0, to: 0)
        : mask.sliced(axis: 1, from: offset, to: end, stride: stride)
    case .all: output = fold(mask, .and).sliced(axis: 1, from: 0, to: count)
    case .any: output = fold(mask, .or).sliced(axis: 1, from: 0, to: count)
    }
    let joined = SequenceValue(
      values, imaginary: imaginary, mask: isKept ? mask : x.mask, isMasked: false)
    return (joined, output)
  }
}
