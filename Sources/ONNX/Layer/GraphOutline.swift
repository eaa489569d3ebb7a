import Layers
import Programs
import Synchronization
import Tensors
import Weights

/// What a graph is for one number of timesteps: shapes, weights and node outputs, found by tracing it
/// once into a program that is thrown away.
struct GraphOutline: Sendable {
  /// Tells apart outlines of one model.
  struct Key: Hashable, Sendable {
    var interface: GraphInterface
    var time: Int
    var past: Int
  }

  /// A weight that the graph reads: its name below the layer, and its values.
  struct Weight: Sendable {
    var name: String
    var values: Tensor
  }

  /// A node output.
  struct Tap: Hashable, Sendable {
    var name: String
    var node: Int
    var type: ValueType
  }

  var output: ValueType
  /// The states that go in and come out.
  var states: [(input: ValueType, output: ValueType)]
  var weights: [Weight]
  var taps: [Tap]
}

/// A graph traced for one number of timesteps, into a program that is thrown away.
struct GraphTrace {
  let tracer: GraphTracer
  let weights: [GraphOutline.Weight]
  let output: Value
  /// The states as they go in, and as they come out.
  let (states, next): ([Value], [Value])
}

/// Names weights: equal names with other values, as in branches, get a number.
struct WeightNames {
  private(set) var weights: [GraphOutline.Weight] = []
  private var places: [String: Int] = [:]

  /// The place of a weight, which is added if it is new.
  mutating func place(_ name: String, _ values: Tensor) -> Int {
    let parts = name.split { "/.".contains($0) }.map { ScopeTree.leaf(String($0)) }
    let plain = parts.isEmpty ? "weight" : parts.joined(separator: "/")
    var candidate = plain
    var count = 2
    while let known = places[candidate] {
      if weights[known].values.bitsEqual(values) { return known }
      candidate = "\(plain)_\(count)"
      count += 1
    }
    places[candidate] = weights.count
    weights.append(GraphOutline.Weight(name: candidate, values: values))
    return weights.count - 1
  }
}

extension OnnxSource {
  /// The outline for a number of timesteps a run, behind so many of the past.
  func outline(
    _ interface: GraphInterface, time: Int, past: Int = 0
  ) throws -> GraphOutline {
    let hasPast = interface.caches != nil || !interface.counted.isEmpty
    let key = GraphOutline.Key(interface: interface, time: time, past: hasPast ? past : 0)
    if let known = outlines.withLock({ $0[key] }) { return known }
    let trace = try traced(interface, time: time, past: key.past)
    let outline = GraphOutline(
      output: trace.output.type, states: zip(trace.states, trace.next).map { ($0.type, $1.type) },
      weights: trace.weights,
      taps: trace.tracer.taps.compactMap { tap in
        tap.node.map { GraphOutline.Tap(name: tap.name, node: $0, type: tap.value.type) }
      })
    let most = 64
    outlines.withLock { known in
      if known.count >= most { known = [:] }
      known[key] = outline
    }
    return outline
  }

  /// The graph traced for a number of timesteps a run of one row, into a program of its own.
  func traced(
    _ interface: GraphInterface, time: Int, past: Int = 0, isRecording: Bool = false
  ) throws -> GraphTrace {
    let builder = ProgramBuilder()
    var names = WeightNames()
    var inputs: [Int: Value] = [:]
    let tracer = GraphTracer(self, builder, isRecording: isRecording) { name, values in
      let place = names.place(name, values)
      if let known = inputs[place] { return known }
      let input = builder.input(
        names.weights[place].name, .parameter, ValueType(values.dtype, values.shape))
      inputs[place] = input
      return input
    }
    let x = builder.input("x", .input, ValueType(.float32, [time] + interface.channels))
    let states = try stateTypes(interface, past: past).map { builder.input("state", .input, $0) }
    let run = try runGraph(
      tracer, interface, x: x, states: states, at: RunPlace(time: time, past: past))
    return GraphTrace(
      tracer: tracer, weights: names.weights, output: run.output, states: states, next: run.states)
  }

  /// The types of the states that a graph takes, batch 1; caches that grow have so many entries.
  func stateTypes(_ interface: GraphInterface, past: Int) throws -> [ValueType] {
    try interface.states.enumerated().map { index, pair in
      guard let info = model.graph.inputs.first(where: { $0.name == pair.input }),
        let shape = info.shape, let stored = OnnxElementType.stored(info.elementType)
      else {
        throw OnnxError(
          .invalidConfig, path, found: "a state \(pair.input) without a shape", expected: "one")
      }
      let dtype = stored.dtype == .int64 ? DType.int32 : stored.dtype
      var extents = shape.map { $0.fixed ?? 1 }
      if let axis = interface.growingAxis(index) { extents[axis] = past }
      return ValueType(dtype, extents)
    }
  }

  /// The graph on timesteps `[t, …c]` of one row.
  ///
  /// - Returns: the output as the graph gives it, the next states, and what the nodes gave.
  func runGraph(
    _ tracer: GraphTracer, _ interface: GraphInterface, x: Value, states: [Value],
    at place: RunPlace
  ) throws -> (output: Value, states: [Value]) {
    let builder = tracer.builder
    var inputs: [String: GraphValue] = [:]
    inputs[interface.input.name] = GraphValue(interface.arranged(x))
    for (pair, value) in zip(interface.states, states) { inputs[pair.input] = GraphValue(value) }
    for (name, value) in interface.fixed {
      guard let info = model.graph.inputs.first(where: { $0.name == name }),
        let stored = OnnxElementType.stored(info.elementType)
      else { continue }
      let shape = (info.shape ?? []).map { $0.fixed ?? 1 }
      inputs[name] = GraphValue(Tensor(repeating: value, shape: shape, stored.dtype))
    }
    let added = interface.added(place.time)
    for info in model.graph.inputs {
      guard let role = interface.counted[info.name] else { continue }
      inputs[info.name] = try role.value(of: info, at: place, added: added, builder)
    }
    let results = try tracer.run(inputs)
    let byName = Dictionary(
      zip(model.graph.outputs.map(\.name), results), uniquingKeysWith: { first, _ in first })
    func value(_ name: String) throws -> Value {
      guard let value = byName[name] else {
        throw OnnxError(
          .invalidConfig, path, found: "no output \(name)", expected: "one of the graph")
      }
      return value.value(in: builder, keepsWideIntegers: false)
    }
    return (try value(interface.output), try interface.states.map { try value($0.output) })
  }
}

extension GraphInterface {
  /// Timesteps `[t, …c]` in the layout of the graph.
  func arranged(_ x: Value) -> Value {
    let rank = (input.shape ?? []).count
    let first = hasBatchAxis ? 1 : 0
    // Axis 0 is time, then the channels in the order of the graph's other axes.
    let others = (first..<rank).filter { $0 != timeAxis }
    let order = (first..<rank).map { axis in
      axis == timeAxis ? 0 : 1 + (others.firstIndex(of: axis) ?? 0)
    }
    let moved = x.transposed(order)
    let arranged = hasBatchAxis ? moved.expandingAxes([0]) : moved
    guard let stored = OnnxElementType.stored(input.elementType) else { return arranged }
    return arranged.converted(to: stored.dtype == .int64 ? .int32 : stored.dtype)
  }
}
