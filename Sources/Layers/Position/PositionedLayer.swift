/// A layer of which an output depends on the values of its own timestep and on its position.
///
/// So it depends on how many timesteps before it are valid, not on what they hold.
protocol PositionedLayer: SequenceLayer {}

extension SequenceLayer {
  /// Whether an output depends on what other timesteps hold.
  var mixesTimesteps: Bool {
    if self is any PositionedLayer { return false }
    if self is any CombinatorLayer { return children.contains { $0.layer.mixesTimesteps } }
    return receptiveFieldPerStep.contains { $0 != .aligned }
  }
}
