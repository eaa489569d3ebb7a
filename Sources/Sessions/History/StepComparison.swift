import Comparison
import Execution
import Layers
import Runtime
import Tensors

/// The steps against the layer-wise run at every layer, and statistics of them, block of steps by block as
/// they are made.
///
/// Bits are compared first: numbers are looked at only where these differ.
final class StepComparison {
  let layerWise: LayerWiseRun
  let trace: StepTrace
  let layout: StepLayout
  private(set) var statistics: StatisticsPyramid
  /// How many steps were compared.
  private(set) var count = 0
  private(set) var columns: [Column]

  struct Column {
    let tap: ObservedStep.Tap
    let latency: Int
    /// The timesteps of the layer-wise output.
    let time: Int
    let verdict: RunningVerdict?
  }

  /// `blank` gives the criterion of a layer; nil for one that has nothing to be compared with.
  init(
    _ trace: StepTrace, _ layout: StepLayout, _ layerWise: LayerWiseRun, budget: HistoryBudget,
    latency: (String) -> Int, blank: (String) throws -> Verdict?
  ) throws {
    (self.trace, self.layout, self.layerWise) = (trace, layout, layerWise)
    columns = []
    for tap in layout.taps {
      columns.append(
        Column(
          tap: tap, latency: latency(tap.path), time: layerWise.time(tap.path) ?? 0,
          verdict: try blank(tap.path).map(RunningVerdict.init)))
    }
    statistics = StatisticsPyramid(
      width: columns.count * layout.rows, budgetBytes: budget.statistics)
  }

  /// The verdict at a layer after so many steps; nil where there is nothing to compare.
  ///
  /// - Precondition: as many steps were compared.
  func verdict(_ path: String, after position: Int) -> Verdict? {
    guard let place = layout.position(of: path) else { return nil }
    let column = columns[place]
    let time = max(0, trace.time(column.tap, after: position) - column.latency)
    return column.verdict?.verdict(after: position, time: time)
  }

  /// The verdict of a comparison by another criterion, after so many steps.
  func verdict(_ running: RunningVerdict, _ path: String, after position: Int) -> Verdict? {
    guard let place = layout.position(of: path) else { return nil }
    let column = columns[place]
    let time = max(0, trace.time(column.tap, after: position) - column.latency)
    return running.verdict(after: position, time: time)
  }

  /// Compares by another criterion: only spans in which something differs are looked at again.
  ///
  /// - Precondition: as many steps were compared by bits.
  func extend(
    _ running: RunningVerdict, _ path: String, upTo end: Int, cancel: CancelFlag? = nil,
    tick: (Int) throws -> Void
  ) throws {
    guard let place = layout.position(of: path) else { return }
    while running.steps < end {
      let span = running.steps..<min(end, statistics.spanEnd(running.steps))
      let isEqual = (0..<layout.rows).allSatisfy {
        statistics.statistics(place * layout.rows + $0, span).difference == 0
      }
      if isEqual {
        running.addEqual(span.count)
        continue
      }
      for step in span {
        let block = try trace.block(holding: step, cancel: cancel)
        running.add(try compare(block, step, columns[place], running.blank)?.verdict)
      }
      try tick(running.steps)
    }
  }

  /// Takes another budget.
  func setBudget(_ budget: HistoryBudget) { statistics.setBudget(budget.statistics) }

  /// The first step, counted from 1, in which a layer differs, and the layer: the earliest step, and of
  /// several layers the first in the order of the data flow.
  var firstDifference: (path: String, step: Int)? {
    var found: (path: String, step: Int)?
    for column in columns {
      guard let step = column.verdict?.firstDifference, step < found?.step ?? .max else { continue }
      found = (column.tap.path, step)
    }
    return found
  }

  /// What is known of a layer's outputs in some steps and one row.
  func statistics(_ path: String, row: Int, _ steps: Range<Int>) -> SpanStatistics? {
    layout.position(of: path).map { statistics.statistics($0 * layout.rows + row, steps) }
  }

  /// Compares all steps up to one; `tick` is called with how many are done and may throw to end it.
  func compare(
    upTo end: Int, cancel: CancelFlag? = nil, tick: (Int) throws -> Void = { _ in }
  ) throws {
    while count < end {
      let block = try trace.block(holding: count, cancel: cancel)
      let part = count..<min(end, block.filled.upperBound)
      for column in columns.indices { try add(block, part, column) }
      statistics.thin()
      count = part.upperBound
      try tick(count)
    }
  }

