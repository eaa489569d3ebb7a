import Layers
import Programs
import Tensors

/// Runs a graph on all rows, one by one, and on each as a whole or block by block.
struct GraphRows {
  /// The results for all rows, `[b, t, …]`; states `[b, …]`.
  struct Result {
    var output: Value
    var states: [Value]
    var taps: [Value]
  }

  private let source: OnnxSource
  private let interface: GraphInterface
  private let layout: OutputLayout
  private let time: Int
  /// The entries that caches which grow bring.
  private let past: Int
  /// Whether the sequence begins here.
  private let isStart: Bool
  /// Whether one run takes all timesteps.
  private let runsWhole: Bool
  private let outline: GraphOutline
  /// The weights that the graph reads, in the order in which they are given.
  var weights: [GraphOutline.Weight] { outline.weights }
  /// The node outputs that are shown, and for each its axis of time, if it has one.
  let taps: [GraphOutline.Tap]
  private let tapAxes: [NodeTimes.Axis?]

  init(
    _ layer: OnnxGraph, time: Int, runsWhole: Bool, past: Int = 0, isStart: Bool = false
  ) throws {
    source = layer.source
    interface = layer.interface
    layout = layer.layout
    self.time = time
    self.past = past
    self.isStart = isStart
    self.runsWhole = runsWhole
    let runTime = runsWhole ? time : interface.runTime
    outline = try source.outline(interface, time: runTime, past: past)
    let shown = outline.taps
    if runsWhole {
      let axes = try NodeTimes(source, interface).axes
      taps = shown.filter { axes[$0.name] != nil }
      tapAxes = taps.map { axes[$0.name] }
    } else if interface.caches == nil {
      taps = shown
      tapAxes = shown.map { _ in nil }
    } else {
      // What grows with the caches has another shape in every step.
      let next = Set(try source.outline(interface, time: runTime, past: past + 1).taps)
      taps = shown.filter(next.contains)
      tapAxes = taps.map { _ in nil }
    }
  }

  func run(_ x: Value, _ states: [Value], _ weights: [Value]) throws -> Result {
    let batch = x.shape[0]
    guard batch > 1 else {
      let row = try row(
        x.element(0, axis: 0), states.map { $0.element(0, axis: 0) }, weights)
      return Result(
        output: row.output.expandingAxes([0]), states: row.states.map { $0.expandingAxes([0]) },
        taps: row.taps.map { $0.expandingAxes([0]) })
    }
    var mistake: (any Error)?
    let looped = x.builder.loop(
      tripCount: batch, axis: 0, captured: weights, carried: [], sliced: [x] + states
    ) { captured, _, slices in
      do {
        let row = try row(slices[0], Array(slices.dropFirst()), captured)
        return ([], [row.output] + row.states + row.taps)
      } catch {
        mistake = error
        return ([], [])
      }
    }
    if let mistake { throw mistake }
    let all = looped.stacked
    return Result(
      output: all[0], states: Array(all[1..<1 + states.count]),
      taps: Array(all[(1 + states.count)...]))
  }

  /// One row: timesteps `[t, …c]`.
  private func row(_ x: Value, _ states: [Value], _ weights: [Value]) throws -> Result {
    if runsWhole { return try once(x, states, weights, past: past) }
    let turns = time / interface.block
    guard turns != 1 else { return try block(x, states, weights, past: past) }
    let cut = x.reshaped([turns, interface.block] + x.shape.dropFirst())
    guard interface.caches == nil else { return try oneByOne(cut, states, weights) }
    var mistake: (any Error)?
    let looped = x.builder.loop(
      tripCount: turns, axis: 0, captured: weights, carried: states, sliced: [cut]
    ) { captured, carried, slices in
      do {
        let block = try block(slices[0], carried, captured, past: past)
        return (block.states, [block.output] + block.taps)
      } catch {
        mistake = error
        return (carried, [])
      }
    }
    if let mistake { throw mistake }
    let joined = looped.stacked.map { value in
      value.reshaped([value.shape[0] * value.shape[1]] + value.shape.dropFirst(2))
    }
    return Result(output: joined[0], states: looped.carried, taps: Array(joined.dropFirst()))
  }

