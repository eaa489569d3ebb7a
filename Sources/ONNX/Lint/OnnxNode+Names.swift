extension OnnxNode {
  /// The values that it reads, by itself or in the graphs inside it.
  var readNames: [String] {
    var names = inputs
    for case .graph(let graph) in attributes.values {
      names += graph.outputs.map(\.name) + graph.nodes.flatMap(\.readNames)
    }
    return names
  }
}
