/// Writes sets of whole numbers shortly.
package enum NumberRanges {
  /// Such as `0, 3, 5–7`, with no more than `limit` parts; `numbers` are in order.
  package static func text(_ numbers: [Int], limit: Int = 8) -> String {
    var ranges: [ClosedRange<Int>] = []
    for number in numbers {
      if let last = ranges.last, last.upperBound + 1 == number {
        ranges[ranges.count - 1] = last.lowerBound...number
      } else {
        ranges.append(number...number)
      }
    }
    let shown = ranges.prefix(limit).map { range in
      switch range.count {
      case 1: "\(range.lowerBound)"
      case 2: "\(range.lowerBound), \(range.upperBound)"
      default: "\(range.lowerBound)–\(range.upperBound)"
      }
    }
    let rest = ranges.dropFirst(limit).reduce(0) { $0 + $1.count }
    return shown.joined(separator: ", ") + (rest > 0 ? ", … \(rest) more" : "")
  }
}
