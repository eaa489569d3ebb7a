/// What is known of many values without keeping them.
package struct ValueStatistics: Hashable, Sendable {
  /// How many values there are, NaN included.
  package var count = 0
  package var nanCount = 0
  /// Infinite values of both signs.
  package var infiniteCount = 0
  /// The least and greatest value that is not NaN.
  package var least = Double.infinity
  package var greatest = -Double.infinity
  /// The sum of the finite values.
  package var sum = 0.0

  package init() {}

  /// The mean of the finite values; NaN if there is none.
  package var mean: Double { sum / Double(count - nanCount - infiniteCount) }

  /// The largest magnitude, infinity included.
  package var largestMagnitude: Double {
    count == nanCount ? 0 : max(least.magnitude, greatest.magnitude)
  }

  /// Adds a value.
  package mutating func add(_ value: Double) {
    count += 1
    guard !value.isNaN else { return nanCount += 1 }
    least = min(least, value)
    greatest = max(greatest, value)
    if value.isFinite { sum += value } else { infiniteCount += 1 }
  }

  /// Adds the values of another span.
  package mutating func add(_ other: ValueStatistics) {
    count += other.count
    nanCount += other.nanCount
    infiniteCount += other.infiniteCount
    least = min(least, other.least)
    greatest = max(greatest, other.greatest)
    sum += other.sum
  }
}
