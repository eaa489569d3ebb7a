/// How a length is cut into parts.
package enum Share: Hashable, Sendable {
  /// Exactly so many cells, or what is left.
  case fixed(Int)
  /// A part of what the fixed shares leave, in proportion to its weight.
  case weight(Int)
}

extension Rect {
  /// Cuts the rectangle into rows from the top; every cell belongs to exactly one part as long as
  /// one share has a weight.
  package func rows(_ shares: [Share]) -> [Rect] {
    var top = row
    return Self.lengths(shares, total: rows).map { length in
      defer { top += length }
      return Rect(row: top, column: column, rows: length, columns: columns)
    }
  }

  /// Cuts the rectangle into columns from the left.
  package func columns(_ shares: [Share]) -> [Rect] {
    var left = column
    return Self.lengths(shares, total: columns).map { length in
      defer { left += length }
      return Rect(row: row, column: left, rows: rows, columns: length)
    }
  }

  private static func lengths(_ shares: [Share], total: Int) -> [Int] {
    var left = max(0, total)
    var weights = 0
    var lengths = shares.map { share -> Int in
      switch share {
      case .fixed(let length):
        let given = min(max(0, length), left)
        left -= given
        return given
      case .weight(let weight):
        weights += weight
        return 0
      }
    }
    for (index, share) in shares.enumerated() {
      guard case .weight(let weight) = share, weights > 0 else { continue }
      // What rounding leaves goes to later parts, so that nothing is lost.
      lengths[index] = left * weight / weights
      left -= lengths[index]
      weights -= weight
    }
    return lengths
  }
}
