/// The digests of steps, of each a digest a row, in one array.
package struct StepDigests: Hashable, Sendable {
  private var words: [UInt64]
  private let rows: Int

  /// Takes digests of steps one behind the other.
  package init(_ words: [UInt64] = [], rows: Int = 1) {
    (self.words, self.rows) = (words, Swift.max(1, rows))
  }

  /// Takes the digests of every step; nil where they are not of equally many rows.
  init?(_ steps: [[UInt64]]) {
    rows = Swift.max(1, steps.first?.count ?? 1)
    guard steps.allSatisfy({ [rows] in $0.count == rows }) else { return nil }
    words = Array(steps.joined())
  }
}

extension StepDigests: RandomAccessCollection, MutableCollection {
  package var startIndex: Int { 0 }
  package var endIndex: Int { words.count / rows }

  package subscript(step: Int) -> [UInt64] {
    get { Array(words[step * rows..<(step + 1) * rows]) }
    set { words.replaceSubrange(step * rows..<(step + 1) * rows, with: newValue) }
  }

  /// The digests of a step as hexadecimal digits with blanks between.
  func text(_ step: Int) -> String {
    let width = 17
    return String(unsafeUninitializedCapacity: rows * width - 1) { bytes in
      for row in 0..<rows {
        var word = words[step * rows + row]
        for place in stride(from: row * width + 15, through: row * width, by: -1) {
          let digit = UInt8(truncatingIfNeeded: word & 15)
          bytes[place] = digit < 10 ? 48 + digit : 87 + digit
          word >>= 4
        }
        if row > 0 { bytes[row * width - 1] = 32 }
      }
      return rows * width - 1
    }
  }
}
