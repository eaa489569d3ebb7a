import Layers
import Notation
import Tensors

/// Draws configs of a layer from its field table: the example, with some fields changed.
struct RandomConfig {
  private let registry: LayerRegistry

  init(_ registry: LayerRegistry) { self.registry = registry }

  /// A config of a layer.
  ///
  /// The freedom is how many in eight fields are given.
  func layer(
    _ entry: LayerRegistry.Entry, freedom: Int, _ draw: inout RandomDraw
  ) -> SpecNode {
    var root = LayerExample.spec(entry, registry: registry)
    guard case .node(var body) = root.fields[0].values[0] else { return root }
    change(&body, entry.table, freedom, depth: 2, &draw)
    root.fields[0].values = [.node(body)]
    return root
  }

  /// The layer, at times inside a combinator.
  func wrapped(_ layer: SpecNode, _ draw: inout RandomDraw) -> SpecNode {
    func root(_ field: String, _ message: String, _ fields: [SpecField]) -> SpecNode {
      let body = SpecNode(message, fields)
      return SpecNode(SpecNode.rootMessage, [SpecField(field, [.node(body)])])
    }
    let identity = root("identity", "Identity", [])
    switch draw.below(8) {
    case 0: return root("residual", "Residual", [SpecField("layers", [.node(layer)])])
    case 1:
      return root("parallel", "Parallel", [SpecField("layers", [.node(layer), .node(identity)])])
    case 2:
      return root(
        "repeat", "Repeat",
        [SpecField("layer", [.node(layer)]), SpecField("num_repeats", [.integer(2)])])
    default: return layer
    }
  }

  /// Gives the dtypes of computation and parameters, those that the layer has, or leaves them out.
  func set(
    _ dtype: DType, _ entry: LayerRegistry.Entry, _ spec: inout SpecNode, _ draw: inout RandomDraw
  ) {
    guard case .node(var body) = spec.fields[0].values[0] else { return }
    for row in entry.table.fields where ["compute_dtype", "param_dtype"].contains(row.name) {
      guard draw.below(2) == 0 else { continue }
      body[row.name] = SpecField(row.name, [.symbol("DTYPE_\(dtype.name.uppercased())")])
    }
    spec.fields[0].values = [.node(body)]
  }

  /// What changes no arithmetic, or only its precision, or is unwieldy by design.
  private static let untouched: Set<String> = [
    "name", "data", "compute_dtype", "param_dtype", "dtype", "stddev", "sample_rate",
  ]

  private func change(
    _ node: inout SpecNode, _ table: FieldTable, _ freedom: Int, depth: Int,
    _ draw: inout RandomDraw
  ) {
    if table.isOneOf {
      let row = draw.pick(table.fields)
      node.fields = [SpecField(row.name, values(row, freedom, depth, &draw))]
      return
    }
    for row in table.fields where !Self.untouched.contains(row.name) {
      guard draw.below(8) < freedom else { continue }
      node[row.name] = SpecField(row.name, values(row, freedom, depth, &draw))
    }
  }

  private func values(
    _ row: FieldRow, _ freedom: Int, _ depth: Int, _ draw: inout RandomDraw
  ) -> [SpecValue] {
    let count = row.isRepeated ? 1 + draw.below(2) : 1
    return (0..<count).map { _ in value(row, freedom, depth, &draw) }
  }

  private func value(
    _ row: FieldRow, _ freedom: Int, _ depth: Int, _ draw: inout RandomDraw
  ) -> SpecValue {
    switch row.type {
    case .int: return .integer(draw.pick([1, 2, 2, 3, 4, 4, 5, 8, 0, -1]))
    case .bool: return .bool(draw.below(2) == 0)
    case .double:
      // A negative epsilon divides by zero somewhere.
      let numbers = [0.5, 1, 0.1, 2, 0, row.name == "epsilon" ? 0.01 : -0.5]
      return .number(draw.pick(numbers))
    case .string: return .text(draw.pick(["source", "tokens", "b", "...a,ab->...b"]))
    case .bytes: return .bytes([])
    case .symbol(let list): return .symbol(draw.pick(list.words).text)
    case .word(let list): return .text(draw.pick(list.words).text)
    case .layer: return .node(child(&draw))
    case .message(let name):
      guard let table = registry.table(message: name), depth > 0 else {
        return .node(SpecNode(name))
      }
      var node = SpecNode(name)
      if table.message == TensorConstant.table.message {
        node.fields = [SpecField("values", [.number(draw.pick([0.5, 1, -1, 2]))])]
        return .node(node)
      }
      for row in table.fields where row.isRequired && !table.isOneOf {
        node[row.name] = SpecField(row.name, values(row, freedom, depth - 1, &draw))
      }
      change(&node, table, freedom, depth: depth - 1, &draw)
      return .node(node)
    }
  }

  /// A layer for the inside of another: some keep the channels, some do not.
  private func child(_ draw: inout RandomDraw) -> SpecNode {
    let names = [
      "Dense", "Dense", "Conv1D", "Delay", "LSTM", "Relu", "Identity", "RMSNormalization",
      "Lookahead", "MaxPooling1D", "GatedLinearUnit",
    ]
    guard let entry = registry.entry(message: draw.pick(names)) else {
      preconditionFailure("Every library of layers has these.")
    }
    return layer(entry, freedom: 1, &draw)
  }
}
