/// Straight lines `stream = gain · offline + offset`, one a group, fitted by least squares to the
/// samples that lie on a line.
struct LineFit {
  /// What is free to fit.
  enum Form: CaseIterable {
    case offset, gain, both

    var parameterCount: Int { self == .both ? 2 : 1 }
  }

  struct Line: Hashable {
    var gain = 1.0
    var offset = 0.0
    /// The samples it was fitted to; 0 leaves values as they are.
    var count = 0
  }

  let form: Form
  let key: Grouping.Key
  private(set) var lines: [Line]
  /// The share of the samples that lie on their lines.
  private(set) var share = 0.0

  /// Samples off the line are left out and the rest is fitted again, so often.
  private static let rounds = 4

  /// Nil where there are too few samples for so many numbers.
  init?(_ samples: Samples, _ form: Form, _ key: Grouping.Key, bound: Double) {
    guard samples.count >= 6 * form.parameterCount * max(key.count, 1) / 2, samples.count >= 8
    else { return nil }
    self.form = form
    self.key = key
    lines = Array(repeating: Line(), count: key.count)
    let groups = (0..<samples.count).map { index in
      key.index(Int(samples.rows[index]), Int(samples.times[index]), Int(samples.channels[index]))
    }
    var weights: [Bool] = Array(repeating: true, count: samples.count)
    for _ in 0..<Self.rounds {
      fit(samples, groups, weights)
      let onLine = judge(samples, groups, bound, &weights)
      share = Double(onLine) / Double(samples.count)
      // Too few samples in a group lie on any line through them.
      if share >= Explanation.wholeShare { break }
    }
  }

  private mutating func fit(_ samples: Samples, _ groups: [Int], _ weights: [Bool]) {
    var sums: [Sums] = Array(repeating: Sums(), count: lines.count)
    for index in groups.indices where weights[index] {
      sums[groups[index]].addMean(samples.offline[index], samples.stream[index])
    }
    for group in sums.indices { sums[group].finishMeans() }
    for index in groups.indices where weights[index] {
      sums[groups[index]].addProduct(samples.offline[index], samples.stream[index])
    }
    for group in sums.indices { lines[group] = sums[group].line(form) }
  }

  /// Counts the samples on their lines, and keeps those that lie nearer than the mean of their group.
  private func judge(
    _ samples: Samples, _ groups: [Int], _ bound: Double, _ weights: inout [Bool]
  ) -> Int {
    var count = 0
    var rests: [Double] = Array(repeating: 0, count: groups.count)
    var means: [(sum: Double, count: Double)] = Array(repeating: (0, 0), count: lines.count)
    for index in groups.indices {
      let line = lines[groups[index]]
      let expected = line.gain * samples.offline[index] + line.offset
      rests[index] = (samples.stream[index] - expected).magnitude
      if rests[index] <= bound, line.count >= 3 * form.parameterCount { count += 1 }
      if weights[index] {
        means[groups[index]].sum += rests[index]
        means[groups[index]].count += 1
      }
    }
    for index in groups.indices {
      let mean = means[groups[index]].sum / max(means[groups[index]].count, 1)
      weights[index] = rests[index] <= max(mean, bound)
    }
    return count
  }

  private struct Sums {
    var count = 0.0
    var (x, y) = (0.0, 0.0)
    var (xx, xy, rawXX, rawXY) = (0.0, 0.0, 0.0, 0.0)

    mutating func addMean(_ a: Double, _ b: Double) {
      count += 1
      x += a
      y += b
      rawXX += a * a
      rawXY += a * b
    }

    mutating func finishMeans() {
      guard count > 0 else { return }
      x /= count
      y /= count
    }

    mutating func addProduct(_ a: Double, _ b: Double) {
      xx += (a - x) * (a - x)
      xy += (a - x) * (b - y)
    }

    func line(_ form: Form) -> Line {
      guard count > 0 else { return Line() }
      switch form {
      case .offset: return Line(gain: 1, offset: y - x, count: Int(count))
      case .gain:
        // Zeros have no gain.
        guard rawXX > 0 else { return Line() }
        return Line(gain: rawXY / rawXX, offset: 0, count: Int(count))
      case .both:
        // A constant has an offset only.
        guard xx > 1e-12 * rawXX, xx > 0 else {
          return Line(gain: 1, offset: y - x, count: Int(count))
        }
        let gain = xy / xx
        return Line(gain: gain, offset: y - gain * x, count: Int(count))
      }
    }
  }
}
