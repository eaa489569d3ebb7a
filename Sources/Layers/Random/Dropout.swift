import Programs
import Tensors

/// In training, every element becomes 0 with probability `rate`; the others are divided by `1 - rate`.
/// Otherwise the input.
///
/// An element is kept where its random number in `0 ..< 1` is below `1 - rate`. Integers are not
/// divided. Draws depend on seed, path, row key and position only, so `step` makes the same ones as
/// `layer`.
///
/// - Shape: `[b, t, ...] -> [b, t, ...]`, any elements; the axes of `broadcastDims` in the whole array,
///   batch and time included, share one draw.
/// - Mask: unchanged.
/// - Streaming: in training state `rowKey u32[b]` and `position i32[b]`, otherwise none.
/// - Beyond: steps in training, with the draws of the layer.
/// - Throws: ``LayerError`` `.invalidConfig` when `rate` is not within 0 ... 1 or an axis of
///   `broadcastDims` does not exist.
/// - Source: sequence_layers/jax/simple.py `Dropout`, which cannot step in training; the numbers drawn
///   are not the original's. Complex elements are divided like real ones; the original leaves them.
extension Dropout: SequenceLayer {
  public var receptiveFieldPerStep: ReceptiveFieldPerStep { [.aligned] }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    guard (0...1).contains(rate) else {
      throw .config(self, "rate", found: "\(rate)", expected: "a probability from 0 to 1")
    }
    let rank = input.shape.count + 2
    for axis in broadcastDims.values where !(-rank..<rank).contains(axis) {
      throw .config(
        self, "broadcastDims", found: "axis \(axis)",
        expected: "axes of the whole array: 0 to \(rank - 1), or \(-rank) to -1")
    }
    return input
  }

  private func dropout(_ rank: Int) -> ElementDropout {
    ElementDropout(rate: rate, shared: Set(broadcastDims.values.map { $0 < 0 ? $0 + rank : $0 }))
  }

  public func initialState(for input: ChannelSpec, _ context: LayerContext) -> LayerState {
    var state = LayerState()
    let dropout = dropout(input.shape.count + 2)
    if context.training && dropout.isRandom { dropout.draws.declareState(in: &state, context) }
    return state
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) -> SequenceValue {
    guard context.training else { return x }
    return dropout(x.values.rank).dropped(x) { $0.words($1, x, &state, context) }
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue {
    guard context.training else { return x }
    return dropout(x.values.rank).dropped(x) { $0.words($1, x, context) }
  }
}
