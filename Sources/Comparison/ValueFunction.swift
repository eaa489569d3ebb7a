import Diagnostics

/// Looks for a function of each value by itself, such as another activation, logarithm or scale.
///
/// Half of the values make a table, between whose entries the rest must lie.
struct ValueFunction: Hypothesis {
  /// Fewer values say little about a curve.
  private static let least = 256

  func predictions(for pair: ComparedPair) -> [Prediction] {
    let samples = Samples(pair, onlyDiffering: false)
    guard samples.count >= Self.least else { return [] }
    let order = (0..<samples.count).sorted { samples.offline[$0] < samples.offline[$1] }
    let chosen = stride(from: 0, to: order.count, by: 2).map { order[$0] }
    let table = Table(chosen.map { (samples.offline[$0], samples.stream[$0]) })
    // The values that made the table lie on it by themselves.
    let others = stride(from: 1, to: order.count, by: 2).map { order[$0] }
    let hits = others.count { index in
      let found = table.value(at: samples.offline[index])
      return (found - samples.stream[index]).magnitude <= pair.bound
    }
    guard 2 * hits >= others.count else { return [] }
    let shown = [order.count / 4, order.count / 2, 3 * order.count / 4].map { place in
      let index = order[place]
      return
        "\(NumberText.short(samples.offline[index])) → \(NumberText.short(samples.stream[index]))"
    }
    var values = pair.offline.values
    for index in values.indices where values[index].isFinite {
      values[index] = table.value(at: values[index])
    }
    return [
      Prediction(
        kind: .function,
        statement: "each value of STREAM is a function of that of OFFLINE alone, as another "
          + "activation, logarithm or scale gives (\(shown.joined(separator: ", ")))",
        values: ComparedArray(like: pair.offline, values: values, covered: pair.offline.covered))
    ]
  }

  /// Values of a function, with straight lines between them.
  private struct Table {
    private let points: [(x: Double, y: Double)]

    /// Takes points sorted by `x`; there is at least one.
    init(_ points: [(x: Double, y: Double)]) { self.points = points }

    func value(at x: Double) -> Double {
      var (low, high) = (0, points.count - 1)
      while high - low > 1 {
        let middle = (low + high) / 2
        if points[middle].x <= x { low = middle } else { high = middle }
      }
      let (a, b) = (points[low], points[high])
      guard b.x > a.x else { return a.y }
      return a.y + (b.y - a.y) * (x - a.x) / (b.x - a.x)
    }
  }
}
