/// How a kernel's work is cut into parts of nearly equal size.
package struct WorkSplit {
  /// The units that are divided, such as rows.
  package let total: Int
  /// The cost of all units, in multiply-adds.
  package let work: Int
  /// For every number of parts how many units stay together; 0 where no cut gives even parts.
  private let steps: [Int]

  /// A cut into runs of one of `steps` units: the first of them that gives even parts.
  package init(total: Int, work: Int, steps: [Int] = [1]) {
    self.total = total
    self.work = work
    self.steps = (0...WorkerPool.partLimit).map { count in
      steps.first { WorkSplit.isEven(total, step: $0, count) } ?? 0
    }
  }

  /// Whether no part of so many has more or less than its share by a tenth.
  @inline(__always)
  package func isEven(_ count: Int) -> Bool { steps[count] > 0 }

  /// The units of one part.
  @inline(__always)
  package func units(_ part: Int, of count: Int) -> Range<Int> {
    guard count > 1 else { return 0..<total }
    return WorkSplit.units(total, step: max(steps[count], 1), part, count)
  }

  private static func isEven(_ total: Int, step: Int, _ count: Int) -> Bool {
    (0..<count).allSatisfy { part in
      let tenths = units(total, step: step, part, count).count * count * 10
      return tenths <= total * 11 && tenths >= total * 9
    }
  }

  private static func units(_ total: Int, step: Int, _ part: Int, _ count: Int) -> Range<Int> {
    let runs = (total + step - 1) / step
    let first = runs * part / count * step
    let last = runs * (part + 1) / count * step
    return min(first, total)..<min(last, total)
  }
}
