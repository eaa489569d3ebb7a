import Programs
import Tensors

/// ``Dropout`` that is on outside training too: every element becomes 0 with probability `rate`, the others are
/// divided by `1 - rate`.
///
/// - Shape: `[b, t, ...] -> [b, t, ...]`, any elements; axes whose entry of `noiseShape` is 1 share one draw.
/// - Mask: unchanged.
/// - Streaming: state `rowKey u32[b]` and `position i32[b]`.
/// - Beyond: steps drop as the layer does, with its draws.
/// - Throws: ``LayerError`` `.invalidConfig` when `rate` is not within 0 ... 1 or `noiseShape` does not fit.
/// - Source: sequence_layers/tensorflow/simple.py `TacotronDropoutAtEval`, whose steps drop in training only;
///   Shen et al. 2018, arXiv 1712.05884. The numbers drawn are not the original's.
extension TacotronDropoutAtEval: SequenceLayer {
  public var receptiveFieldPerStep: ReceptiveFieldPerStep { [.aligned] }

  private func dropout(_ input: ChannelSpec) throws(LayerError) -> ElementDropout {
    try ElementDropout(rate: rate, noiseShape: noiseShape.values, input, self)
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    _ = try dropout(input)
    return input
  }

  public func initialState(
    for input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> LayerState {
    var state = LayerState()
    let dropout = try dropout(input)
    if dropout.isRandom { dropout.draws.declareState(in: &state, context) }
    return state
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    try dropout(x.channelSpec).dropped(x) { $0.words($1, x, &state, context) }
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    try dropout(x.channelSpec).dropped(x) { $0.words($1, x, context) }
  }
}
