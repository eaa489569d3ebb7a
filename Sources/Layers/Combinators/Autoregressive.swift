import Programs
public import Tensors

/// A layer that sees its own output of the block before: `y[k] = layer([x[k], feedback(y[k - 1])])` for blocks
/// `k` of the layer's block size, joined on the first channel axis.
///
/// Before the first block the output counts as 0. Where the layer reduces the rate, the output of a block is
/// repeated as a whole to the length of a block of input.
///
/// - Shape: `[b, t, c, ...]`, of which the layer sees `[b, t, c + f, ...]`; its output may not depend on the
///   number of input channels. `f` are the channels of that output, or of `feedbackLayer`.
/// - Mask: the layer's. What is fed back is 0 where it is invalid, and the mask itself is not fed back.
/// - Streaming: the layer's block and ratio, no latency; state `feedback [b, block · ratio, f, ...]` and those
///   of both layers. A whole sequence is a loop over blocks, so steps are the layer, bit for bit.
/// - Beyond: invalid output is selected to 0 before it goes through `feedbackLayer`, and behind it, so that
///   nothing that lies at invalid timesteps is fed back.
/// - Throws: ``LayerError`` `.invalidConfig` for a layer that cannot step, has a latency or a ratio above 1;
///   `.invalidInput` when output, feedback and input do not fit each other; `.latencyMismatch` behind a
///   latency that is no whole number of blocks.
/// - Source: sequence_layers/tensorflow/recurrent.py `Autoregressive`.
extension Autoregressive: CombinatorLayer {
  private var body: SerialChain { SerialChain(layer, prefix: "layer") }
  private var feedback: SerialChain {
    SerialChain(feedbackLayer, prefix: "feedback_layer", beside: body)
  }

  /// Creates it from one layer.
  public init(
    _ layer: any SequenceLayer, feedbackLayer: [any SequenceLayer] = [], name: String? = nil
  ) {
    self.init(layer: [layer], feedbackLayer: feedbackLayer, name: name)
  }

  public var children: [LayerChild] {
    body.children(field: "layer") + feedback.children(field: "feedback_layer")
  }
  public var stepObstacle: String? { body.stepObstacle ?? feedback.stepObstacle }
  public var blockSize: Int { body.blockSize }
  public var outputRatio: Rational { body.outputRatio }
  public func outputTime(for time: Int) -> Int { body.outputTime(for: time) }

  /// Everything before a block reaches it through the feedback.
  public var receptiveFieldPerStep: ReceptiveFieldPerStep {
    body.receptiveFieldPerStep.map { field in
      field.map { ReceptiveField(-.infinity, $0.end) }
    }
  }

  public func accumulatedOutputLatency(_ earlier: Int) throws(LayerError) -> Int {
    let late = Rational.floorModulo(-earlier, blockSize)
    guard late == 0 else {
      throw LayerError(
        .latencyMismatch(), layer: typeName, found: "an incoming output latency of \(earlier)",
        expected: "whole blocks of \(blockSize)",
        suggestion: "insert Delay(length: \(late), delayLayerOutput: false) before it")
    }
    return try body.accumulatedOutputLatency(earlier)
  }

  // MARK: - Specs

  /// What goes through the loop: the input joined with the feedback, the output, the feedback.
  private func specs(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> (joined: ChannelSpec, output: ChannelSpec, feedback: ChannelSpec) {
    let output = try body.outputSpec(for: input, constants: constants)
    let known = constants.merging(layer.sharedTables) { given, _ in given }
    let fed = try feedback.outputSpec(for: output, constants: known)
    guard !input.shape.isEmpty, fed.shape.count == input.shape.count,
      fed.shape.dropFirst() == input.shape.dropFirst()
    else {
      throw .input(
        self, found: "an input of \(input.shape.shapeText), a feedback of \(fed.shape.shapeText)",
        expected: "channel shapes that differ in their first axis only",
        suggestion: "give them one shape with feedbackLayer")
    }
    guard fed.dtype == input.dtype, input.dtype != .complex64 else {
      throw .input(
        self, found: "an input of \(input.dtype.name), a feedback of \(fed.dtype.name)",
        expected: "one real dtype", suggestion: "put Cast into feedbackLayer")
    }
    let joined = ChannelSpec(
      [input.shape[0] + fed.shape[0]] + input.shape.dropFirst(), input.dtype)
    let again = try body.outputSpec(for: joined, constants: constants)
    guard again == output else {
      throw .input(
        self, found: "a layer that makes \(output) of \(input) and \(again) of \(joined)",
        expected: "an output that does not depend on the number of input channels",
        suggestion: "end the layer with one of a fixed number of channels, such as Dense")
    }
    return (joined, output, fed)
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try checkLoop(body, "layer", ratios: ...1)
    try checkLoop(feedback, "feedbackLayer", ratios: 1...1)
    return try specs(for: input, constants: constants).output
  }

  /// Checks that a chain can run block by block without falling behind.
  private func checkLoop(
    _ chain: SerialChain, _ field: String, ratios: some RangeExpression<Rational>
  ) throws(LayerError) {
    if let obstacle = chain.stepObstacle {
      throw .config(
        self, field, found: "a layer that cannot step: \(obstacle)",
        expected: "one that can, because its output is fed back block by block")
    }
    guard ratios.contains(chain.outputRatio) else {
      throw .config(
        self, field, found: "an output ratio of \(chain.outputRatio)",
        expected: field == "layer" ? "1 or less" : "1")
    }
    guard chain.inputLatency == 0, chain.outputLatency == 0 else {
      throw .config(
        self, field, found: "a layer with a latency of \(chain.inputLatency) timesteps",
        expected: "no latency, because its output belongs to the next block of input")
    }
    guard blockSize % chain.blockSize == 0 else {
      throw .config(
        self, field, found: "a block of \(chain.blockSize) timesteps",
        expected: "a divisor of the block of \(blockSize) that is fed back")
    }
  }

  // MARK: - The loop

  public func initialState(
    for input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> LayerState {
    let specs = try specs(for: input, constants: context.knownConstants)
    let time = (Rational(blockSize) * outputRatio).truncated
    var state = LayerState()
    let type = ValueType(specs.feedback.dtype, [context.batch, time] + specs.feedback.shape)
    state.declare("feedback", context.builder.full(0, type))
    try body.initialState(for: specs.joined, into: &state, context)
    try feedback.initialState(for: specs.output, into: &state, context)
    return state
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    try context.overBlocks(x, of: blockSize, &state) {
      x, state, context throws(LayerError) in
      try turn(x, &state, context)
    }
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let whole = x.paddedToMultiple(of: blockSize)
    let y = try context.holding(whole.time) { () throws(LayerError) in
      var state = try context.unrecorded { () throws(LayerError) in
        try initialState(for: x.channelSpec, context)
      }
      return try step(whole, &state, context)
    }
    return y.slicedTime(from: 0, to: min(y.time, outputTime(for: x.time)))
  }

  /// One block.
  private func turn(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let before = state["feedback"]
    let copies = before.shape[1] == 0 ? 0 : x.time / before.shape[1]
    let repeated = Value.concatenate(Array(repeating: before, count: max(1, copies)), axis: 1)
    let joined = SequenceValue(
      Value.concatenate([x.values, repeated], axis: 2), mask: x.mask)
    let y = try body.step(joined, &state, context)
    let fed = try feedback.step(y.maskedInvalid(), &state, context)
    state["feedback"] = fed.maskedInvalid().values
    return y
  }
}
