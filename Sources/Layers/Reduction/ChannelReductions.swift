import Programs
import Tensors

/// The mean over channel axes; of integers, in float32.
///
/// - Shape: the axes of `axis` removed, or of extent 1 with `keepdims`; `axisNone` takes all channel
///   axes. Axes count in the whole array `[b, t, ...channel]`, negative from the end.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidConfig` when an axis is not a channel axis or given twice,
///   `.invalidInput` for bool input.
/// - Source: sequence_layers/jax/simple.py `Mean`, which announces the integer dtype of its input and
///   returns float32; here float32 is announced.
extension Mean: StatelessLayer {
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try requireElements(.anyNumber, input)
    let spec = try reduction.outputSpec(input, of: self)
    return ChannelSpec(spec.shape, input.dtype.isInteger ? .float32 : input.dtype)
  }

  private var reduction: ChannelReduction { .init(axis.values, all: axisNone, keepdims) }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let axes = try reduction.axes(x.channelSpec, of: self)
    let count = axes.reduce(1) { $0 * x.values.shape[$1] }
    return x.mapValues(preservingZero: true) { values in
      let isLow = values.dtype == .bfloat16 || values.dtype == .float16
      let wide = isLow || values.dtype.isInteger ? values.converted(to: .float32) : values
      let sum = wide.reduced(.sum, axes: axes, keepingAxes: keepdims)
      let mean = sum / sum.scalarLike(Double(count))
      return isLow ? mean.converted(to: values.dtype) : mean
    }
  }
}

/// The sum over channel axes.
///
/// - Shape: as `Mean`.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` as `Mean`.
/// - Source: sequence_layers/jax/simple.py `Sum`.
extension Sum: StatelessLayer {
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try requireElements(.anyNumber, input)
    return try reduction.outputSpec(input, of: self)
  }

  private var reduction: ChannelReduction { .init(axis.values, all: axisNone, keepdims) }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let axes = try reduction.axes(x.channelSpec, of: self)
    return x.mapValues(preservingZero: true) { values in
      values.reduced(.sum, axes: axes, keepingAxes: keepdims)
    }
  }
}

/// The greatest element over channel axes.
///
/// - Shape: as `Mean`.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` as `Mean`; `.invalidInput` for complex input.
/// - Source: sequence_layers/jax/simple.py `Max`.
extension Max: StatelessLayer {
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try requireElements(.real, input)
    return try reduction.outputSpec(input, of: self)
  }

  private var reduction: ChannelReduction { .init(axis.values, all: axisNone, keepdims) }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let axes = try reduction.axes(x.channelSpec, of: self)
    return x.mapValues(preservingZero: true) { values in
      values.reduced(.max, axes: axes, keepingAxes: keepdims)
    }
  }
}

/// The smallest element over channel axes.
///
/// - Shape: as `Mean`.
/// - Mask: unchanged.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` as `Mean`; `.invalidInput` for complex input.
/// - Source: sequence_layers/jax/simple.py `Min`.
extension Min: StatelessLayer {
  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    try requireElements(.real, input)
    return try reduction.outputSpec(input, of: self)
  }

  private var reduction: ChannelReduction { .init(axis.values, all: axisNone, keepdims) }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let axes = try reduction.axes(x.channelSpec, of: self)
    return x.mapValues(preservingZero: true) { values in
      values.reduced(.min, axes: axes, keepingAxes: keepdims)
    }
  }
}

/// Which channel axes a reduction folds, and whether they stay with extent 1.
private struct ChannelReduction {
  var listed: [Int]
  var all: Bool
  var keepsAxes: Bool

  init(_ listed: [Int], all: Bool, _ keepsAxes: Bool) {
    self.listed = listed
    self.all = all
    self.keepsAxes = keepsAxes
  }

  func axes(_ input: ChannelSpec, of layer: any SequenceLayer) throws(LayerError) -> [Int] {
    guard !all else { return Array(2..<(input.shape.count + 2)) }
    let resolved = try layer.channelAxes("axis", listed, input)
    guard resolved.count == listed.count else {
      throw .config(
        layer, "axis", found: listed.shapeText, expected: "every axis once",
        suggestion: "leave out the axis that is named twice")
    }
    return resolved
  }

  func outputSpec(
    _ input: ChannelSpec, of layer: any SequenceLayer
  ) throws(LayerError) -> ChannelSpec {
    let folded = Set(try axes(input, of: layer))
    var shape: Shape = []
    for (index, extent) in input.shape.enumerated() {
      if !folded.contains(index + 2) { shape.append(extent) } else if keepsAxes { shape.append(1) }
    }
    return ChannelSpec(shape, input.dtype)
  }
}
