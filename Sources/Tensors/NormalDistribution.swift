#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The standard normal distribution.
package enum NormalDistribution {
  /// The probability of a value below `x`.
  package static func cumulative(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }

  /// The value below which a share `p` of the distribution lies.
  ///
  /// A rational starting value is refined by three steps of Halley's method, which leaves an error
  /// of a few units in the last place.
  /// - Source: starting value after Abramowitz & Stegun, formula 26.2.23.
  package static func quantile(_ p: Double) -> Double {
    if p <= 0 { return -.infinity }
    if p >= 1 { return .infinity }
    // The upper half mirrors the lower one, where shares keep their digits; 1 - p is exact here.
    if p > 0.5 { return -quantile(1 - p) }
    let r = (-2 * log(p)).squareRoot()
    let top = 2.515517 + r * (0.802853 + r * 0.010328)
    let bottom = 1 + r * (1.432788 + r * (0.189269 + r * 0.001308))
    var x = top / bottom - r
    for _ in 0..<3 {
      let error = cumulative(x) - p
      let density = exp(-x * x / 2) / (2 * Double.pi).squareRoot()
      let step = error / density
      x -= step / (1 + x * step / 2)
    }
    return x
  }
}
