package import Comparison
import Layers
package import Runtime
import Tensors
package import Traces

/// Two recorded runs of another framework, looked at as a session is: with a position in time, and commands
/// that only read.
///
/// Not `Sendable`: it belongs to one thread.
package final class TraceSession {
  package let pair: ForeignPair
  /// What both runs are to each other at every place, and why they part.
  package let diagnosis: Diagnosis
  /// How many blocks of STREAM have passed.
  package internal(set) var position: Int
  /// Called between any two pieces of long work; may throw to end it.
  package var goOn: () throws -> Void = {}
  /// |Δ| by place, row and span of time.
  private var spans: [SpanKey: [Float]] = [:]

  private struct SpanKey: Hashable {
    var place: Int
    var row: Int
  }

  private static let spanCount = 4096

  /// Opens two files.
  ///
  /// A `TraceStop` that `watch` throws once places were compared leaves a session of these.
  ///
  /// - Throws: ``TraceError``, or what reading and `watch` throw.
  package init(
    offline: String, stream: String, _ options: ForeignPair.Options,
    tolerance: Tolerance? = nil, watch: @escaping TraceWatch = { _ in }
  ) throws {
    pair = try ForeignPair(offline: offline, stream: stream, options, watch: watch)
    diagnosis = try pair.diagnosis(ArrayComparison.Options(tolerance: tolerance), watch: watch)
    position = pair.stream.blocks.count
  }

  /// The places that both runs have, in the order of computation.
  package var comparisons: [PlaceComparison] { diagnosis.comparisons }
  package var rowCount: Int { pair.offline.places.map(\.rowCount).max() ?? 1 }
  /// Timesteps of the input, and those that have passed.
  package var timeCount: Int { pair.stream.blocks.timeCount }
  package var passedTime: Int { pair.stream.blocks.start(of: position) }

  /// The place of a path; nil for one that is in one run only.
  package func comparison(_ path: String) -> PlaceComparison? {
    comparisons.first { $0.pair.path == path }
  }

  /// The kind of operation at a place, where a recorder said it.
  package func kind(_ comparison: PlaceComparison) -> String {
    let place = pair.offline.places[comparison.pair.offline]
    return place.kind == .input ? "input" : place.typeName ?? ""
  }

  /// The place's timestep at one of the input, both counted from 0.
  package func time(_ comparison: PlaceComparison, atInput time: Int) -> Int {
    let count = pair.offline.places[comparison.pair.offline].timeCount
    return timeCount > 0 ? min(max(0, time * count / timeCount), max(0, count - 1)) : 0
  }

  /// The input's timestep at one of a place.
  package func inputTime(_ comparison: PlaceComparison, at time: Int) -> Int {
    let count = pair.offline.places[comparison.pair.offline].timeCount
    return count > 0 ? (time * timeCount + count - 1) / count : 0
  }

  /// What both runs have of a place in some of OFFLINE's timesteps.
  ///
  /// STREAM's timesteps are moved by what it is late. Nil where one of them has not all of it.
  package func values(
    _ comparison: PlaceComparison, _ times: Range<Int>
  ) throws -> (offline: SequenceTensor, stream: SequenceTensor)? {
    let own = comparison.pair
    guard own.times.lowerBound <= times.lowerBound, times.upperBound <= own.times.upperBound else {
      return nil
    }
    let late = times.lowerBound + own.shift.steps..<times.upperBound + own.shift.steps
    return (
      try Self.sequence(pair.offline, own.offline, times),
      try Self.sequence(pair.stream, own.stream, late)
    )
  }

  private static func sequence(
    _ trace: any Trace, _ index: Int, _ times: Range<Int>
  ) throws -> SequenceTensor {
    let place = trace.places[index]
    let rows = 0..<place.rowCount
    let values = try trace.values(of: index, .output, rows: rows, times: times)
    guard place.hasMask else { return try SequenceTensor(values: values) }
    return try SequenceTensor(
      values: values, mask: try trace.values(of: index, .mask, rows: rows, times: times))
  }

  // MARK: - Differences

  /// Where both runs part, in one row; columns are timesteps of the input.
  package func differences(
    row: Int, times: Range<Int>? = nil, columns count: Int
  ) throws -> DifferenceTable {
    let shown = (times ?? 0..<timeCount).clamped(to: 0..<timeCount)
    let columns = DifferenceTable.columns(shown, count)
    let lines = try comparisons.indices.map { index -> DifferenceTable.Line in
      let comparison = comparisons[index]
      let spans = try spans(index, row: row)
      let peak = comparison.criterion.largest
      return DifferenceTable.Line(
        path: comparison.pair.path, kind: kind(comparison), closeness: comparison.verdict,
        first: first(comparison), largest: Double(spans.max() ?? 0), peak: peak,
        cells: columns.map { cell(comparison, spans, $0, peak: peak) })
    }
    return DifferenceTable(lines: lines, columns: columns)
  }

  private func first(_ comparison: PlaceComparison) -> Verdict.Difference? {
    guard let place = comparison.firstPlace else { return nil }
    let element = comparison.first.flatMap { $0.time == place.time ? $0 : nil }
    return Verdict.Difference(
      row: place.row, time: place.time, channel: element?.channel ?? [], step: element?.stream,
      layer: element?.offline)
  }

  /// Timesteps of a span.
  private func spanLength(_ comparison: PlaceComparison) -> Int {
    max(1, (comparison.pair.times.count + Self.spanCount - 1) / Self.spanCount)
  }

  /// The largest |Δ| of each span; negative where nothing in it is valid.
  private func spans(_ index: Int, row: Int) throws -> [Float] {
    let key = SpanKey(place: index, row: row)
    if let known = spans[key] { return known }
    let comparison = comparisons[index]
    let (length, times) = (spanLength(comparison), comparison.pair.times)
    var result: [Float] = []
    for start in stride(from: times.lowerBound, to: times.upperBound, by: length) {
      try goOn()
      let span = start..<min(start + length, times.upperBound)
      guard let (offline, stream) = try values(comparison, span), row < offline.batch else { break }
      let (ours, theirs) = (stream.rows([row]), offline.rows([row]))
      let seen = (0..<span.count).contains {
        ours.isValid(row: 0, time: $0) || theirs.isValid(row: 0, time: $0)
      }
      result.append(seen ? SequenceBits.differences(ours, theirs)[0] : -1)
    }
    spans[key] = result
    return result
  }

  private func cell(
    _ comparison: PlaceComparison, _ spans: [Float], _ column: Range<Int>, peak: Double
  ) -> DifferenceTable.Cell {
    let times = comparison.pair.times
    let first = time(comparison, atInput: column.lowerBound)
    let last = max(first, time(comparison, atInput: column.upperBound - 1))
    guard last >= times.lowerBound, first < times.upperBound else { return .none }
    let length = spanLength(comparison)
    let low = (max(first, times.lowerBound) - times.lowerBound) / length
    let high = (min(last, times.upperBound - 1) - times.lowerBound) / length
    guard low < spans.count else { return .none }
    let largest = spans[low...min(high, spans.count - 1)].max() ?? 0
    if largest < 0 { return .padding }
    return largest == 0
      ? .equal : .differs(DifferenceTable.share(Double(largest), of: peak))
  }
}
