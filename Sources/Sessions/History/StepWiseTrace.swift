import Layers
import Programs
import Runtime
import Tensors
package import Traces

/// The steps of a session up to its position as a trace: what is not in memory is made again from the nearest
/// checkpoint on demand.
struct StepWiseTrace: Trace {
  let kind = TraceKind.stepWise
  let places: [TracePlace]
  let blocks: TraceBlocks
  private let run: ModelRun
  private let trace: StepTrace

  /// Nil before the first step.
  init?(_ run: ModelRun) {
    guard let plan = run.plan, let trace = run.trace, run.position > 0 else { return nil }
    (self.run, self.trace) = (run, trace)
    let steps = run.position
    blocks = TraceBlocks((0..<steps).map { plan.boundaries[$0 + 1] - plan.boundaries[$0] })
    places = run.tracePlaces(latency: run.latency) { path in
      trace.spec(path).map { (trace.time(path, after: steps), $0) }
    }
  }

  func values(
    of place: Int, _ facet: TraceFacet, rows: Range<Int>, times: Range<Int>
  ) throws -> Tensor {
    let path = places[place].path
    if case .state(let name) = facet { return try state(name, places[place], rows, times) }
    let output: SequenceTensor?
    switch facet {
    case .output, .mask:
      output =
        times.isEmpty
        ? try trace.output(of: path, in: 0..<1)?.timesteps(0..<0)
        : try trace.window(path, times, after: run.position)
    case .input: output = try input(of: path, times)
    case .state: output = nil
    }
    guard let output else { throw TraceError.missing(facet, at: path) }
    return (facet == .mask ? output.mask : output.values).part(rows: rows, times: 0..<times.count)
  }

  private func input(of path: String, _ times: Range<Int>) throws -> SequenceTensor? {
    guard let place = run.places.first(where: { $0.path == path }) else { return nil }
    switch place.input {
    case .root: return run.input.timesteps(times)
    case .output(let other): return try trace.window(other, times, after: run.position)
    case .made:
      guard let made = try trace.madeInput(of: path, in: 0..<run.position) else { return nil }
      return made.timesteps(times)
    }
  }

  /// The leaf as it enters every block of a range.
  private func state(
    _ name: String, _ place: TracePlace, _ rows: Range<Int>, _ times: Range<Int>
  ) throws -> Tensor {
    guard let leaf = place.leaf(name), let stream = run.stream,
      let index = stream.leaves.firstIndex(where: {
        $0.path == LayerPath.join(place.path, name)
      })
    else { throw TraceError.missing(.state(name), at: place.path) }
    var parts: [Tensor] = []
    if !times.isEmpty, let (start, checkpoint) = trace.checkpoints.last(upTo: times.lowerBound) {
      let runner = try trace.freshRunner()
      try runner.restore(checkpoint, at: start)
      while true {
        if times.contains(runner.position) {
          var value = runner.stream.value(of: index)
          // A cache that grows had another length.
          if let length = leaf.shape.first, value.rank > 1 { value = value.newest(length) }
          parts.append(value.reshaped([value.shape[0], 1] + leaf.shape))
        }
        guard runner.position + 1 < times.upperBound else { break }
        _ = try runner.step(cancel: nil) {}
      }
    }
    guard !parts.isEmpty else {
      return Tensor(zeros: [rows.count, 0] + leaf.shape, leaf.dtype)
    }
    return Tensor.joined(time: parts).part(rows: rows, times: 0..<times.count)
  }
}

/// The layer-wise run of a session as a trace, whole or in pieces.
struct LayerWiseTrace: Trace {
  let kind = TraceKind.layerWise
  let places: [TracePlace]
  let blocks: TraceBlocks
  private let run: LayerWiseRun

  init(_ run: ModelRun, _ layerWise: LayerWiseRun) {
    self.run = layerWise
    blocks = TraceBlocks(size: max(1, run.input.time), count: run.input.time > 0 ? 1 : 0)
    places = run.tracePlaces(of: layerWise.layers, latency: { _ in 0 }, withStates: false) { path in
      layerWise.time(path).flatMap { time in layerWise.spec(path).map { (time, $0) } }
    }
  }

  func values(
    of place: Int, _ facet: TraceFacet, rows: Range<Int>, times: Range<Int>
  ) throws -> Tensor {
    let path = places[place].path
    let output: SequenceTensor?
    switch facet {
    case .output, .mask: output = try run.sequence(path, times)
    case .input: output = try run.input(of: path)?.timesteps(times)
    case .state: output = nil
    }
    guard let output else { throw TraceError.missing(facet, at: path) }
    return (facet == .mask ? output.mask : output.values).part(rows: rows, times: 0..<times.count)
  }
}

extension ModelRun {
  /// The layers as places of a trace; `extent` gives timesteps and type of a layer's output.
  fileprivate func tracePlaces(
    of layers: [LayerTrace.LayerPlace]? = nil, latency: (String) -> Int, withStates: Bool = true,
    extent: (String) -> (time: Int, spec: ChannelSpec)?
  ) -> [TracePlace] {
    let layers = (layers ?? places).filter { extent($0.path) != nil }
    let order = Dictionary(
      layers.enumerated().map { ($1.path, $0) }, uniquingKeysWith: { first, _ in first })
    let leaves = withStates ? stream?.leaves ?? [] : []
    return layers.enumerated().compactMap { index, layer in
      guard let (time, spec) = extent(layer.path) else { return nil }
      // A container gives what its children make of its input.
      var inputs: [Int]? = layers.indices.filter { other in
        other < index && layers[other].path != layer.path && layers[other].path.isInside(layer.path)
      }
      switch layer.input {
      case .root: break
      case .output(let other): inputs = order[other].map { [$0] + (inputs ?? []) }
      case .made: inputs = nil
      }
      let own = leaves.filter { leaf in
        guard leaf.path != layer.path, leaf.path.isInside(layer.path) else { return false }
        return !layers.contains {
          $0.path != layer.path && $0.path.isInside(layer.path) && leaf.path.isInside($0.path)
        }
      }
      let steps = max(1, plan.map { $0.boundaries[position] } ?? input.time)
      return TracePlace(
        path: layer.path, kind: .layer(layer.typeName), inputs: inputs, rowCount: input.batch,
        timeCount: time, channelShape: spec.shape, dtype: spec.dtype, latency: latency(layer.path),
        rate: withStates
          ? Rational(time) / Rational(steps) : Rational(time) / Rational(max(1, input.time)),
        states: own.map {
          TracePlace.StateLeaf(
            name: LayerPath.relative($0.path, to: layer.path),
            shape: Array($0.type.shape.dropFirst()), dtype: $0.type.dtype)
        }, hasInput: true, hasMask: true)
    }
  }
}

extension Session {
  /// The steps up to the position; nil before the first.
  package func stepTrace() throws -> (any Trace)? { StepWiseTrace(try requireSteps().0) }

  /// The layer-wise run.
  package func layerTrace() throws -> any Trace {
    let run = try requireRun()
    return LayerWiseTrace(run, try layerWise(run))
  }
}
