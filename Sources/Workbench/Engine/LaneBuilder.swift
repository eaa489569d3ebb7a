import Runtime
import Sessions
import Tensors

/// Cuts sequences into the columns of lanes, all stretched to input time.
///
/// Time begins before 0 where there is warm-up, so that a column is the same moment in every lane.
struct LaneBuilder {
  let session: Session
  let request: ViewRequest
  let path: String
  let row: Int

  /// One sequence and how its timesteps lie in input time.
  private struct Source {
    var sequence: SequenceTensor
    /// Timesteps before time 0.
    var warmUp: Int
    /// Timesteps of it for an input timestep.
    var rate: Double
  }

  func lanes() -> LanesView {
    var view = LanesView()
    guard request.laneColumns > 0, let input = session.document.input?.sequence else { return view }
    let own = Source(sequence: input, warmUp: 0, rate: 1)
    let warmUp = longestWarmUp(inputTime: input.time)
    let window = request.window ?? -warmUp..<max(1, input.time)
    view.start = window.lowerBound
    view.count = window.count
    view.lanes = [lane(.input, "in", own, window)]
    if let step = step("") { view.lanes.append(lane(.step, "step", step, window)) }
    if let layer = layer("") { view.lanes.append(lane(.layer, "layer", layer, window)) }
    if !path.isEmpty {
      let name = String(path.split(separator: "/").last ?? "")
      if let selected = step(path) ?? layer(path) {
        view.lanes.append(lane(.selected, name, selected, window))
      }
    }
    return view
  }

  /// How many input timesteps the warm-up of the shown lanes takes.
  private func longestWarmUp(inputTime: Int) -> Int {
    [step(""), path.isEmpty ? nil : step(path)].compactMap { $0 }.map { source in
      source.rate > 0 ? Int((Double(source.warmUp) / source.rate).rounded(.up)) : 0
    }.max() ?? 0
  }

  private func rate(_ path: String) -> Double {
    let time = session.document.input?.sequence.time ?? 0
    guard time > 0, let layer = session.layerOutput(path) else { return 1 }
    return Double(layer.time) / Double(time)
  }

  private func step(_ path: String) -> Source? {
    session.stepOutput(path).map {
      Source(sequence: $0.output, warmUp: $0.warmUp, rate: rate(path))
    }
  }

  private func layer(_ path: String) -> Source? {
    session.layerOutput(path).map { Source(sequence: $0, warmUp: 0, rate: rate(path)) }
  }

  private func lane(
    _ kind: Lane.Kind, _ name: String, _ source: Source, _ window: Range<Int>
  ) -> Lane {
    let sequence = source.sequence.rows([row])
    let channels = max(1, sequence.channelCount)
    let values = sequence.values.doubles()
    let columns = (0..<request.laneColumns).map { column -> LaneColumn in
      let range = Self.timesteps(column, of: request.laneColumns, window, source)
      return Self.column(range, sequence, values, channels, warmUp: source.warmUp)
    }
    let made = max(0, sequence.time - source.warmUp)
    let valid = (source.warmUp..<max(source.warmUp, sequence.time)).count {
      sequence.isValid(row: 0, time: $0)
    }
    return Lane(
      kind: kind, name: name, columns: columns,
      summary: kind == .input ? "" : "valid \(valid) of \(made)",
      underCursor: underCursor(source, sequence, values, channels))
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
    return max(0, first)..<max(0, first, max(last, first + 1))
  }

  private static func column(
    _ range: Range<Int>, _ sequence: SequenceTensor, _ values: [Double], _ channels: Int,
    warmUp: Int
  ) -> LaneColumn {
    var valid = 0
    var invalid = 0
    var peak: Double?
    for time in range where time < sequence.time {
      if time < warmUp { return LaneColumn(mark: .warmUp) }
      guard sequence.isValid(row: 0, time: time) else {
        invalid += 1
        continue
      }
      valid += 1
      let size = Self.magnitude(values[time * channels..<(time + 1) * channels])
      peak = Self.larger(peak, size)
    }
    guard valid + invalid > 0 else { return LaneColumn(mark: .none) }
    let mark: LaneColumn.Mark = invalid == 0 ? .valid : valid == 0 ? .padding : .mixed
    return LaneColumn(value: peak.map { Float($0) }, mark: mark)
  }

  /// What stands for all channels of a timestep: their mean magnitude; NaN if any is.
  private static func magnitude(_ values: ArraySlice<Double>) -> Double {
    values.reduce(0) { $0 + $1.magnitude } / Double(max(1, values.count))
  }

  /// NaN wins: it must be seen.
  private static func larger(_ a: Double?, _ b: Double) -> Double {
    guard let a else { return b }
    return a.isNaN || b.isNaN ? .nan : max(a, b)
  }

  private func underCursor(
    _ source: Source, _ sequence: SequenceTensor, _ values: [Double], _ channels: Int
  ) -> String {
    let consumed = session.plan.map { $0.boundaries[session.position] } ?? sequence.time
    let time = request.cursorTime ?? max(0, consumed - 1)
    let own = Int((Double(time) * source.rate).rounded(.down))
    let place = own + source.warmUp
    guard place >= 0, place < sequence.time else { return "–" }
    guard sequence.isValid(row: 0, time: place) else { return "t \(own) invalid" }
    let shown = values[place * channels..<place * channels + min(channels, 2)]
    let numbers = shown.map { Tensors.NumberText.short($0, digits: 3) }.joined(separator: " ")
    return "t \(own) \(numbers)\(channels > 2 ? " …" : "")"
  }
}
