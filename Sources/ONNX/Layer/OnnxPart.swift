import Layers
import Programs
import Tensors

/// A scope of a graph, or one of its nodes, as it stands in the tree of layers.
///
/// It is there to be looked at: the graph runs as a whole.
struct OnnxPart: SequenceLayer, Equatable {
  /// The last part of its path.
  var name: String?
  /// The path below the layer of the graph.
  var path: String
  /// The operator; nil for a scope.
  var operation: String?
  /// The value that a node gives.
  var value: String?
  var parts: [OnnxPart]
  var ratio: Rational
  var spec: ChannelSpec?

  var typeName: String { operation ?? "Scope" }
  var children: [LayerChild] { parts.enumerated().map { $1.child(at: $0) } }
  var outputRatio: Rational { ratio }
  var receptiveFieldPerStep: ReceptiveFieldPerStep { [.past] }
  var stepObstacle: String? { nil }

  /// The part as a child of its parent.
  func child(at position: Int) -> LayerChild {
    LayerChild(self, at: ChildScope(name ?? ""), field: "graph", position: position)
  }

  private var partError: LayerError {
    LayerError(
      .notAvailable, layer: typeName, found: "a part of an ONNX graph by itself",
      expected: "the whole OnnxGraph")
  }

  func outputSpec(
    for input: ChannelSpec, constants: ConstantSpecs
  ) throws(LayerError) -> ChannelSpec {
    guard let spec else { throw partError }
    return spec
  }

  func initialState(
    for input: ChannelSpec, _ context: LayerContext
  ) throws(LayerError) -> LayerState { throw partError }

  func step(
    _ x: SequenceValue, _ state: inout LayerState, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue { throw partError }

  func layer(
    _ x: SequenceValue, _ context: LayerContext
  ) throws(LayerError) -> SequenceValue { throw partError }

  /// The value of the last node inside that is known.
  private func last(_ known: [String: SequenceValue]) -> SequenceValue? {
    if let value { return known[value] }
    return parts.reversed().lazy.compactMap { $0.last(known) }.first
  }

  /// Shows this and the scopes inside, inner ones first.
  func showScopes(
    _ known: [String: SequenceValue], _ x: SequenceValue, _ context: LayerContext
  ) {
    guard operation == nil else { return }
    for part in parts { part.showScopes(known, x, context) }
    guard let output = last(known) else { return }
    context.show(part: path, typeName: typeName, input: x, output: output)
  }

  // MARK: - The tree of a graph

  /// The scopes and nodes of a graph that have timesteps.
  static func tree(
    _ source: OnnxSource, _ interface: GraphInterface, _ layout: OutputLayout
  ) throws -> [OnnxPart] {
    var root = OnnxPart(path: "", parts: [], ratio: 1)
    let axes = layout.takesWhole ? try NodeTimes(source, interface).axes : [:]
    let time = layout.takesWhole ? 4 * interface.block : interface.runTime
    var ratios: [String: Rational] = [:]
    for tap in try source.outline(interface, time: time).taps {
      let ratio: Rational
      if layout.takesWhole {
        guard let axis = axes[tap.name] else { continue }
        ratio = axis.ratio
      } else {
        ratio = Rational(1, interface.block)
      }
      let names = source.scopes.places[tap.node].split(separator: "/").map(String.init)
      // Of its own operand, as every layer has it.
      let node = source.model.graph.nodes[tap.node]
      let before = node.inputs.lazy.compactMap { ratios[$0] }.first ?? 1
      ratios[tap.name] = ratio
      root.insert(names[...], tap, node.operation, own: ratio / before, ratio)
    }
    return root.parts
  }

  private mutating func insert(
    _ names: ArraySlice<String>, _ tap: GraphOutline.Tap, _ operation: String, own: Rational,
    _ ratio: Rational
  ) {
    guard let first = names.first else { return }
    let inside = path.isEmpty ? first : "\(path)/\(first)"
    guard names.count > 1 else {
      guard !parts.contains(where: { $0.name == first }) else { return }
      parts.append(
        OnnxPart(
          name: first, path: inside, operation: operation, value: tap.name, parts: [], ratio: own)
      )
      return
    }
    // A scope that is entered again goes on where it is in the tree.
    let place: Int
    if let known = parts.firstIndex(where: { $0.name == first && $0.operation == nil }) {
      place = known
    } else {
      place = parts.count
      parts.append(OnnxPart(name: first, path: inside, parts: [], ratio: ratio))
    }
    parts[place].insert(names.dropFirst(), tap, operation, own: own, ratio)
    parts[place].ratio = ratio
  }
}
