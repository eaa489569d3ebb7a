import Programs
import Tensors

/// A layer whose outputs are the windows of the input themselves, on a new first channel axis.
protocol FramingLayer: WindowedLayer {
  /// Checks the fields.
  func checkFrames() throws(LayerError)
}

extension FramingLayer {
  /// Frames of the input's channels.
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try checkFrames()
    return ChannelSpec([window.size] + input.shape, input.dtype)
  }

  /// The timesteps that later frames still see.
  public func initialState(for input: ChannelSpec, _ context: LayerContext) -> LayerState {
    var state = LayerState()
    window.declareState(in: &state, context, input)
    return state
  }

  /// The frames of the buffer and the block.
  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let (joined, mask) = window.advance(x.maskedInvalid(), &state)
    let count = x.time / window.stride
    return SequenceValue(
      frames(joined.values, count: count),
      imaginary: joined.imaginary.map { frames($0, count: count) },
      mask: mask)
  }

  /// The frames of the padded sequence.
  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let count = window.axis.outputExtent(x.time)
    func padded(_ values: Value) -> Value {
      values.padded(axis: 1, low: window.left, high: window.right)
    }
    let input = x.maskedInvalid()
    return SequenceValue(
      frames(padded(input.values), count: count),
      imaginary: input.imaginary.map { frames(padded($0), count: count) },
      mask: window.layerMask(x.mask))
  }

  /// The first `count` frames of values that are padded already.
  private func frames(_ x: Value, count: Int) -> Value {
    let length = window.size
    guard count > 0, x.shape[1] > 0 else {
      return x.builder.full(
        0, ValueType(x.dtype, [x.shape[0], count, length] + x.shape.dropFirst(2)))
    }
    let type = ValueType(.int32, [count, length])
    let builder = x.builder
    let start = builder.iota(type, axis: 0).scaled(by: Double(window.stride))
    let indices = start + builder.iota(type, axis: 1)
    return x.gathered(indices, axis: 1)
  }
}
