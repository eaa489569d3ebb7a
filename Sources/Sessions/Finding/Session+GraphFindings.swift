import Layers
import ONNX

extension Session {
  /// Findings of the lint that are shown beside the causes.
  private static let mostFindings = 2

  /// What a graph alone tells of why a layer in it gives something wrong in steps.
  func graphFindings(_ path: String) -> [LintFinding] {
    guard let (_, tree) = try? requireTree() else { return [] }
    let graph = tree.nodes.compactMap { node in
      (node.layer as? OnnxGraph).map { (path: node.path, graph: $0) }
    }.last { path.isInside($0.path) }
    guard let graph else { return [] }
    let place = LayerPath.relative(path, to: graph.path)
    return Array(graph.graph.findings(explaining: place).prefix(Self.mostFindings))
  }

  /// The same in lines.
  func graphFindingLines(_ path: String) -> [String] {
    graphFindings(path).flatMap { finding in
      ["the graph shows: " + finding.lines[0]] + finding.lines.dropFirst()
    }
  }
}
