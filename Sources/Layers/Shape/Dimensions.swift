import Programs
import Tensors

/// Inserts channel axes of extent 1.
///
/// - Shape: `axis` names places of the channel shape, 0 the first; a negative one counts from behind
///   the last axis of the input. Places are filled in ascending order, repeated ones once.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidConfig` when a place is outside.
/// - Source: sequence_layers/jax/simple.py `ExpandDims`.
extension ExpandDims: StatelessLayer {
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    let rank = input.shape.count
    let places = axis.values.map { $0 < 0 ? $0 + rank + 1 : $0 }
    var shape = input.shape
    for place in Set(places).sorted() {
      guard (0...rank).contains(place) else {
        throw .config(
          self, "axis", found: axis.values.shapeText,
          expected: "places in the channel shape: 0 to \(rank), or \(-rank - 1) to -1",
          suggestion: "axes count from the first channel axis here, not from the batch axis")
      }
      shape.insert(1, at: place)
    }
    return ChannelSpec(shape, input.dtype)
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    x.reshapedChannels(try outputSpec(for: x.channelSpec, constants: [:]).shape)
  }
}

/// Removes channel axes of extent 1.
///
/// - Shape: the axes of `axis`, counted in the whole array `[b, t, ...channel]` and negative from the
///   end, or all of extent 1 when it is empty.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidConfig` when an axis is not a channel axis, `.invalidInput` when
///   its extent is not 1.
/// - Source: sequence_layers/jax/simple.py `Squeeze`.
extension Squeeze: StatelessLayer {
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    if axis.isEmpty { return ChannelSpec(input.shape.filter { $0 != 1 }, input.dtype) }
    let removed = try channelAxes("axis", axis.values, input)
    for place in removed where input.shape[place - 2] != 1 {
      throw .input(
        self, found: "extent \(input.shape[place - 2]) on axis \(place)",
        expected: "extent 1 on every axis that is removed")
    }
    let kept = input.shape.enumerated().filter { !removed.contains($0.offset + 2) }
    return ChannelSpec(kept.map(\.element), input.dtype)
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    x.reshapedChannels(try outputSpec(for: x.channelSpec, constants: [:]).shape)
  }
}
