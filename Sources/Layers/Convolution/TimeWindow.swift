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
/// | same | half, half | the aligned input is | latency: the half behind |
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

  var axis: AxisWindow
  var rule: MaskRule
  /// Padding before the first input counts as valid.
  var paddingIsValid = false
  var inputLatency = 0
  /// How many past timesteps a step keeps.
  var bufferLength = 0
  /// Why the window cannot step, if it cannot.
  var stepObstacle: String?

  var size: Int { axis.size }
  var stride: Int { axis.stride }
  var left: Int { axis.left }
  var right: Int { axis.right }
  /// The distance from the first to the last tap, plus 1.
  var span: Int { axis.span }

  init(size: Int, stride: Int = 1, dilation: Int = 1, mode: PaddingMode) {
    let reach = (size - 1) * dilation
    let (left, right) = mode.amounts(reach: reach, stride: stride)
    axis = AxisWindow(size: size, stride: stride, dilation: dilation, left: left, right: right)
    stepObstacle = mode.windowStepObstacle(reach: reach)
    switch mode {
    case .valid: rule = .all
    case .same:
      rule = .aligned
      bufferLength = reach - right % stride
      inputLatency = right
    case .causal:
      rule = .aligned
      bufferLength = reach
    case .causalValid:
      rule = .all
      bufferLength = reach
      paddingIsValid = true
    case .reverseCausal, .reverseCausalValid:
      rule = mode == .reverseCausal ? .aligned : .all
      bufferLength = reach / stride * stride
      inputLatency = reach
    case .semicausal:
      rule = .aligned
      bufferLength = left
    case .semicausalFull:
      rule = .any
      bufferLength = left
      inputLatency = left
    }
  }

  /// Explicit padding with `left + right = size - 1`, aligned masks.
  init(size: Int, stride: Int, left: Int, right: Int) {
    axis = AxisWindow(size: size, stride: stride, dilation: 1, left: left, right: right)
    rule = .aligned
    inputLatency = max(0, size - 1 - left)
    bufferLength = size - 1 - right % stride
  }

  /// The full semicausal mode only needs more input at the end; nothing is late.
  var outputLatency: Int { rule == .any ? 0 : inputLatency / stride }

  var receptiveField: ReceptiveField { ReceptiveField(-left, span - 1 - left) }

  /// The mask of the whole output.
  func layerMask(_ mask: Value) -> Value {
    switch rule {
    case .aligned:
      return mask.sliced(axis: 1, from: 0, to: mask.shape[1], stride: stride)
    case .all:
      let padded =
        mask
        .padded(axis: 1, low: left, high: 0, value: paddingIsValid ? 1 : 0)
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
        size: [1, size], stride: [1, stride], dilation: [1, axis.dilation], padLow: [0, 0],
        padHigh: [0, 0]))
  }

  /// Whether a step needs the masks of past timesteps: not where each output's aligned input is in the
  /// block itself.
  private var keepsMask: Bool {
    bufferLength > 0 && !(rule == .aligned && left == bufferLength)
  }

  /// Declares the step buffer, its values equal to `fill`.
  func declareState(
    in state: inout LayerState, _ context: LayerContext, _ input: ChannelSpec, fill: Double = 0
  ) {
    let length = bufferLength
    guard length > 0 else { return }
    let builder = context.builder
    let isComplex = input.dtype == .complex64
    let shape = [context.batch, length]
    let type = ValueType(isComplex ? .float32 : input.dtype, shape + input.shape)
    let kind = StateKind.window(axis: 1, length: length)
    state.declare("buffer", builder.full(fill, type), kind: kind)
    if isComplex { state.declare("bufferImaginary", builder.full(fill, type), kind: kind) }
    if keepsMask {
      let mask = builder.full(paddingIsValid ? 1 : 0, ValueType(.bool, shape))
      state.declare("mask", mask, kind: kind)
    }
    if paddingIsValid && context.precedingLatency > 0 { counter.declareState(in: &state, context) }
  }

  private var counter: PositionCounter { PositionCounter(countsValidOnly: false) }

  /// Appends a block to the step buffer.
  ///
  /// - Returns: the buffer followed by the block, and the mask of the outputs of that block.
  func advance(
    _ x: SequenceValue, _ state: inout LayerState
  ) -> (joined: SequenceValue, mask: Value) {
    let values = state.append(x.values, to: "buffer")
    let imaginary = x.imaginary.map { state.append($0, to: "bufferImaginary") }
    let length = keepsMask ? bufferLength : 0
    let isReal = realSteps(x, &state)
    // Behind a latency what comes before the first layer-wise timestep counts as padding does.
    let block = isReal.map { x.mask.or($0.not) } ?? x.mask
    let mask = keepsMask ? state.append(block, to: "mask") : block
    let joined = SequenceValue(values, imaginary: imaginary, mask: mask, isMasked: false)
    let count = x.time / stride
    let output: Value
    switch rule {
    case .aligned:
      let offset = left - bufferLength + length
      let end = count == 0 ? offset : offset + (count - 1) * stride + 1
      output = mask.sliced(axis: 1, from: offset, to: end, stride: stride)
    case .all: output = fold(mask, .and).sliced(axis: 1, from: 0, to: count)
    case .any: output = fold(mask, .or).sliced(axis: 1, from: 0, to: count)
    }
    guard let isReal else { return (joined, output) }
    return (joined, output.and(isReal.sliced(axis: 1, from: 0, to: x.time, stride: stride)))
  }

  /// Which timesteps of a block `layer` sees too, where that matters.
  private func realSteps(_ x: SequenceValue, _ state: inout LayerState) -> Value? {
    guard state.has("position") else { return nil }
    let positions = counter.advance(x, &state)
    return positions.scalarLike(0) .<= positions
  }
}
