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

  /// Bounds between which ``quantile(_:)`` lies, in a tenth of its time.
  ///
  /// The approximation and the rounding of `quantile` are off by 1e-15 of the greater of 1 and the value;
  /// the bounds are ten times as far away.
  ///
  /// - Precondition: `p` is above 0 and below 1.
  /// - Source: Wichura 1988, algorithm AS 241 (PPND16).
  package static func quickQuantile(_ p: Double) -> (lower: Double, upper: Double) {
    let q = p - 0.5
    let x: Double
    if abs(q) <= 0.425 {
      x = q * centre(0.180625 - q * q)
    } else {
      let r = (-log(q < 0 ? p : 1 - p)).squareRoot()
      let distance = r <= 5 ? shoulder(r - 1.6) : tail(r - 5)
      x = q < 0 ? -distance : distance
    }
    let margin = abs(x) * 1e-13 + 1e-14
    return (x - margin, x + margin)
  }

  private static func centre(_ r: Double) -> Double {
    let top = polynomial(
      r, 3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
      1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
      3.3430575583588128105e4, 2.5090809287301226727e3)
    let bottom = polynomial(
      r, 1, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
      2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4,
      5.2264952788528545610e3)
    return top / bottom
  }

  private static func shoulder(_ r: Double) -> Double {
    let top = polynomial(
      r, 1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
      3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
      2.27238449892691845833e-2, 7.74545014278341407640e-4)
    let bottom = polynomial(
      r, 1, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
      1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
      1.05075007164441684324e-9)
    return top / bottom
  }

  private static func tail(_ r: Double) -> Double {
    let top = polynomial(
      r, 6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
      2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
      2.71155556874348757815e-5, 2.01033439929228813265e-7)
    let bottom = polynomial(
      r, 1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
      7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
      2.04426310338993978564e-15)
    return top / bottom
  }

  /// A polynomial by Horner's rule, the constant term first.
  @inline(__always)
  private static func polynomial(
    _ x: Double, _ c0: Double, _ c1: Double, _ c2: Double, _ c3: Double, _ c4: Double,
    _ c5: Double, _ c6: Double, _ c7: Double
  ) -> Double {
    let upper = ((c7 * x + c6) * x + c5) * x + c4
    return (((upper * x + c3) * x + c2) * x + c1) * x + c0
  }
}