  /// Blocks `[turns, block, …c]` of one row, each behind longer caches than the one before.
  private func oneByOne(
    _ blocks: Value, _ states: [Value], _ weights: [Value]
  ) throws -> Result {
    let turns = blocks.shape[0]
    guard turns <= GrowingCaches.mostRuns else {
      throw OnnxError(
        .limit, source.path, found: "\(turns) runs of one step with caches that grow",
        expected: "at most \(GrowingCaches.mostRuns) in one program")
    }
    var (states, parts) = (states, [Result]())
    for turn in 0..<turns {
      let part = try block(
        blocks.element(turn, axis: 0), states, weights,
        past: past + turn * interface.added(interface.block))
      states = part.states
      parts.append(part)
    }
    return Result(
      output: Value.concatenate(parts.map(\.output), axis: 0), states: states,
      taps: taps.indices.map { tap in Value.concatenate(parts.map { $0.taps[tap] }, axis: 0) })
  }

  /// One block, behind the past where windows overlap; that is the last of the states.
  private func block(
    _ x: Value, _ states: [Value], _ weights: [Value], past: Int
  ) throws -> Result {
    let own = interface.states.count + (interface.countsTimesteps ? 1 : 0)
    guard states.count > own, let before = states.last else {
      return try once(x, states, weights, past: past)
    }
    let window = Value.concatenate([before, x], axis: 0)
    let count = window.shape[0]
    var result = try once(window, Array(states.dropLast()), weights, past: past)
    result.states.append(
      window.sliced(axis: 0, from: count - before.shape[0], to: count))
    return result
  }

  /// One run of the graph.
  private func once(
    _ x: Value, _ states: [Value], _ weights: [Value], past: Int
  ) throws -> Result {
    var names = WeightNames()
    let tracer = GraphTracer(source, x.builder) { weights[names.place($0, $1)] }
    var place = RunPlace(time: x.shape[0], past: past)
    let counter = interface.countsTimesteps ? states[interface.states.count] : nil
    if !(isStart && runsWhole) { place.counter = counter }
    let given = interface.states.indices.map { index in
      interface.growingAxis(index).map { states[index].newest(past, axis: $0) } ?? states[index]
    }
    let (output, next) = try source.runGraph(tracer, interface, x: x, states: given, at: place)
    var kept = next.enumerated().map { index, value in
      interface.growingAxis(index).map { value.entriesFirst($0) } ?? value
    }
    if let counter { kept.append(counter.adding(Double(interface.added(x.shape[0])))) }
    let byName = Dictionary(
      tracer.taps.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    let shown = zip(taps, tapAxes).map { tap, axis -> Value in
      guard let value = byName[tap.name] else { return x.builder.full(0, tap.type) }
      guard runsWhole, let axis else {
        // One timestep a run; a batch of 1 is no channel.
        return value.shape.first == 1 && value.rank > 1 ? value : value.expandingAxes([0])
      }
      // A cache joined to the block is longer than its part of the block.
      let (times, count) = (value.timeFirst(axis.axis), (Rational(time) * axis.ratio).floor)
      let extra = times.shape[0] - count
      return extra > 0 ? times.sliced(axis: 0, from: extra, to: times.shape[0]) : times
    }
    return Result(output: output.timeFirst(layout.axis), states: kept, taps: shown)
  }
}

extension Value {
  /// Time on axis 0, a batch of 1 left out; without an axis of time, one timestep.
  fileprivate func timeFirst(_ axis: Int?) -> Value {
    guard let axis else {
      return shape.first == 1 && rank > 1 ? self : expandingAxes([0])
    }
    let moved = transposed([axis] + (0..<rank).filter { $0 != axis })
    guard axis != 0, shape[0] == 1 else { return moved }
    var plain = moved.shape
    plain.remove(at: 1)
    return moved.reshaped(plain)
  }
}
