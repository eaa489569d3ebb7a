package import Layers
package import Serialization

/// Finds what cannot be right in steps: in a stack, the layers that cannot step; in graphs of ONNX files,
/// the operations that mix timesteps without a state.
package enum LayerLint {
  /// The findings in a stack, in the order of its layers.
  package static func findings(_ layer: any SequenceLayer) -> [LintFinding] {
    findings(layer, "")
  }

  private static func findings(_ layer: any SequenceLayer, _ path: String) -> [LintFinding] {
    if let graph = layer as? OnnxGraph {
      return GraphLint(graph.source, graph.interface).findings().map { finding in
        var finding = finding
        finding.place = LayerPath.join(path, finding.place)
        return finding
      }
    }
    let inside = layer.children.flatMap { child in
      findings(child.layer, LayerPath.join(path, child.scope.path))
    }
    guard inside.isEmpty, let obstacle = layer.stepObstacle else { return inside }
    return [
      LintFinding(
        place: path.isEmpty ? "." : path, operation: layer.typeName,
        cause: "cannot step: \(obstacle)",
        effect: "it runs on whole sequences only",
        cure: "use a layer that keeps a state in its place")
    ]
  }

  /// The findings in a model file, which need not be one that can run here.
  package static func findings(
    _ config: OnnxGraph.Config, _ file: ByteFile
  ) throws -> [LintFinding] {
    let source = try OnnxSource(file, checksOperators: false)
    let interface = try GraphInterface(source, config, takesZeros: true)
    do { try UnsupportedOperators.check(source.model, source.scopes, path: source.path) } catch {
      return try scalesByBlock(source, error)
    }
    return GraphLint(source, interface).findings()
  }

  /// What can be told of a graph that cannot be traced: operators that scale by all they are given.
  private static func scalesByBlock(_ source: OnnxSource, _ reason: any Error) throws
    -> [LintFinding]
  {
    let found = source.model.graph.nodes.enumerated().compactMap { index, node -> LintFinding? in
      guard node.op.hasPrefix("DynamicQuantize") else { return nil }
      return LintFinding(
        place: source.scopes.places[index], operation: node.operation,
        cause: "scales to 8 bits by the greatest and least of all timesteps it is given",
        effect: "every timestep, by rounding: a block has another scale than the whole sequence",
        cure: "use fixed scales (static quantisation), or one scale a timestep")
    }
    guard !found.isEmpty else { throw reason }
    return found
  }
}
