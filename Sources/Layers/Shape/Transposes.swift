import Programs
import Tensors

/// The channel axes in another order.
///
/// - Shape: axis `i` of the output's channels is axis `axes[i]` of the whole array
///   `[b, t, ...channel]`; without `axes` the order is reversed.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidConfig` when `axes` is not a permutation of the channel axes.
/// - Source: sequence_layers/jax/simple.py `Transpose`.
extension Transpose: StatelessLayer {
  private func permutation(_ input: ChannelSpec) throws(LayerError) -> [Int] {
    let all = Array(2..<(input.shape.count + 2))
    if axes.isEmpty { return all.reversed() }
    guard axes.values.sorted() == all else {
      throw .config(
        self, "axes", found: axes.values.shapeText,
        expected: "an order of the channel axes \(all.shapeText)",
        suggestion: "leave out batch and time, axes 0 and 1")
    }
    return axes.values
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec { input.permuted(try permutation(input)) }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    x.transposedChannels(try permutation(x.channelSpec))
  }
}

/// Two channel axes exchanged.
///
/// - Shape: axes count in the whole array `[b, t, ...channel]`, negative from the end.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidConfig` when an axis is not a channel axis.
/// - Source: sequence_layers/jax/simple.py `SwapAxes`.
extension SwapAxes: StatelessLayer {
  private func permutation(_ input: ChannelSpec) throws(LayerError) -> [Int] {
    let first = try channelAxis("axis1", axis1, input)
    let second = try channelAxis("axis2", axis2, input)
    var order = Array(2..<(input.shape.count + 2))
    order.swapAt(first - 2, second - 2)
    return order
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec { input.permuted(try permutation(input)) }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    x.transposedChannels(try permutation(x.channelSpec))
  }
}

/// Channel axes moved to other places, the others kept in order.
///
/// - Shape: axis `source[i]` goes to place `destination[i]`; both count in the whole array
///   `[b, t, ...channel]`, negative from the end.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidConfig` when an axis is not a channel axis or given twice, or when
///   the lists differ in length.
/// - Source: sequence_layers/jax/simple.py `MoveAxis`.
extension MoveAxis: StatelessLayer {
  private func permutation(_ input: ChannelSpec) throws(LayerError) -> [Int] {
    guard source.values.count == destination.values.count else {
      throw .config(
        self, "destination", found: "\(destination.values.count) places",
        expected: "one for each of the \(source.values.count) axes of source")
    }
    var moves: [(place: Int, axis: Int)] = []
    for (from, to) in zip(source.values, destination.values) {
      moves.append(
        (
          try channelAxis("destination", to, input) - 2, try channelAxis("source", from, input)
        ))
    }
    let moved = Set(moves.map(\.axis))
    guard moved.count == moves.count, Set(moves.map(\.place)).count == moves.count else {
      throw .config(
        self, "source", found: "\(source.values.shapeText) to \(destination.values.shapeText)",
        expected: "every axis and every place once")
    }
    var order = Array(2..<(input.shape.count + 2)).filter { !moved.contains($0) }
    for move in moves.sorted(by: { $0.place < $1.place }) {
      order.insert(move.axis, at: move.place)
    }
    return order
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec { input.permuted(try permutation(input)) }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    x.transposedChannels(try permutation(x.channelSpec))
  }
}

extension ChannelSpec {
  /// The channels in the order of these axes of the whole array.
  fileprivate func permuted(_ axes: [Int]) -> ChannelSpec {
    ChannelSpec(axes.map { shape[$0 - 2] }, dtype)
  }
}
