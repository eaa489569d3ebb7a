/// A layer that combines every timestep with that of a constant: where the constant is read, and how it
/// is combined, is all that it says.
protocol ConditioningLayer: SequenceLayer {
  var source: ConditioningSource { get }
  var conditioner: Conditioner { get }
}

extension ConditioningLayer {
  public var receptiveFieldPerStep: ReceptiveFieldPerStep { [.aligned] }

  public func initialState(
    for input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> LayerState {
    var state = LayerState()
    try source.declareState(in: &state, context, self)
    return state
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    try conditioner.combine(x, try source.block(x, &state, context, self), context)
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    try conditioner.combine(x, try source.whole(x, context, self), context)
  }
}
