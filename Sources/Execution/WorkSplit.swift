/// How a kernel's work is cut into parts of nearly equal size.
package struct WorkSplit {
  /// The units that are divided, such as rows.
  package let total: Int
  /// The cost of all units, in multiply-adds.
  package let work: Int
  /// How many units should stay together, the best first.
  private let steps: [Int]

  /// A cut into runs of one of `steps` units: the first of them that gives even parts.
  package init(total: Int, work: Int, steps: [Int] = [1]) {
    self.total = total
    self.work = work
    self.steps = steps
  }

  /// Whether no part of so many has more than its share by a tenth.
  package func isEven(_ count: Int) -> Bool { step(count) != nil }

  /// The units of one part.
  @inline(__always)
  package func units(_ part: Int, of count: Int) -> Range<Int> {
    guard count > 1 else { return 0..<total }
    return units(part, of: count, step: step(count) ?? 1)
  }

  private func step(_ count: Int) -> Int? {
    steps.first { step in
      (0..<count).allSatisfy { part in
        let share = units(part, of: count, step: step).count * count * 10
        return share <= total * 11 && share >= total * 9
      }
    }
  }

  private func units(_ part: Int, of count: Int, step: Int) -> Range<Int> {
    let runs = (total + step - 1) / step
    let first = runs * part / count * step
    let last = runs * (part + 1) / count * step
    return min(first, total)..<min(last, total)
  }
}
