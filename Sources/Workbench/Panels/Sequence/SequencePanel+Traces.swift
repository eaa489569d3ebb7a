import Diagnostics
import Runtime
import Sessions
import Tensors
import Traces

extension SequencePanel {
  /// How many timesteps of a place are read for one lane.
  private static let mostTimesteps = 1 << 16

  package func build(_ request: inout Request, _ source: TraceSource) -> LanesView? {
    let session = source.session
    let all = session.timeCount
    guard request.columns > 0, all > 0, let comparison = source.comparison else { return nil }
    let count = request.zoom > 0 ? max(1, all >> request.zoom) : all
    let center = source.look.cursorTime ?? max(0, session.passedTime - 1)
    let start = min(max(0, center - count / 2), all - count)
    var view = LanesView()
    (view.start, view.count) = (start, count)
    let first = session.time(comparison, atInput: start)
    let last = session.time(comparison, atInput: start + count - 1)
    let times = (first..<min(last + 1, first + Self.mostTimesteps)).clamped(
      to: comparison.pair.times)
    guard !times.isEmpty, let both = try? session.values(comparison, times),
      source.look.row < both.offline.batch
    else { return view }
    let (step, layer) = (
      SampleSeries(both.stream, row: source.look.row),
      SampleSeries(both.offline, row: source.look.row)
    )
    let peak = max(step.peak, layer.peak)
    let passed =
      session.passedTime > 0 ? session.time(comparison, atInput: session.passedTime - 1) : -1
    for (kind, name, series, values, end) in [
      (Lane.Kind.step, "STREAM", step, both.stream, passed + 1),
      (.layer, "OFFLINE", layer, both.offline, times.upperBound),
    ] {
      let columns = (0..<request.columns).map { column -> LaneColumn in
        let from = start + column * count / request.columns
        let to = max(from + 1, start + (column + 1) * count / request.columns)
        let low = session.time(comparison, atInput: from)
        let high = max(low + 1, session.time(comparison, atInput: to - 1) + 1)
        guard low < end else { return LaneColumn(mark: .none) }
        let shown = (low..<min(high, end)).clamped(to: times)
        guard !shown.isEmpty else { return LaneColumn(mark: .none) }
        let own = shown.lowerBound - times.lowerBound..<shown.upperBound - times.lowerBound
        let valid = series.validCount(in: own)
        return LaneColumn(
          value: series.peak(in: own),
          mark: valid == own.count ? .valid : valid == 0 ? .padding : .mixed)
      }
      view.lanes.append(
        Lane(
          kind: kind, name: name, columns: columns, peak: peak,
          validCount: series.validCount(in: 0..<series.time), timeCount: series.time,
          underCursor: Self.point(
            values, source.look.row, session.time(comparison, atInput: center), times, end)))
    }
    return view
  }

  private static func point(
    _ values: SequenceTensor, _ row: Int, _ time: Int, _ times: Range<Int>, _ end: Int
  ) -> LanePoint {
    guard times.contains(time), time < end else {
      return LanePoint(time: "t \(NumberText.grouped(time))", values: ["–"], channelCount: 1)
    }
    let channels = values.channelCount
    let base = (row * values.time + time - times.lowerBound) * channels
    return LanePoint(
      time: "t \(NumberText.grouped(time))",
      values: (0..<min(channels, 4)).map {
        NumberText.short(values.values.double(at: base + $0), digits: 3)
      },
      channelCount: channels)
  }
}
