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

  /// Takes what a run has given up to its position; `states` are leaves with their values before each step and
  /// behind the last.
  init(
    _ run: ModelRun, layerWise: LayerWiseRun, states: [(leaf: StateLeafSpec, values: [Tensor])] = []
  ) throws {
    let plan = run.plan?.boundaries ?? [0]
    let steps = run.position
    let sizes = (0..<steps).map { plan[$0 + 1] - plan[$0] }
    let fed = run.input.timesteps(0..<min(plan[steps], run.input.time))
    let places = run.places.filter { layerWise.time($0.path) != nil }
    var taps: [String: SequenceTensor] = [:]
    var stepped: [String: SequenceTensor] = [:]
    for place in places {
      taps[place.path] = try layerWise.output(place.path)
      stepped[place.path] = try run.stepWise(place.path)
    }
    var positions: [String: Int] = [:]
    for (index, place) in places.enumerated() { positions[place.path] = index + 1 }
    func entries(_ input: SequenceTensor, _ output: (String) -> SequenceTensor?, isStep: Bool)
      -> [MemoryTrace.Entry]
    {
      var first = MemoryTrace.Entry(Self.input, kind: .input, inputs: [], output: input.values)
      first.mask = input.mask
      return [first]
        + places.enumerated().map { index, place in
          let value = output(place.path)
          let empty = taps[place.path]?.timesteps(0..<0)
          let made = value ?? empty ?? input.timesteps(0..<0)
          var entry = MemoryTrace.Entry(
            place.path.shown, kind: .layer(place.typeName),
            inputs: Self.feeds(place, index + 1, places, positions), output: made.values)
          entry.mask = made.mask
          entry.latency = isStep ? place.outputLatency : 0
          entry.rate = Rational(
            max(taps[place.path]?.time ?? 1, 1), max(run.input.time, 1))
          guard isStep else { return entry }
          entry.blockSizes = (0..<steps).map { run.output(of: place.path, inStep: $0)?.time ?? 0 }
          entry.states = states.filter { Self.isOwn($0.leaf.path, of: place.path, run) }.map {
            (LayerPath.relative($0.leaf.path, to: place.path), Self.series($0.values))
          }
          return entry
        }
    }
    offline = MemoryTrace(
      .layerWise, blocks: TraceBlocks([max(run.input.time, 1)]),
      entries(run.input, { taps[$0] }, isStep: false))
    stream = MemoryTrace(
      .stepWise, blocks: TraceBlocks(sizes),
      entries(fed, { stepped[$0] }, isStep: true))
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
    let owners = run.places.map(\.path).filter { $0 != leaf && leaf.isInside($0) }
    return owners.max { $0.count < $1.count } == path
  }

  /// Values `[b, …]` at several times as `[b, times, …]`.
  private static func series(_ values: [Tensor]) -> Tensor {
    let shape = values[0].shape
    let parts = values.map { $0.reshaped([shape[0], 1] + shape.dropFirst()) }
    return Tensor.joinedInTime(parts)
  }
}
