import Runtime
import Tensors

// What of the differences can be shown: by spans from the statistics, and by steps where spans are too long.
extension StepComparison {
  /// The span on the lowest level of the statistics that holds a step.
  private func span(_ step: Int) -> Range<Int> {
    let end = statistics.spanEnd(step)
    return end - statistics.span..<end
  }

  /// Whether some steps are whole spans, so that the statistics tell exactly what is in them.
  private func areWholeSpans(_ steps: Range<Int>) -> Bool {
    steps.lowerBound % statistics.span == 0
      && (steps.upperBound % statistics.span == 0 || steps.upperBound == count)
  }

  /// The largest |Δ| of a layer in some steps and one row; infinite where masks differ.
  func largestDifference(_ path: String, row: Int, _ steps: Range<Int>) throws -> Double {
    var largest = 0.0
    var first = steps.lowerBound
    while first < steps.upperBound {
      let span = span(first)
      // As many whole spans as there are, or a part of one.
      let isAtStart = first == span.lowerBound
      let whole = isAtStart ? (steps.upperBound - first) / span.count * span.count : 0
      let end = whole > 0 ? first + whole : min(span.upperBound, steps.upperBound)
      let known = Double(statistics(path, row: row, first..<end)?.difference ?? 0)
      if areWholeSpans(first..<end) {
        largest = max(largest, known)
      } else if known > largest {
        for step in first..<end { largest = max(largest, try difference(path, row: row, step)) }
      }
      first = end
    }
    return largest
  }

  private func difference(_ path: String, row: Int, _ step: Int) throws -> Double {
    guard let place = layout.position(of: path) else { return 0 }
    let column = columns[place]
    guard let verdict = column.verdict, trace.time(column.tap, after: step + 1) > column.latency
    else { return 0 }
    let block = try trace.block(holding: step)
    guard try !isEqual(block, step..<step + 1, column) else { return 0 }
    let found = try compare(block, step, column, verdict.blank)
    return Double(found?.differences[row] ?? 0)
  }

  /// The timesteps that a layer gave in some steps, as the layer-wise run counts them: empty in the warm-up,
  /// nil where it gave none.
  private func times(_ path: String, _ steps: Range<Int>) -> Range<Int>? {
    guard let place = layout.position(of: path) else { return nil }
    let column = columns[place]
    let first = trace.time(column.tap, after: steps.lowerBound) - column.latency
    let end = trace.time(column.tap, after: steps.upperBound) - column.latency
    return end > first ? max(0, first)..<max(0, end) : nil
  }

  /// How many timesteps of some steps are valid in a row, and whether a value there is NaN.
  private func validity(
    _ path: String, row: Int, _ steps: Range<Int>, times: Range<Int>
  ) throws -> (valid: Int, hasNaN: Bool) {
    let known = statistics(path, row: row, steps)
    let (valid, isNaN) = (Int(known?.validCount ?? 0), known?.nanCount ?? 0 > 0)
    let all = self.times(
      path, span(steps.lowerBound).lowerBound..<min(count, span(steps.upperBound - 1).upperBound))
    let isPlain = !isNaN && (valid == 0 || valid == all?.count)
    guard !areWholeSpans(steps), !isPlain else { return (valid, isNaN) }
    guard let made = try trace.output(of: path, in: steps) else { return (0, false) }
    // Without the warm-up, and of this row alone.
    let output = made.timesteps(made.time - min(made.time, times.count)..<made.time).rows([row])
    let values = output.values.doubles()
    let channels = output.channelCount
    let flags = output.mask.elements(as: Bool.self)
    let seen = flags.indices.filter { flags[$0] }
    return (
      seen.count,
      seen.contains { time in
        values[time * channels..<(time + 1) * channels].contains(where: \.isNaN)
      }
    )
  }

  /// What a column shows of some steps of a layer, whose largest value is `peak`.
  func cell(
    _ path: String, row: Int, _ steps: Range<Int>, peak: Double
  ) throws -> DifferenceTable.Cell {
    guard let times = times(path, steps) else { return .none }
    guard !times.isEmpty else { return .warmUp }
    let difference = try largestDifference(path, row: row, steps)
    guard difference == 0 else {
      return .differs(DifferenceTable.share(difference, of: peak))
    }
    let (valid, hasNaN) = try validity(path, row: row, steps, times: times)
    return valid == 0 ? .padding : hasNaN ? .notANumber : .equal
  }
}
