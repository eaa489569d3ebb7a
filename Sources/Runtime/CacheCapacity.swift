public import Layers

/// How many timesteps attention with an unlimited past may keep in steps.
///
/// Its caches begin small and become twice as large whenever a step would fill them, until they are as large as
/// this allows. Timesteps are those of the layer; in front of it the rate may be another.
public struct CacheCapacity: Hashable, Sendable {
  /// The timesteps that there is room for at first.
  public var initial: Int
  /// The most; a step that needs more is refused.
  public var maximum: Int

  /// Makes a capacity.
  ///
  /// - Precondition: `1 <= initial <= maximum`.
  public init(initial: Int = TraceRequest.firstCacheCapacity, maximum: Int = 1 << 20) {
    precondition(initial >= 1 && initial <= maximum, "A cache begins with room for one timestep.")
    (self.initial, self.maximum) = (initial, maximum)
  }

  /// One that does not grow.
  public static func fixed(_ timesteps: Int) -> CacheCapacity {
    CacheCapacity(initial: timesteps, maximum: timesteps)
  }

  /// The capacity with room for so many timesteps.
  ///
  /// - Throws: ``RuntimeError`` `.cacheFull`.
  func holding(_ timesteps: Int) throws(RuntimeError) -> Int {
    guard timesteps <= maximum else {
      throw RuntimeError(
        .cacheFull,
        found:
          "a step that makes \(timesteps) timesteps for an attention with an unlimited past to remember",
        expected: "at most \(maximum), the stated capacity of its caches")
    }
    var capacity = initial
    while capacity < timesteps { capacity = capacity > maximum / 2 ? maximum : capacity * 2 }
    return capacity
  }
}
