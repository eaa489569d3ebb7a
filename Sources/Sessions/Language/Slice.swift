/// One entry of a slice: a position or a range, numpy style; negative numbers count from the end.
package enum SliceEntry: Hashable, Sendable {
  case index(Int)
  case range(start: Int?, stop: Int?, step: Int)
  /// A warm-up output of the step run: `w0`, `w1`, …
  case warmUp(Int)
}

/// Entries for the leading axes; the others are taken whole.
package struct Slice: Hashable, Sendable {
  package var entries: [SliceEntry]

  init(entries: [SliceEntry]) { self.entries = entries }

  /// Reads what stands between the brackets.
  ///
  /// - Throws: ``CommandError`` `.syntax`.
  package init(_ text: String) throws(CommandError) {
    entries = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      entries.append(try Slice.entry(part.filter { !$0.isWhitespace }))
    }
  }

  private static func entry(_ text: String) throws(CommandError) -> SliceEntry {
    if let number = Int(text) { return .index(number) }
    if text.first == "w", let number = Int(text.dropFirst()), number >= 0 { return .warmUp(number) }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let numbers = parts.map { Int($0) }
    let isWhole = zip(parts, numbers).allSatisfy { $0.isEmpty || $1 != nil }
    guard (2...3).contains(parts.count), isWhole, (numbers.count < 3 || (numbers[2] ?? 1) > 0)
    else {
      throw CommandError(
        .syntax, found: "the slice entry '\(text)'",
        expected: "a number, a range such as 2:5 or ::2, or a warm-up output such as w0")
    }
    return .range(
      start: numbers[0], stop: numbers[1], step: numbers.count > 2 ? numbers[2] ?? 1 : 1)
  }

  /// The positions that each axis keeps, and whether the axis stays.
  ///
  /// - Throws: ``CommandError`` `.invalidOperand` for positions outside an axis or too many entries.
  package func positions(in shape: [Int]) throws(CommandError) -> [(kept: [Int], stays: Bool)] {
    guard entries.count <= shape.count else {
      throw CommandError(
        .invalidOperand, found: "\(entries.count) slice entries for shape \(shape)",
        expected: "at most \(shape.count)")
    }
    var result: [(kept: [Int], stays: Bool)] = []
    for (axis, extent) in shape.enumerated() {
      guard axis < entries.count else {
        result.append((Array(0..<extent), true))
        continue
      }
      switch entries[axis] {
      case .index(let number):
        let index = number < 0 ? number + extent : number
        guard index >= 0, index < extent else {
          throw CommandError(
            .invalidOperand, found: "position \(number) on axis \(axis)",
            expected: extent == 0 ? "nothing: the axis is empty" : "0 to \(extent - 1), or negative"
          )
        }
        result.append(([index], false))
      case .range(let start, let stop, let step):
        func bound(_ number: Int?, _ absent: Int) -> Int {
          guard let number else { return absent }
          return min(max(number < 0 ? number + extent : number, 0), extent)
        }
        let (first, last) = (bound(start, 0), bound(stop, extent))
        result.append((Array(stride(from: first, to: max(first, last), by: step)), true))
      case .warmUp:
        throw CommandError(
          .invalidOperand, found: "a warm-up output on axis \(axis)",
          expected: "warm-up outputs only as the time of a step-wise output")
      }
    }
    return result
  }
}
