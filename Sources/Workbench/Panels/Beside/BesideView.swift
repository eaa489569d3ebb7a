/// The step-wise output of the selected layer beside the layer-wise one, at one timestep.
package struct BesideView: Hashable, Sendable {
  /// One channel of both.
  package struct Channel: Hashable, Sendable {
    package var index: String
    package var step: Double
    package var layer: Double
    package var difference: Double
    /// Distance in units in the last place; nil when one of them is no number.
    package var ulp: Int?
    /// What an expected array has in this place; nil where there is none.
    package var expected: Double?

    package init(
      index: String, step: Double, layer: Double, difference: Double, ulp: Int?,
      expected: Double? = nil
    ) {
      self.index = index
      self.step = step
      self.layer = layer
      self.difference = difference
      self.ulp = ulp
      self.expected = expected
    }
  }

  package var path: String
  /// The timestep shown, in the layer's own time.
  package var time: Int
  /// Whether the channels are logits of tokens, the likeliest first.
  package var isRanked: Bool
  /// Whether step and layer hold it for valid; values of invalid timesteps do not count.
  package var isStepValid: Bool
  package var isLayerValid: Bool
  package var channels: [Channel]
  /// Channels before the first shown, and in all.
  package var firstChannel: Int
  package var channelCount: Int
  /// Whether an array is expected of this layer, with or without a value at this timestep.
  package var hasReference = false
  /// The comparison so far.
  package var verdict: VerdictView

  package init(
    path: String, time: Int, isRanked: Bool = false, isStepValid: Bool = true,
    isLayerValid: Bool = true,
    channels: [Channel], firstChannel: Int, channelCount: Int, hasReference: Bool = false,
    verdict: VerdictView
  ) {
    self.path = path
    self.time = time
    self.isRanked = isRanked
    self.isStepValid = isStepValid
    self.isLayerValid = isLayerValid
    self.channels = channels
    self.firstChannel = firstChannel
    self.channelCount = channelCount
    self.hasReference = hasReference
    self.verdict = verdict
  }
}
