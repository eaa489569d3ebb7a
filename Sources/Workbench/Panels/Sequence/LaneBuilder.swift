import Diagnostics
import Runtime
import Sessions
import Tensors

/// Cuts sequences into the columns of lanes, all stretched to input time.
///
/// Time begins before 0 where there is warm-up, so that a column is the same moment in every lane.
struct LaneBuilder {
  let source: PanelSource
  let request: SequencePanel.Request

  private var session: Session { source.session }
  private var cache: RunCache { source.cache }
  private var path: String { source.path }
  private var row: Int { source.row }

  private static let valuesUnderCursor = 4

  /// One sequence and how its timesteps lie in input time.
  private struct Source {
    var series: SampleSeries
    /// How many timesteps there are; a series may be longer.
    var time: Int
    /// Timesteps before time 0.
    var warmUp: Int
    /// Timesteps of it for an input timestep.
    var rate: Double
    /// The magnitude of a full bar.
    var peak: Float
    /// The block that holds a timestep, and where in it.
    var block: (Int) -> (SequenceTensor, Int)?
  }

  func lanes() -> LanesView {
    var view = LanesView()
    guard request.columns > 0, let input = session.document.input?.sequence,
      let own = self.input(input)
    else { return view }
    let steps = [step(""), path.isEmpty ? nil : step(path)]
    let window = window(input.time) ?? -longestWarmUp(steps)..<max(1, input.time)
    view.start = window.lowerBound
    view.count = window.count
    view.lanes = [lane(.input, "in", own, window)]
    if let step = steps[0] { view.lanes.append(lane(.step, "step", step, window)) }
    if let layer = layer("") { view.lanes.append(lane(.layer, "layer", layer, window)) }
    let name = session.nodes.first { $0.path == path }?.name ?? "."
    if !path.isEmpty, let selected = steps[1] ?? layer(path) {
      view.lanes.append(lane(.selected, name, selected, window))
    }
    if let expected = expected() {
      view.lanes.append(lane(.expected, "expected", expected, window))
    }
    view.loss = cache.masks(session, of: path).first { $0.row == row }.map { entry in
      LossView(name: name, validCount: entry.valid, arriving: entry.arriving, lost: entry.lost)
    }
    return view
  }

  /// The input timesteps that are shown: a part around the cursor; nil for all, and the warm-up.
  private func window(_ length: Int) -> Range<Int>? {
    guard request.zoom > 0, length > 0 else { return nil }
    let count = max(1, length >> request.zoom)
    let consumed = session.plan.map { min($0.boundaries[session.position], $0.time) } ?? 0
    let center = source.cursorTime ?? max(0, consumed - 1)
    let start = min(max(0, center - count / 2), length - count)
    return start..<start + count
  }

  /// How many input timesteps the warm-up of the shown lanes takes.
  private func longestWarmUp(_ sources: [Source?]) -> Int {
    sources.compactMap { $0 }.map { source in
      source.rate > 0 ? Int((Double(source.warmUp) / source.rate).rounded(.up)) : 0
    }.max() ?? 0
  }

  // MARK: Sources

  private func rate(_ path: String) -> Double {
    let time = session.document.input?.sequence.time ?? 0
    guard time > 0, let layer = session.layerOutput(path) else { return 1 }
    return Double(layer.time) / Double(time)
  }

  private func input(_ sequence: SequenceTensor) -> Source? {
    cache.input(session, row: row).map { series in
      Source(series: series, time: series.time, warmUp: 0, rate: 1, peak: series.peak) {
        (sequence, $0)
      }
    }
  }

  private func step(_ path: String) -> Source? {
    let steps = cache.step(session, path, row: row)
    let time = steps.ends[session.position]
    guard time > 0 else { return nil }
    // The layer-wise peak, so that both lanes have one scale and keep it while stepping.
    let peak = cache.layer(session, path, row: row)?.peak ?? steps.series.peak
    return Source(
      series: steps.series, time: time, warmUp: min(session.warmUp(path), time), rate: rate(path),
      peak: peak
    ) { time in
      guard let place = steps.place(of: time),
        let block = session.output(of: path, inStep: place.step)
      else { return nil }
      return (block, place.offset)
    }
  }

  private func layer(_ path: String) -> Source? {
    guard let series = cache.layer(session, path, row: row),
      let sequence = session.layerOutput(path)
    else { return nil }
    return Source(series: series, time: series.time, warmUp: 0, rate: rate(path), peak: series.peak)
    {
      (sequence, $0)
    }
  }

