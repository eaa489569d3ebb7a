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

  public func initialState(for input: ChannelSpec, _ context: LayerContext) -> LayerState {
    var state = LayerState()
    if context.training && rate > 0 && rate < 1 {
      randomDraws(sharedAxes(input.shape.count + 2)).declareState(in: &state, context)
    }
    return state
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) -> SequenceValue {
    dropped(x, context) { source, count in source.words(count, x, &state, context) }
  }

  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue {
    dropped(x, context) { source, count in source.words(count, x, context) }
  }

  private func sharedAxes(_ rank: Int) -> Set<Int> {
    Set(broadcastDims.values.map { $0 < 0 ? $0 + rank : $0 })
  }

  private func randomDraws(_ shared: Set<Int>) -> RandomDraws {
    RandomDraws(sharesRows: shared.contains(0), sharesTime: shared.contains(1))
  }

  private func dropped(
    _ x: SequenceValue, _ context: LayerContext, _ words: (RandomDraws, Int) -> Value
  ) -> SequenceValue {
    guard context.training, rate > 0 else { return x }
    guard rate < 1 else { return x.mapValues(preservingZero: true, \.zerosLike) }
    let shared = sharedAxes(x.values.rank)
    let channels = x.channelShape.enumerated().map { shared.contains($0 + 2) ? 1 : $1 }
    let drawn = words(randomDraws(shared), channels.elementCount)
    let uniform = drawn.uniform.reshaped(Array(drawn.shape.prefix(2)) + channels)
    let isKept = uniform .< uniform.scalarLike(1 - rate)
    return x.mapValues(preservingZero: true) { values in
      let scaled = values.dtype.isFloating ? values / values.scalarLike(1 - rate) : values
      return isKept.select(scaled, values.scalarLike(0))
    }
  }
}