  /// The largest difference of a step at a layer, infinite where masks differ; nil where there is nothing to
  /// compare.
  func difference(_ block: StepBlock, _ step: Int, _ place: Int) throws -> Double? {
    let column = columns[place]
    guard let verdict = column.verdict, trace.time(column.tap, after: step + 1) > column.latency
    else { return nil }
    if try isEqual(block, step..<step + 1, column) { return 0 }
    return try compare(block, step, column, verdict.blank)?.differences.max().map(Double.init)
  }

  private func add(_ block: StepBlock, _ part: Range<Int>, _ place: Int) throws {
    let column = columns[place]
    var differences: [Int: [Float]] = [:]
    if let verdict = column.verdict {
      if try isEqual(block, part, column) {
        verdict.addEqual(part.count)
      } else {
        for step in part {
          let found = try compare(block, step, column, verdict.blank)
          verdict.add(found?.verdict)
          if let found { differences[step] = found.differences }
        }
      }
    }
    addStatistics(block, part, place, differences)
  }

  // MARK: - Bits

  func isEqual(_ block: StepBlock, _ part: Range<Int>, _ column: Column) throws -> Bool {
    // With one row all steps of a block follow each other as in the sequence.
    guard layout.rows > 1 else { return try isEqual(block, steps: part, column) }
    for step in part where try !isEqual(block, steps: step..<step + 1, column) { return false }
    return true
  }

  private func isEqual(
    _ block: StepBlock, steps: Range<Int>, _ column: Column
  ) throws -> Bool {
    guard column.tap.imaginary == nil else { return false }
    let time = block.time(column.tap.values, steps)
    let start = trace.time(column.tap, after: steps.lowerBound) - column.latency
    let values = block.bytes(column.tap.values, steps)
    let mask = block.bytes(column.tap.mask, steps)
    let entry = layout.entryBytes(column.tap.values)
    var place = max(0, -start)
    while place < time {
      let left = time - place
      guard start + place < column.time else {
        // Nothing valid may come behind the end.
        for row in 0..<layout.rows where mask[(row * time + place)..<(row + 1) * time].contains(1) {
          return false
        }
        return true
      }
      guard
        let segment = try layerWise.segment(column.tap.path, at: start + place, limit: left),
        segment.output.channelShape.byteCount(of: segment.output.values.dtype) == entry
      else { return false }
      for row in 0..<layout.rows {
        let ours = row * time + place
        let theirs = row * segment.output.time + segment.offset
        guard
          SequenceBits.areEqual(
            values, mask, ours, segment.output, theirs, count: segment.count, entry: entry)
        else { return false }
      }
      place += segment.count
    }
    return true
  }

  // MARK: - Numbers

  func compare(
    _ block: StepBlock, _ step: Int, _ column: Column, _ blank: Verdict
  ) throws -> (verdict: Verdict, differences: [Float])? {
    guard let output = block.sequence(column.tap, step..<step + 1) else { return nil }
    let start = trace.time(column.tap, after: step) - column.latency
    let warmUp = min(max(0, -start), output.time)
    guard output.time > warmUp else { return nil }
    let ours = output.timesteps(warmUp..<output.time)
    let first = start + warmUp
    guard let theirs = try layerWise.sequence(column.tap.path, first..<first + ours.time) else {
      return nil
    }
    var verdict = blank
    verdict.add(ours, at: first, layer: theirs)
    return (verdict, SequenceBits.differences(ours, theirs))
  }

  private func addStatistics(
    _ block: StepBlock, _ part: Range<Int>, _ place: Int, _ differences: [Int: [Float]]
  ) {
    let column = columns[place]
    let entry = layout.entryBytes(column.tap.values)
    let dtype = layout.dtype(column.tap.values)
    var first = part.lowerBound
    while first < part.upperBound {
      let steps = first..<min(part.upperBound, statistics.spanEnd(first))
      let isJoined = layout.rows == 1
      for row in 0..<layout.rows {
        var found = SpanStatistics()
        for steps in isJoined ? [steps] : steps.map({ $0..<$0 + 1 }) {
          let time = block.time(column.tap.values, steps)
          let start = trace.time(column.tap, after: steps.lowerBound) - column.latency
          let warmUp = min(max(0, -start), time)
          guard warmUp < time else { continue }
          let own = row * time + warmUp..<(row + 1) * time
          let values = block.bytes(column.tap.values, steps)
          found.add(
            UnsafeRawBufferPointer(
              rebasing: values[own.lowerBound * entry..<own.upperBound * entry]),
            mask: UnsafeRawBufferPointer(rebasing: block.bytes(column.tap.mask, steps)[own]), dtype)
        }
        for step in steps where !differences.isEmpty {
          found.difference = max(found.difference, differences[step]?[row] ?? 0)
        }
        statistics.add(found, place * layout.rows + row, step: first)
      }
      first = steps.upperBound
    }
  }
}
