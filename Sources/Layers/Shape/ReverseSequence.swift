import Programs
import Tensors

/// The valid timesteps of every row in reverse order; invalid ones stay where they are.
///
/// - Shape: `[b, t, ...] -> [b, t, ...]`, any elements.
/// - Mask: unchanged.
/// - Streaming: none; the first output is the end of the sequence.
/// - Source: sequence_layers/tensorflow/simple.py `ReverseSequence`, which reverses the first `n` timesteps
///   of a row with `n` valid ones; the same where those come first.
extension ReverseSequence: WholeSequenceLayer {
  public var stepObstacle: String? { "the first output is the end of the sequence" }
  public var receptiveFieldPerStep: ReceptiveFieldPerStep { [.everything] }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec { input }

  public func layer(_ x: SequenceValue, _ context: LayerContext) -> SequenceValue {
    guard x.time > 1 else { return x }
    let places = context.builder.iota(ValueType(.int32, [x.batch, x.time]), axis: 1)
    // Where the valid timesteps stand, in order; then the invalid ones.
    let keys = x.mask.select(places, places.adding(Double(x.time)))
    let order = keys.sorted(axis: 1).indices
    let last = x.lengths.expandingAxes([1]).adding(-1)
    let mirrored = (last - x.validPositions).binary(.max, 0)
    let sources = order.gathered(mirrored, axis: 1, batchAxes: 1)
    let indices = x.mask.select(sources, places)
    return x.moved({ $0.gathered(indices, axis: 1, batchAxes: 1) }, mask: { $0 })
  }
}
