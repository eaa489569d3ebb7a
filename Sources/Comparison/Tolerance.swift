import Diagnostics
package import Tensors

/// How far two numbers may lie apart: `|got - want| <= absolute + relative * |want|`, or no more than
/// `ulps` units in the last place.
package struct Tolerance: Hashable, Sendable {
  package var relative: Double
  package var absolute: Double
  package var ulps: Int

  package init(relative: Double = 0, absolute: Double = 0, ulps: Int = 0) {
    self.relative = relative
    self.absolute = absolute
    self.ulps = ulps
  }

  /// How much of the relative and absolute tolerance a difference uses up; above 1 it is too much.
  package func share(got: Double, want: Double) -> Double {
    let difference = ValueDifference.between(got, want)
    guard difference > 0 else { return 0 }
    guard difference.isFinite else { return .infinity }
    let allowed = absolute + relative * abs(want)
    return allowed > 0 ? difference / allowed : .infinity
  }

  /// Whether two numbers are near enough, with units in the last place of `dtype`.
  package func allows(got: Double, want: Double, _ dtype: DType) -> Bool {
    if share(got: got, want: want) <= 1 { return true }
    guard ulps > 0, let distance = ValueDifference.ulps(got, want, dtype) else { return false }
    return distance <= UInt64(ulps)
  }

  /// Such as `1e-05`, `0.001 of the value`, `4 ulp`, and what of these is joined.
  package var text: String {
    var parts: [String] = []
    if absolute > 0 { parts.append(NumberText.short(absolute)) }
    if relative > 0 { parts.append("\(NumberText.short(relative)) of the value") }
    let sum = parts.isEmpty ? "0" : parts.joined(separator: " + ")
    guard ulps > 0 else { return sum }
    return parts.isEmpty ? "\(ulps) ulp" : "\(sum) or \(ulps) ulp"
  }
}