  /// What is expected of the selected layer, or else of the whole stack.
  private func expected() -> Source? {
    let all = session.document.expectations
    guard let found = all.last(where: { $0.path == path }) ?? all.last(where: { $0.path.isEmpty }),
      let series = cache.reference(session, found, row: row),
      let sequence = try? SequenceTensor(values: found.values)
    else { return nil }
    return Source(
      series: series, time: series.time, warmUp: found.shift, rate: rate(found.path),
      peak: cache.layer(session, found.path, row: row)?.peak ?? series.peak
    ) { (sequence, $0) }
  }

  // MARK: Columns

  private func lane(
    _ kind: Lane.Kind, _ name: String, _ source: Source, _ window: Range<Int>
  ) -> Lane {
    // Characters are read only where each has a column of its own.
    let isText =
      kind == .input && session.document.input?.isText == true
      && window.count <= request.columns
    var before = 0..<0
    let columns = (0..<request.columns).map { column -> LaneColumn in
      let range = Self.timesteps(column, of: request.columns, window, source)
      defer { before = range }
      var result = Self.column(range, source)
      if isText, range.count == 1, result.mark == .valid {
        let isNew = range != before
        result.character =
          isNew ? byte(range.lowerBound, source).map(TextShown.scalar) : " "
      }
      return result
    }
    let first = min(max(0, source.warmUp), source.time)
    return Lane(
      kind: kind, name: name, columns: columns, peak: source.peak,
      validCount: source.series.validCount(in: first..<source.time),
      timeCount: source.time - first, underCursor: underCursor(source, kind))
  }

  /// The timesteps behind a column, counted from the first of the sequence, warm-up included.
  private static func timesteps(
    _ column: Int, of columns: Int, _ window: Range<Int>, _ source: Source
  ) -> Range<Int> {
    let count = window.count
    let from = window.lowerBound + column * count / columns
    let to = max(window.lowerBound + (column + 1) * count / columns, from + 1)
    guard from < window.upperBound else { return 0..<0 }
    let first = Int((Double(from) * source.rate).rounded(.down)) + source.warmUp
    let last = Int((Double(to) * source.rate).rounded(.up)) + source.warmUp
    let end = min(source.time, max(last, first + 1))
    guard end > 0 else { return 0..<0 }
    return max(0, first)..<max(0, first, end)
  }

  private static func column(_ range: Range<Int>, _ source: Source) -> LaneColumn {
    guard let first = range.first, first < source.time else { return LaneColumn(mark: .none) }
    guard first >= source.warmUp else { return LaneColumn(mark: .warmUp) }
    let valid = source.series.validCount(in: range)
    let mark: LaneColumn.Mark =
      valid == range.count ? .valid : valid == 0 ? .padding : .mixed
    return LaneColumn(value: source.series.peak(in: range), mark: mark)
  }

  /// The byte of text at a timestep.
  private func byte(_ time: Int, _ source: Source) -> Int? {
    source.block(time).map { block, offset in
      Int(block.values.double(at: row * block.time + offset))
    }
  }

  private func underCursor(_ source: Source, _ kind: Lane.Kind) -> LanePoint {
    let consumed = session.plan.map { min($0.boundaries[session.position], $0.time) } ?? 0
    let time = self.source.cursorTime ?? max(0, consumed - 1)
    let own = Int((Double(time) * source.rate).rounded(.down))
    let place = own + source.warmUp
    let label = own < 0 ? "w\(max(0, place))" : "t \(NumberText.grouped(own))"
    guard place >= 0, place < source.time, let (block, offset) = source.block(place) else {
      return LanePoint(time: label, values: ["–"], channelCount: 1)
    }
    let isValid = source.series.isValid(place)
    guard isValid || place < source.warmUp else {
      return LanePoint(time: label, values: ["padding"], channelCount: 1)
    }
    let isText = kind == .input && session.document.input?.isText == true
    if isText, let number = byte(place, source) {
      return LanePoint(
        time: label, values: ["\(TextShown.scalar(number)) = \(number)"], channelCount: 1)
    }
    let channels = block.channelCount
    let base = (row * block.time + offset) * channels
    let values = (0..<min(channels, Self.valuesUnderCursor)).map { channel in
      NumberText.short(block.values.double(at: base + channel), digits: 3)
    }
    return LanePoint(time: label, values: values, channelCount: channels)
  }
}
