import Tensors

/// A layer whose output `o` sees a window of the input around timestep `o · s`.
///
/// What convolution, pooling and framing say of stepping follows from the window.
protocol WindowedLayer: SequenceLayer {
  var window: TimeWindow { get }
}

extension WindowedLayer {
  /// That of the padding mode.
  public var stepObstacle: String? { window.stepObstacle }
  /// The stride, where the layer can step.
  public var blockSize: Int { stepObstacle == nil ? window.stride : 1 }
  /// One output for each stride.
  public var outputRatio: Rational { Rational(1, window.stride) }
  /// How far the window looks ahead.
  public var inputLatency: Int { window.inputLatency }
  /// How many outputs come before the window reaches the first timestep.
  public var outputLatency: Int { window.outputLatency }
  /// From the first to the last tap.
  public var receptiveFieldPerStep: ReceptiveFieldPerStep { [window.receptiveField] }
  /// One for every window.
  public func outputTime(for time: Int) -> Int { window.axis.outputExtent(time) }
}
