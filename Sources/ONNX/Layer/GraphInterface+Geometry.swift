// Which axis of the sequence is time.
extension GraphInterface {
  /// Where time is, and how much of it a run of the graph takes.
  static func place(
    _ shape: [OnnxValueInfo.Extent], _ config: OnnxGraph.Config, _ known: KnownExport?,
    hasStates: Bool, _ path: String
  ) throws -> (Geometry, Int, Bool) {
    func isBatch(_ axis: Int) -> Bool {
      guard axis == 0, shape.count > 1 else { return false }
      switch shape[0] {
      case .fixed(let extent): return extent == 1
      case .free(let name):
        let plain = name.lowercased()
        let isNamed = plain.hasPrefix("batch") || ["b", "n", "bs"].contains(plain)
        // A free axis without a telling name is the batch where another is free too, or time is fixed.
        let others = shape.dropFirst().contains {
          $0.fixed == nil || (shape.count > 2 && $0.fixed != nil)
        }
        if isNamed || ((plain.isEmpty || plain.hasPrefix("unk")) && others) { return true }
        // Before images or windows of one size, whatever it is called.
        let isTime = ["t", "time", "seq", "frame", "len", "sample"].contains {
          plain == $0 || ($0.count > 1 && plain.contains($0))
        }
        return !isTime && shape.count > 2 && shape.dropFirst().allSatisfy { ($0.fixed ?? 1) > 1 }
      }
    }
    let hasBatch = isBatch(0) && config.timeAxis != 0
    let axes = shape.indices.filter { !(hasBatch && $0 == 0) }
    let free = axes.filter { shape[$0].fixed == nil }
    let window = config.window ?? known?.window
    let hop = config.hop ?? (config.window == nil ? known?.hop : nil)
    let chosen: Int
    if let given = config.timeAxis {
      guard axes.contains(given) else {
        throw OnnxError(
          .invalidConfig, path, found: "timeAxis \(given)", expected: "one of \(axes)")
      }
      chosen = given
    } else if let first = free.first {
      chosen = first
    } else if let one = axes.first(where: { shape[$0].fixed == 1 && axes.count > 1 }),
      // The one channel of an image stands last, and nothing is remembered there.
      hasStates || axes.count <= 2 || one != axes.last
    {
      chosen = one
    } else {
      // A window of one size: it is longer than what is seen of each of its timesteps.
      let extents = axes.map { shape[$0].fixed ?? 0 }
      chosen = extents.max().flatMap { extents.firstIndex(of: $0) }.map { axes[$0] } ?? 0
    }
    let extent = shape[chosen].fixed
    let isWindow = window != nil || hop != nil || (extent ?? 1) > 1
    if isWindow, let size = window ?? extent {
      let hop = hop ?? size
      guard size > 0, (1...size).contains(hop), extent == nil || extent == size else {
        throw OnnxError(
          .invalidConfig, path, found: "a window of \(size) every \(hop) timesteps",
          expected: extent.map { "a window of \($0)" } ?? "a hop of 1 to \(size)")
      }
      return (.window(size: size, hop: hop), chosen, hasBatch)
    }
    return (extent == nil ? .frames : .single, chosen, hasBatch)
  }
}
