/// Looks for a rhythm in the size of differences when nearly every timestep differs.
struct SizePattern {
  private let sizes: [Double]
  private let first: Int
  private let total: Double
  private let extent: SeamPattern.Extent

  private static let longest = 16_384

  init(_ given: [Double?], first: Int, extent: SeamPattern.Extent = .size) {
    self.extent = extent
    let part = given[first...].prefix(SizePattern.longest)
    let floor = part.compactMap { $0 }.filter { $0 > 0 && $0.isFinite }.min() ?? 1
    // Sizes are distinguished by their ratio; a logarithm without needing one: the binary exponent.
    sizes = part.map { size in
      let bounded = min(max(size ?? floor, floor), .greatestFiniteMagnitude)
      return Double(bounded.exponent) + bounded.significand - 1
    }
    self.first = first
    total = SizePattern.spread(sizes)
  }

  func find(block: Int?) -> SeamPattern? {
    guard total > 0 else { return nil }
    let longest = min(sizes.count / 3, 2048)
    guard longest >= 2 else { return nil }
    if let block { return block > 1 && block <= longest ? pattern(block, threshold: 0.5) : nil }
    let shares = (2...longest).map { explained($0) }
    guard let best = shares.max(), best >= 0.6,
      let index = shares.firstIndex(where: { $0 >= 0.9 * best })
    else { return nil }
    return pattern(index + 2, threshold: 0.6)
  }

  private func pattern(_ period: Int, threshold: Double) -> SeamPattern? {
    guard explained(period) >= threshold else { return nil }
    let means = means(period)
    let worst = means.indices.max { means[$0] < means[$1] } ?? 0
    let count = (first + sizes.count - 1) / period - first / period + 1
    return SeamPattern(
      period: period, offsets: [(first + worst) % period], hitCount: count, periodCount: count,
      extent: extent)
  }

  /// The share of the spread that the place within a period explains, corrected for chance.
  private func explained(_ period: Int) -> Double {
    let means = means(period)
    var rest = 0.0
    for (index, size) in sizes.enumerated() {
      let distance = size - means[index % period]
      rest += distance * distance
    }
    let count = Double(sizes.count)
    let restVariance = rest / (count - Double(period))
    return 1 - restVariance / (total / (count - 1))
  }

  private func means(_ period: Int) -> [Double] {
    var sums: [Double] = Array(repeating: 0, count: period)
    for (index, size) in sizes.enumerated() { sums[index % period] += size }
    return sums.indices.map { place in
      sums[place] / Double((sizes.count - place + period - 1) / period)
    }
  }

  private static func spread(_ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(max(values.count, 1))
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  }
}
