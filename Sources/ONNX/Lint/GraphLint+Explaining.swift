import Layers

// Which findings can make a value wrong.
extension GraphLint {
  /// The findings that reach what a node gives, the nearest first.
  func findings(explaining place: String) -> [LintFinding] {
    guard let target = growth.nodes.lastIndex(where: { $0.place == place }) else { return [] }
    var producers: [String: Int] = [:]
    for (index, node) in growth.nodes.enumerated() {
      for name in node.outputs { producers[name] = index }
    }
    // The distance of every node, and of every input of the graph, from the value.
    var distances: [Int: Int] = [target: 0]
    var inputs: [String: Int] = [:]
    for index in (0...target).reversed() {
      guard let distance = distances[index] else { continue }
      for name in growth.nodes[index].inputs where !name.isEmpty {
        if let other = producers[name] {
          distances[other] = min(distances[other] ?? .max, distance + 1)
        } else {
          inputs[name] = min(inputs[name] ?? .max, distance + 1)
        }
      }
    }
    let isPosition = growth.nodes[target].outputs.contains(where: positions.contains)
    let reached = findings().compactMap { finding -> (LintFinding, Int)? in
      if let state = finding.state { return inputs[state].map { (finding, $0) } }
      let own = growth.nodes.firstIndex { $0.place == finding.place }
      if let own, let distance = distances[own] { return (finding, distance) }
      // Positions are wrong before they are joined.
      guard isPosition, let own, growth.nodes[own].inputs.contains(where: positions.contains) else {
        return nil
      }
      return (finding, own - target)
    }
    return reached.sorted { $0.1 < $1.1 }.map(\.0)
  }
}

extension OnnxGraph {
  /// What the graph alone tells of why a node may give something wrong in steps, the nearest first.
  package func findings(explaining place: String) -> [LintFinding] {
    GraphLint(source, interface).findings(explaining: place)
  }
}
