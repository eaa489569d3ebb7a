public import Programs

/// What a plan keeps for inspection.
///
/// Whatever it keeps, the results have the same bits.
public enum PlanKind: Hashable, Sendable {
  /// Outputs and state only.
  case fast
  /// Also these values.
  case observed([ValueID])
  /// Every value, each computed on its own.
  case debug
}

/// How a program is planned.
public struct PlanOptions: Hashable, Sendable {
  /// What is kept.
  public var kind: PlanKind

  /// What sizes decide; a debug plan has every value as a whole.
  package var limits = PlanLimits()

  /// Makes options.
  public init(kind: PlanKind = .fast) { self.kind = kind }
}

/// From which sizes a plan does better without whole values or copies of them.
package struct PlanLimits: Hashable, Sendable {
  /// Tasks run tile by tile for values larger than this in all; whole tasks leave smaller ones in the
  /// cache as well.
  package var leastTiledByteCount = 256 << 10
  /// About what a tile of all values may take of the second-level cache.
  package var tileByteCount = 160 << 10
  /// Fewer rows than this make poor use of packed weights.
  package var leastRows = 48
  /// Weights larger than this do not stay in the second-level cache from tile to tile.
  package var cachedWeightByteCount = 256 << 10
  /// Fewer rows than this spend much of their time waiting for such weights.
  package var leastRowsOfLargeWeights = 96
  /// Masked values smaller than this are in the cache when convolutions read them.
  package var leastMaskedByteCount = 64 << 10
  /// Values up to this size are written to their place in the state at once; larger ones may be made
  /// tile by tile.
  package var mostPlacedByteCount = 64 << 10
  /// Results smaller than this are copied faster than memory is found for them.
  package var leastEscapingByteCount = 1 << 20

  package init() {}
}
