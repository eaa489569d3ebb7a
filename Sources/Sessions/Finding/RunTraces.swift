import LayerTesting
import Layers
import Runtime
import Tensors
import Traces

/// The layer-wise and the step-wise run of a model as traces of the same places.
struct RunTraces {
  let offline: MemoryTrace
  let stream: MemoryTrace

  /// The path under which a trace has what is fed to the model.
  static let input = "input"

  /// Takes what a run gave in some of the steps that it has made; `states` are leaves with their values before
  /// each of these steps and behind the last.
  init(
    _ run: ModelRun, layerWise: LayerWiseRun, steps: Range<Int>,
    states: [(leaf: StateLeafSpec, values: [Tensor])] = []
  ) throws {
    let plan = run.plan?.boundaries ?? [0]
    let sizes = (0..<steps.upperBound).map { plan[$0 + 1] - plan[$0] }
    let end = min(plan[steps.upperBound], run.input.time)
    let start = min(plan[steps.lowerBound], end)
    let fed = run.input.timesteps(start..<end)
    let places = run.places.filter { layerWise.time($0.path) != nil }
    var taps: [String: (values: SequenceTensor, start: Int)] = [:]
    var stepped: [String: (values: SequenceTensor, start: Int)] = [:]
    for place in places {
      let path = place.path
      let begin = run.trace?.time(path, after: steps.lowerBound) ?? 0
      let times = begin..<(run.trace?.time(path, after: steps.upperBound) ?? begin)
      // From the same timestep on at every place, whatever its latency.
      let all = layerWise.time(path) ?? 0
      let first = min(times.lowerBound, all)
      let last = steps.upperBound == run.plan?.lastStep ? all : min(times.upperBound, all)
      taps[path] = try layerWise.sequence(path, first..<max(first, last)).map { ($0, first) }
      stepped[path] = try run.stepWise(path, times).map { ($0, times.lowerBound) }
    }
    var positions: [String: Int] = [:]
    for (index, place) in places.enumerated() { positions[place.path] = index + 1 }
    func entries(isStep: Bool) -> [MemoryTrace.Entry] {
      var first = MemoryTrace.Entry(Self.input, kind: .input, inputs: [], output: fed.values)
      (first.mask, first.start) = (fed.mask, start)
      if !isStep { first.timeCount = run.input.time }
      return [first]
        + places.enumerated().map { index, place in
          let value = isStep ? stepped[place.path] : taps[place.path]
          let empty = taps[place.path]?.values.timesteps(0..<0)
          let made = value?.values ?? empty ?? fed.timesteps(0..<0)
          var entry = MemoryTrace.Entry(
            place.path.shown, kind: .layer(place.typeName),
            inputs: Self.feeds(place, index + 1, places, positions), output: made.values)
          (entry.mask, entry.start) = (made.mask, value?.start ?? 0)
          entry.latency = isStep ? place.outputLatency : 0
          let time = layerWise.time(place.path) ?? 1
          entry.rate = Rational(max(time, 1), max(run.input.time, 1))
          guard isStep else {
            entry.timeCount = time
            return entry
          }
          let ends = (0...steps.upperBound).map { run.trace?.time(place.path, after: $0) ?? 0 }
          entry.blockSizes = zip(ends.dropFirst(), ends).map { $0 - $1 }
          entry.states = states.filter { Self.isOwn($0.leaf.path, of: place.path, run) }.map {
            (
              LayerPath.relative($0.leaf.path, to: place.path),
              Self.series($0.values, behind: steps.lowerBound)
            )
          }
          return entry
        }
    }
    offline = MemoryTrace(
      .layerWise, blocks: TraceBlocks([max(run.input.time, 1)]),
      entries(isStep: false))
    stream = MemoryTrace(
      .stepWise, blocks: TraceBlocks(sizes),
      entries(isStep: true))
  }

  /// What feeds a layer: where its input comes from, and what is inside it; nil where a combinator made it.
  private static func feeds(
    _ place: LayerTrace.LayerPlace, _ position: Int, _ places: [LayerTrace.LayerPlace],
    _ positions: [String: Int]
  ) -> [Int]? {
    var feeds = places.prefix(position - 1).filter {
      $0.path != place.path && $0.path.isInside(place.path)
    }.compactMap { positions[$0.path] }
    switch place.input {
    case .root: feeds.insert(0, at: 0)
    case .output(let path):
      guard let source = positions[path], source < position else { return nil }
      feeds.insert(source, at: 0)
    case .made: return nil
    }
    return feeds
  }

  /// Whether a state leaf belongs to a layer and to none inside it.
  private static func isOwn(_ leaf: String, of path: String, _ run: ModelRun) -> Bool {
    guard !StepFault.isMemory(leaf) else { return false }
    let owners = run.places.map(\.path).filter { $0 != leaf && leaf.isInside($0) }
    return owners.max { $0.count < $1.count } == path
  }

  /// Values `[b, …]` at several times as `[b, times, …]`, behind some at which they are not known.
  private static func series(_ values: [Tensor], behind count: Int) -> Tensor {
    let shape = values[0].shape
    let parts = values.map { value in
      let part = value.reshaped([shape[0], 1] + shape.dropFirst())
      return count > 0 ? part.converted(to: .float64) : part
    }
    guard count > 0 else { return Tensor.joinedInTime(parts) }
    let unknown = Tensor(repeating: .nan, shape: [shape[0], count] + shape.dropFirst(), .float64)
    return Tensor.joinedInTime([unknown] + parts)
  }
}
