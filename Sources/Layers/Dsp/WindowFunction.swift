import Diagnostics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension WindowFn {
  /// The window's values, or nil for none.
  ///
  /// A periodic window of even length is one sample of a longer symmetric one short; one of odd length
  /// is symmetric even when periodic, as the original has it.
  func values(_ length: Int) throws(LayerError) -> [Double]? {
    switch self {
    case .none: return nil
    case .hannWindow(let hann): return Self.cosines(length, [0.5, 0.5], hann.periodic)
    case .hammingWindow(let hamming): return Self.cosines(length, [0.54, 0.46], hamming.periodic)
    case .getWindow(let named): return try Self.named(named, length)
    case .inverseStftWindowFn(let inverse): return try Self.inverse(inverse, length)
    case .samples(let tensor):
      guard tensor.values.count == length else {
        throw LayerError(
          .invalidConfig, layer: "WindowFn", field: "samples",
          found: "\(tensor.values.count) samples",
          expected: "\(length)")
      }
      return tensor.values
    }
  }

  /// `a0 - a1 cos(x) + a2 cos(2x) - …` over one period.
  private static func cosines(
    _ length: Int, _ weights: [Double], _ periodic: Bool
  ) -> [Double] {
    guard length > 1 else { return Array(repeating: 1, count: length) }
    let period = Double(length - 1 + (periodic && length % 2 == 0 ? 1 : 0))
    return (0..<length).map { index in
      weights.enumerated().reduce(0) { sum, term in
        let sign: Double = term.offset % 2 == 0 ? 1 : -1
        return sum + sign * term.element * cos(2 * .pi * Double(term.offset * index) / period)
      }
    }
  }

  private static func named(_ window: Named, _ length: Int) throws(LayerError) -> [Double] {
    switch window.name {
    case "boxcar", "rectangular": return Array(repeating: 1, count: length)
    case "hann": return cosines(length, [0.5, 0.5], window.periodic)
    case "hamming": return cosines(length, [0.54, 0.46], window.periodic)
    case "blackman": return cosines(length, [0.42, 0.5, 0.08], window.periodic)
    case "cosine":
      let period = extended(length, window.periodic)
      return (0..<length).map { sin(.pi * (Double($0) + 0.5) / Double(period)) }
    case "bartlett", "triang": return triangle(length, window)
    case "kaiser":
      let beta = window.args.first ?? 0
      let period = Double(extended(length, window.periodic) - 1)
      return (0..<length).map { index in
        let x = period == 0 ? 0 : 2 * Double(index) / period - 1
        return bessel(beta * max(0, 1 - x * x).squareRoot()) / bessel(beta)
      }
    default:
      let known = [
        "boxcar", "hann", "hamming", "blackman", "cosine", "bartlett", "triang", "kaiser",
      ]
      throw LayerError(
        .invalidConfig, layer: "WindowFn", field: "name", found: "'\(window.name)'",
        expected: known.joined(separator: ", "),
        suggestion: NearestName.of(window.name, among: known).map { "did you mean \($0)?" })
    }
  }

  private static func extended(_ length: Int, _ periodic: Bool) -> Int {
    length + (periodic && length % 2 == 0 ? 1 : 0)
  }

  private static func triangle(_ length: Int, _ window: Named) -> [Double] {
    let count = extended(length, window.periodic)
    return (0..<length).map { index in
      if window.name == "bartlett" {
        let x = 2 * Double(index) / Double(max(count - 1, 1))
        return x <= 1 ? x : 2 - x
      }
      let place = Double(min(index, count - 1 - index) + 1)
      return count % 2 == 0 ? (2 * place - 1) / Double(count) : 2 * place / Double(count + 1)
    }
  }

  /// The modified Bessel function of the first kind of order 0, by its series.
  private static func bessel(_ x: Double) -> Double {
    var term = 1.0
    var sum = 1.0
    var n = 1.0
    while term > sum * 1e-17 {
      term *= (x / 2 / n) * (x / 2 / n)
      sum += term
      n += 1
    }
    return sum
  }

  /// The forward window over the sum of its squares in all frames that overlap, so that synthesis
  /// undoes analysis.
  private static func inverse(_ window: InverseStft, _ length: Int) throws(LayerError) -> [Double] {
    let forward = try window.forwardWindowFn.values(length) ?? Array(repeating: 1, count: length)
    // Frames that do not overlap leave every sample to itself.
    let step = min(max(1, window.frameStep), max(1, length))
    var sums: [Double] = Array(repeating: 0, count: step)
    for (index, value) in forward.enumerated() { sums[index % step] += value * value }
    return forward.enumerated().map { index, value in
      sums[index % step] == 0 ? 0 : value / sums[index % step]
    }
  }
}
