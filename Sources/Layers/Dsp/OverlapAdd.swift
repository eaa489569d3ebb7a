import Programs
public import Tensors

/// The sum of overlapping frames, each `frameStep` samples behind the one before; it undoes ``Frame``.
///
/// - Shape: `[b, t, length, ...] -> [b, t · step, ...]` for `causal`, `[b, (t - 1)·step + length, ...]` for
///   `valid`; `semicausal_full` leaves out the first `length - step` samples of that.
/// - Mask: repeated for `causal`; for `valid` a sample is valid when all frames that reach it are, for
///   `semicausal_full` when any of the frames that start in the `length` samples from it is. Invalid
///   frames count as 0.
/// - Streaming: `causal` only; block 1, ratio `step`, no latency; state `partial [b, length - step, ...]`,
///   the sums that later frames still add to. A sample is the sum of its frames from the earliest on.
/// - Throws: ``LayerError`` `.invalidConfig` for lengths below 1, a length below the step or another
///   padding mode, `.invalidInput` for input whose first channel axis is not a frame.
/// - Source: sequence_layers/jax/dsp.py `OverlapAdd`.
extension OverlapAdd: SequenceLayer {
  private var window: TransposeWindow {
    TransposeWindow(
      WindowAxis(
        size: frameLength.clampedField, stride: frameStep.clampedField, dilation: 1,
        padding: .mode(padding)))
  }

  /// How many samples of a frame the next one adds to.
  private var overlap: Int { max(0, window.span - window.stride) }

  public var stepObstacle: String? { window.stepObstacle }
  public var outputRatio: Rational { Rational(window.stride) }
  public var receptiveFieldPerStep: ReceptiveFieldPerStep {
    guard padding == .semicausalFull else { return window.receptiveFieldPerStep }
    return [ReceptiveField(0, (window.size + window.stride - 1) / window.stride - 1)]
  }

  public func outputTime(for time: Int) -> Int {
    guard time > 0, overlap > 0 else { return time * window.stride }
    let sums = (time - 1) * window.stride + window.size
    switch padding {
    case .valid: return sums
    case .semicausalFull: return min(window.outputExtent(time), sums) - overlap
    case .same, .causal, .causalValid, .reverseCausal, .reverseCausalValid, .semicausal:
      return sums - overlap
    }
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try require("frameLength", frameLength, atLeast: 1)
    try require("frameStep", frameStep, atLeast: 1)
    guard frameLength >= frameStep else {
      throw .config(
        self, "frameLength", found: "\(frameLength) under a frameStep of \(frameStep)",
        expected: "frames at least as long as the step, so that they leave no holes")
    }
    guard [.valid, .causal, .semicausalFull].contains(padding) else {
      throw .config(
        self, "padding", found: padding.rawValue, expected: "valid, causal or semicausal_full")
    }
    guard input.shape.first == frameLength else {
      throw .input(
        self, found: "channel shape \(input.shape.shapeText)",
        expected: "frames of \(frameLength) as first channel axis")
    }
    guard input.dtype != .complex64, input.dtype != .bool else {
      throw .input(
        self, found: "\(input.dtype.name) input", expected: "real numbers",
        suggestion: input.dtype == .bool ? nil : "put IRFFT() before it")
    }
    return ChannelSpec(Array(input.shape.dropFirst()), input.dtype)
  }

  public func initialState(for input: ChannelSpec, _ context: LayerContext) -> LayerState {
    var state = LayerState()
    guard overlap > 0 else { return state }
    state.declare("partial", noSums(input, context))
    return state
  }

  /// The sums before the first frame.
  private func noSums(_ input: ChannelSpec, _ context: LayerContext) -> Value {
    let shape = [context.batch, overlap] + input.shape.dropFirst()
    return context.builder.full(0, ValueType(input.dtype, shape))
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let time = x.time * frameStep
    let start = overlap > 0 ? state["partial"] : noSums(x.channelSpec, context)
    let sums = try overlapped(x, after: start, context)
    if overlap > 0 {
      state["partial"] = sums.sliced(axis: 1, from: time, to: time + overlap)
    }
    return SequenceValue(
      sums.sliced(axis: 1, from: 0, to: time), mask: x.mask.repeated(frameStep, axis: 1))
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) throws(LayerError) -> SequenceValue
  {
    let sums = try overlapped(x, after: noSums(x.channelSpec, context), context)
    let time = sums.shape[1]
    guard x.time > 0, overlap > 0 else {
      return SequenceValue(sums, mask: x.mask.repeated(frameStep, axis: 1))
    }
    guard padding == .semicausalFull else {
      let end = padding == .causal ? time - overlap : time
      return SequenceValue(
        sums.sliced(axis: 1, from: 0, to: end), mask: window.layerMask(x.mask, time: end))
    }
    let mask = window.layerMask(x.mask, time: window.outputExtent(x.time))
    let end = min(mask.shape[1], time)
    return SequenceValue(
      sums.sliced(axis: 1, from: overlap, to: end),
      mask: mask.sliced(axis: 1, from: overlap, to: end))
  }

  /// All sums of `[b, t, length, ...]`: as many samples as from the first to the last of any frame.
  ///
  /// Frames are added in the order of time to the sums of the frames before, `[b, length - step, ...]`, so
  /// that it does not matter how they are cut into blocks.
  private func overlapped(
    _ x: SequenceValue, after start: Value, _ context: LayerContext
  ) throws(LayerError) -> Value {
    let frames = (frameLength > 1 ? x.maskedInvalid() : x).values
    let rest = frames.shape.dropFirst(3)
    guard x.time > 0 else {
      return frames.builder.full(0, ValueType(frames.dtype, [x.batch, 0] + rest))
    }
    // A frame is cut into parts of one step; part j belongs j steps later.
    let parts = (frameLength + frameStep - 1) / frameStep
    let cut = frames.padded(axis: 2, low: 0, high: parts * frameStep - frameLength)
      .reshaped([x.batch, x.time, parts, frameStep] + rest)
    let steps = x.time + parts - 1
    var sum = start.padded(axis: 1, low: 0, high: steps * frameStep - overlap)
      .reshaped([x.batch, steps, frameStep] + rest)
    try context.repeating(parts) { turn in
      let part = parts - 1 - turn
      sum = sum + cut.element(part, axis: 2).padded(axis: 1, low: part, high: turn)
    }
    return sum.reshaped([x.batch, steps * frameStep] + rest)
      .sliced(axis: 1, from: 0, to: (x.time - 1) * frameStep + frameLength)
  }
}
