import Programs
import Tensors

/// The channel axes split, reordered and merged by a pattern such as `(h d) c -> h c d`.
///
/// - Shape: the pattern names channel axes only, in parentheses several as one, `...` the others.
/// - Mask: unchanged; as in the original, nothing is promised of invalid timesteps.
/// - Streaming: stateless.
/// - Throws: ``LayerError`` `.invalidConfig` for a pattern that cannot be read or names `batch` or `time`,
///   `.invalidInput` when it does not fit the channels.
/// - Source: sequence_layers/jax/simple.py `EinopsRearrange`.
extension EinopsRearrange: StatelessLayer {
  private func plan(_ input: ChannelSpec) throws(LayerError) -> EinopsPattern.Plan {
    let pattern = try einopsPattern(pattern)
    for name in ["batch", "time"] where pattern.names.contains(name) {
      throw .config(
        self, "pattern", found: "an axis named \(name)", expected: "channel axes only",
        suggestion: name == "time"
          ? "use GlobalEinopsRearrange to rearrange time" : "choose another name")
    }
    return try einopsPlan(pattern, for: input.shape, axesLengths)
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec { ChannelSpec(try plan(input).merged, input.dtype) }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let plan = try plan(x.channelSpec)
    return x.mapValues { plan.apply($0, keeping: [x.batch, x.time]) }
  }
}

/// Time and channel axes split, reordered and merged by a pattern such as `(t s) c -> t (s c)`.
///
/// - Shape: the pattern names time first, then the channel axes; the first axis of its right side is
///   the new time.
/// - Mask: a timestep is valid if all its elements come from valid timesteps, with `ceilMode` if any
///   does; elements of invalid timesteps are 0.
/// - Streaming: none; an output may need any input.
/// - Throws: ``LayerError`` `.invalidConfig` for a pattern that cannot be read, names `batch`, or makes the
///   channel shape depend on the length of the sequence; `.invalidInput` when it does not fit.
/// - Source: sequence_layers/jax/simple.py `GlobalEinopsRearrange`.
extension GlobalEinopsRearrange: WholeSequenceLayer {
  public var stepObstacle: String? { "it rearranges the whole sequence" }
  public var receptiveFieldPerStep: ReceptiveFieldPerStep { [.everything] }

  private func checkedPattern() throws(LayerError) -> EinopsPattern {
    let pattern = try einopsPattern(pattern)
    guard !pattern.names.contains("batch") else {
      throw .config(
        self, "pattern", found: "an axis named batch", expected: "time and channel axes only",
        suggestion: "choose another name")
    }
    return pattern
  }

  public func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    // A length that the given axis lengths divide; the channels must not depend on which one.
    let pattern = try checkedPattern()
    let time = axesLengths.reduce(1) { $0 * max(1, $1.length) }
    let once = try einopsPlan(pattern, for: [time] + input.shape, axesLengths).merged
    let twice = try? einopsPlan(pattern, for: [2 * time] + input.shape, axesLengths).merged
    guard !once.isEmpty, twice == nil || once.dropFirst() == twice?.dropFirst() else {
      throw .config(
        self, "pattern", found: "\"\(self.pattern)\" with channels that depend on the length",
        expected: "time as part of the first axis on the right",
        suggestion: "give the lengths of the other axes in axesLengths")
    }
    return ChannelSpec(Array(once.dropFirst()), input.dtype)
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let shape = [x.time] + x.channelShape
    let plan = try einopsPlan(try checkedPattern(), for: shape, axesLengths)
    let y = x.maskedInvalid().mapValues { plan.apply($0, keeping: [x.batch]) }
    let validity = plan.apply(
      x.expandedMask.broadcast(to: [x.batch] + shape), keeping: [x.batch])
    return SequenceValue(
      y.values, imaginary: y.imaginary,
      mask: validity.reduced(ceilMode ? .or : .and, axes: Array(2..<validity.rank)))
  }
}
