import Diagnostics
import Tensors

/// Looks for one value that STREAM has wherever the two differ, such as 0 or NaN.
struct ConstantValue: Hypothesis {
  func predictions(for pair: ComparedPair) -> [Prediction] {
    guard let first = pair.unmoved.first?.stream else { return [] }
    // Differences that are a few numbers may be one by chance.
    guard pair.unmoved.differingValueCount >= 4 else { return [] }
    let values = pair.changingDiffering { _ in first }
    let name = first.isNaN ? "not a number (NaN)" : NumberText.exact(first, pair.stream.dtype)
    return [
      Prediction(
        kind: .constant, statement: "where they differ, STREAM is \(name)", values: values,
        leastShare: 0.9)
    ]
  }
}

/// Looks for a range that values of STREAM do not leave where those of OFFLINE do.
struct Clipping: Hypothesis {
  func predictions(for pair: ComparedPair) -> [Prediction] {
    let finite = pair.stream.values.lazy.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max(), low < high else { return [] }
    let values = pair.changingDiffering { min(max($0, low), high) }
    let range = "\(NumberText.short(low)) to \(NumberText.short(high))"
    return [
      Prediction(
        kind: .clipping, statement: "STREAM is clipped to \(range)", values: values,
        leastShare: 0.9)
    ]
  }
}

extension ComparedPair {
  /// OFFLINE with the values that differ replaced.
  fileprivate func changingDiffering(_ change: (Double) -> Double) -> ComparedArray {
    var values = offline.values
    for row in 0..<offline.rowCount {
      for time in 0..<offline.timeCount where isDiffering(row, time) {
        let (start, otherStart) = (offline.start(row, time), stream.start(row, time))
        for channel in 0..<offline.channelCount {
          let (a, b) = (offline.values[start + channel], stream.values[otherStart + channel])
          if matching.differs(a, b) { values[start + channel] = change(a) }
        }
      }
    }
    return ComparedArray(like: offline, values: values, covered: offline.covered)
  }
}
