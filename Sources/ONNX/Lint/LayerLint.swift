package import Layers
package import Serialization

/// Finds what cannot be right in steps: in a stack, the layers that cannot step; in graphs of ONNX files,
/// the operations that mix timesteps without a state.
package enum LayerLint {
  /// The findings in a stack, in the order of its layers.
  package static func findings(_ layer: any SequenceLayer) -> [LintFinding] {
    report(layer).findings
  }

  /// What is said of a stack, in the order of its layers.
  package static func report(_ layer: any SequenceLayer) -> LintReport { report(layer, "") }

  private static func report(_ layer: any SequenceLayer, _ path: String) -> LintReport {
    if let graph = layer as? OnnxGraph {
      var report = GraphLint(graph.source, graph.interface).report()
      for index in report.findings.indices {
        report.findings[index].place = LayerPath.join(path, report.findings[index].place)
      }
      return report
    }
    var report = LintReport()
    for child in layer.children {
      let inside = self.report(child.layer, LayerPath.join(path, child.scope.path))
      report.findings += inside.findings
      report.limits += inside.limits
    }
    guard report.findings.isEmpty, let obstacle = layer.stepObstacle else { return report }
    report.findings.append(finding(layer, path.isEmpty ? "." : path, obstacle))
    return report
  }

  /// What a layer that cannot step does, by what its outputs see.
  private static func finding(
    _ layer: any SequenceLayer, _ place: String, _ obstacle: String
  ) -> LintFinding {
    let seen = layer.receptiveFieldPerStep.compactMap(\.self)
    let future = seen.map(\.end).max() ?? 0
    let past = seen.map(\.start).min() ?? 0
    func timesteps(_ count: Double) -> String {
      count == 1 ? "1 timestep" : "\(Int(count)) timesteps"
    }
    let effect: String
    let cure: String
    if future == .infinity {
      effect =
        past == -.infinity
        ? "every output sees the whole sequence: none is right before its end"
        : "every output sees all that follows it: none is right before the end of the sequence"
      cure = "limit what it sees of the future, or give it blocks that are whole sequences"
    } else if future > 0 {
      effect =
        "outputs see \(timesteps(future)) ahead: the last ones of a block need the next block"
      cure = "make it causal, or of a padding that steps late, such as reverse_causal or same"
    } else {
      effect = "it runs on whole sequences only"
      cure = "change what the sentence names"
    }
    return LintFinding(
      place: place, operation: layer.typeName, cause: "cannot step: \(obstacle)", effect: effect,
      cure: cure)
  }

  /// What is said of a model file, which need not be one that can run here.
  package static func report(
    _ config: OnnxGraph.Config, _ file: ByteFile
  ) throws -> LintReport {
    let source = try OnnxSource(file, checksOperators: false)
    let interface = try GraphInterface(source, config, takesZeros: true)
    do { try UnsupportedOperators.check(source.model, source.scopes, path: source.path) } catch {
      return LintReport(try scalesByBlock(source, error), limits: ["\(error)"])
    }
    return GraphLint(source, interface).report()
  }

  /// What can be said of a graph that cannot be traced: operators that scale by all they are given.
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
