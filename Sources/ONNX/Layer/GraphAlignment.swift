import Layers
import Programs
import Tensors

/// Which values of two exports of one model are the same: first by scope, operator and order in the scope, then
/// by equal weights, then by order between neighbours that were found.
struct GraphAlignment {
  /// A node output that has timesteps.
  private struct Node {
    var name: String
    var scope: String
    var operation: String
    /// The names of its weights, those of the streaming file where the bits are equal.
    var weights: [String]
    /// The extents besides time.
    var channels: Shape
  }

  /// From values of the offline graph to those of the streaming one.
  private(set) var counterparts: [String: String] = [:]
  /// Values of the streaming graph that could have one.
  let count: Int

  init(
    offline: OnnxGraph, _ whole: GraphOutline, _ streaming: OnnxSource, _ interface: GraphInterface,
    _ layout: OutputLayout, _ own: GraphOutline
  ) throws {
    let bits = own.weights
    let first = Self.nodes(
      offline.source, whole, try NodeTimes(offline.source, offline.interface).axes, bits)
    let second = Self.nodes(
      streaming, own, layout.takesWhole ? try NodeTimes(streaming, interface).axes : nil, bits)
    count = second.count
    var matched: [Int?] = Array(repeating: nil, count: first.count)
    // Equal numbers of one operator in a scope, or of one operator on the same weights, are the same ones.
    for key in [Self.scopeKey, Self.weightKey] {
      let taken = Set(matched.compactMap { $0 })
      let open = first.indices.filter { matched[$0] == nil }
      let left = Dictionary(grouping: open) { key(first[$0]) }
      let right = Dictionary(grouping: second.indices.filter { !taken.contains($0) }) {
        key(second[$0])
      }
      for (name, places) in left {
        guard let name, let others = right[name], others.count == places.count else { continue }
        for (a, b) in zip(places, others) { matched[a] = b }
      }
    }
    Self.fill(&matched, first, second)
    for (index, place) in matched.enumerated() {
      guard let place, first[index].channels == second[place].channels else { continue }
      counterparts[first[index].name] = second[place].name
    }
  }

  private static func scopeKey(_ node: Node) -> String? {
    node.scope.isEmpty ? nil : "\(node.scope) \(node.operation)"
  }

  private static func weightKey(_ node: Node) -> String? {
    node.weights.isEmpty ? nil : "\(node.weights) \(node.operation)"
  }

  /// Nodes between two that were found, where their operators are the same in the same order.
  private static func fill(_ matched: inout [Int?], _ first: [Node], _ second: [Node]) {
    let anchors = [-1] + matched.indices.filter { matched[$0] != nil } + [first.count]
    for (a, b) in zip(anchors, anchors.dropFirst()) {
      let start = a < 0 ? 0 : (matched[a] ?? 0) + 1
      let end = b < first.count ? matched[b] ?? second.count : second.count
      let gap = a + 1..<b
      guard start <= end, gap.count == end - start,
        !matched.contains(where: { $0.map((start..<end).contains) ?? false }),
        zip(gap, start..<end).allSatisfy({ first[$0].operation == second[$1].operation })
      else { continue }
      for (index, place) in zip(gap, start..<end) { matched[index] = place }
    }
  }

  private static func nodes(
    _ source: OnnxSource, _ outline: GraphOutline, _ axes: [String: NodeTimes.Axis]?,
    _ weights: [GraphOutline.Weight]
  ) -> [Node] {
    var names: [String: String] = [:]
    for stored in source.model.graph.initializers {
      guard let values = try? source.tensor(stored, named: stored.name), values.count > 1 else {
        continue
      }
      names[stored.name] = weights.first { $0.values.bitsEqual(values) }?.name
    }
    return outline.taps.compactMap { tap in
      var channels = tap.type.shape
      if let axes {
        guard let axis = axes[tap.name] else { return nil }
        channels.remove(at: axis.axis)
      }
      let node = source.model.graph.nodes[tap.node]
      let place = source.scopes.places[tap.node]
      return Node(
        name: tap.name, scope: place.split(separator: "/").dropLast().joined(separator: "/"),
        operation: node.operation, weights: node.inputs.compactMap { names[$0] },
        // A batch of 1 and the one timestep of a run are no channels.
        channels: channels.filter { $0 != 1 })
    }
  }
}
