/// Where the arena buffers of a schedule lie.
struct ArenaLayout {
  /// Where each arena buffer starts, in bytes from the start of its region; -1 for buffers of other
  /// storage classes.
  var offsets: [Int]
  /// The region in which each arena buffer lies: one of `outputs`, or nil for the arena itself.
  var regions: [Int?]
  /// The size of the arena.
  var byteCount = 0
  /// The regions that can be handed over to callers.
  var outputs: [OutputRegion] = []
}

/// Memory of its own for a large result, which is handed to callers without being copied.
struct OutputRegion {
  /// The buffer of the result, at the start of the region.
  var buffer: Int
  var byteCount: Int
}
