public import Layers
import Programs
import Tensors

// The three traces.
extension OnnxGraph {
  public func initialState(
    for input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> LayerState {
    var state = LayerState()
    let types: [ValueType]
    let capacity = context.cacheCapacity
    if interface.caches != nil, context.mode == .initialState {
      context.fillsCache(by: interface.added(blockSize), exactly: true)
    }
    do { types = try source.stateTypes(interface, past: capacity) } catch {
      throw LayerError(error, self)
    }
    for (index, (name, type)) in zip(stateNames, types).enumerated() {
      var shape = type.shape
      guard let axis = interface.growingAxis(index) else {
        state.declare(name, context.builder.full(0, ValueType(type.dtype, [context.batch] + shape)))
        continue
      }
      shape.remove(at: axis)
      let stored = ValueType(type.dtype, [context.batch, capacity] + shape)
      state.declare(
        name, context.builder.full(0, stored), kind: .window(axis: 1, length: capacity))
    }
    if interface.countsTimesteps {
      state.declare(
        Self.counter, context.builder.full(0, ValueType(.int32, [context.batch])))
    }
    if past > 0 {
      let type = ValueType(input.dtype, [context.batch, past] + input.shape)
      state.declare("window", context.builder.full(0, type), kind: .window(axis: 1, length: past))
    }
    return state
  }

  public func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let names = leafNames
    let added = interface.added(x.time)
    var before = 0
    if let index = interface.caches?.axes.firstIndex(where: { $0 != nil }) {
      before = max(0, state[stateNames[index]].shape[1] - added)
      context.fillsCache(by: added, exactly: true)
    }
    let (y, states) = try run(x, names.map { state[$0] }, isWhole: false, before: before, context)
    for (index, (name, value)) in zip(names, states).enumerated() {
      let isCache = index < interface.states.count && interface.growingAxis(index) != nil
      let count = value.shape[isCache ? 1 : 0]
      state[name] =
        isCache
        ? value.sliced(axis: 1, from: max(0, count - state[name].shape[1]), to: count) : value
    }
    return y
  }

  public func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue {
    let padded = x.paddedToMultiple(of: blockSize)
    guard let offline else { return try whole(padded, context, weights: nil, shownAs: nil) }
    // The parameters are those of the steps, whichever of them the other file has.
    let own: GraphRows
    do {
      own = try GraphRows(self, time: blockSize, runsWhole: interface.geometry == .frames)
    } catch {
      throw LayerError(error, self)
    }
    let parameters = try parameters(own.weights, context)
    let known = Dictionary(
      zip(own.weights.map(\.name), parameters), uniquingKeysWith: { first, _ in first })
    let weights = offline.weights.map { weight, name in
      name.flatMap { known[$0] } ?? context.builder.constant(weight.values)
    }
    return try offline.graph.whole(
      padded, context, weights: weights, shownAs: (self, offline.counterparts))
  }

  /// The whole sequence at once, shown as this graph or as the nodes of another one.
  private func whole(
    _ x: SequenceValue, _ context: LayerContext, weights: [Value]?,
    shownAs: (graph: OnnxGraph, counterparts: [String: String])?
  ) throws(LayerError) -> SequenceValue {
    let start = try initialState(for: x.channelSpec, context)
    return try run(
      x, leafNames.map { start[$0] }, isWhole: true, before: 0, context, weights: weights,
      shownAs: shownAs
    ).0
  }

  /// The leaf that counts timesteps.
  private static let counter = "position"

  /// The leaves of the state in their order.
  private var leafNames: [String] {
    stateNames + (interface.countsTimesteps ? [Self.counter] : []) + (past > 0 ? ["window"] : [])
  }

  /// Names of states as parts of paths, no two equal.
  private var stateNames: [String] {
    var taken: Set<String> = ["window", Self.counter]
    return interface.states.map { pair in
      var name = ScopeTree.leaf(pair.input)
      while !taken.insert(name).inserted { name += "_" }
      return name
    }
  }

  /// The timesteps that a window sees besides the new ones.
  private var past: Int {
    if case .window(let size, let hop) = interface.geometry { size - hop } else { 0 }
  }

  /// Runs the graph on timesteps of all rows.
  private func run(
    _ x: SequenceValue, _ states: [Value], isWhole: Bool, before: Int, _ context: LayerContext,
    weights: [Value]? = nil, shownAs: (graph: OnnxGraph, counterparts: [String: String])? = nil
  ) throws(LayerError) -> (SequenceValue, [Value]) {
    let x = x.maskedInvalid()
    let time = (Rational(x.time) * outputRatio).floor
    let mask = Self.mask(x.mask, time: time)
    guard x.time > 0, x.batch > 0 else {
      let type = ValueType(layout.dtype, [x.batch, time] + layout.channels)
      return (SequenceValue(context.builder.full(0, type), mask: mask), states)
    }
    let rows: GraphRows
    do {
      rows = try GraphRows(
        self, time: x.time, runsWhole: isWhole ? layout.takesWhole : interface.geometry == .frames,
        past: before, isStart: isWhole)
    } catch { throw LayerError(error, self) }
    let given: [Value]
    if let weights { given = weights } else { given = try parameters(rows.weights, context) }
    let result: GraphRows.Result
    do { result = try rows.run(x.values, states, given) } catch { throw LayerError(error, self) }
    let taps = zip(rows.taps, result.taps)
    if let (graph, counterparts) = shownAs {
      graph.show(
        taps.compactMap { tap, value in counterparts[tap.name].map { ($0, value) } }, x, context)
    } else {
      show(taps.map { ($0.name, $1) }, x, context)
    }
    return (SequenceValue(result.output, mask: mask), result.states)
  }

  /// The weights of the file as parameters.
  private func parameters(
    _ weights: [GraphOutline.Weight], _ context: LayerContext
  ) throws(LayerError) -> [Value] {
    var values: [Value] = []
    for weight in weights {
      values.append(
        try context.parameter(
          weight.name, weight.values.shape, dtype: weight.values.dtype, .zeros,
          shaping: .given(GivenValues(weight.values))))
    }
    return values
  }

  /// The mask of the aligned inputs.
  private static func mask(_ mask: Value, time: Int) -> Value {
    let given = mask.shape[1]
    guard time != given else { return mask }
    if time > given, given > 0 { return mask.repeated(time / given, axis: 1) }
    guard time > 0 else { return mask.sliced(axis: 1, from: 0, to: 0) }
    return mask.sliced(axis: 1, from: 0, to: given, stride: given / time)
  }

  /// Shows what nodes gave, each in the layer of the tree that stands for it.
  private func show(
    _ taps: [(name: String, value: Value)], _ x: SequenceValue, _ context: LayerContext
  ) {
    var known: [String: SequenceValue] = [:]
    let producers = Dictionary(
      source.model.graph.nodes.enumerated().flatMap { index, node in
        node.outputs.map { ($0, index) }
      }, uniquingKeysWith: { first, _ in first })
    for (name, value) in taps {
      guard let producer = producers[name] else { continue }
      let time = value.shape[1]
      let ratio = Rational(time, max(1, x.time))
      guard time > 0, ratio.numerator == 1 || ratio.denominator == 1 else { continue }
      let sequence = SequenceValue(value, mask: Self.mask(x.mask, time: time))
      known[name] = sequence
      let node = source.model.graph.nodes[producer]
      let input = node.inputs.lazy.compactMap { known[$0] }.first ?? x
      context.show(
        part: source.scopes.places[producer], typeName: node.operation, input: input,
        output: sequence)
    }
    // A scope gives what its last node gives.
    for part in parts { part.showScopes(known, x, context) }
  }
}
