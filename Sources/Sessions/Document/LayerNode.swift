import Diagnostics
package import Layers
import Programs

/// One layer of a stack as commands see it: where it stands, in the tree and in the running model.
package struct LayerNode: Sendable {
  /// Positions among children, from the root: `[]` is the root, `[0, 2]` the third child of its first.
  package var index: [Int]
  /// The path in the running model; the first copy's where a layer is repeated.
  package var path: String
  /// The path without the names that only children were given, as sessions recorded before have it.
  package var unnamedPath: String
  /// The kind of layer.
  package var typeName: String
  /// The layer.
  package var layer: any SequenceLayer
  /// The path of the layer that holds it.
  package var parentPath: String?
  /// The part of its path below its parent, copies of a repeated layer with their number: `conv`,
  /// `[2]/child_layer`, `shortcut_layer/layers_0`; a dot for the root.
  package var name: String {
    guard let parentPath else { return "." }
    let rest = path.dropFirst(parentPath.count)
    return String(rest.hasPrefix("/") ? rest.dropFirst() : rest)
  }
  /// How deep it lies below the root.
  package var depth: Int { index.count }
}

/// All layers of a stack.
package struct LayerTree: Sendable {
  /// The layers, parents before children.
  package let nodes: [LayerNode]
  /// Where each stands among them, by its positions among children.
  private let places: [[Int]: Int]

  /// Lists the layers below a root.
  package init(_ root: any SequenceLayer) {
    var nodes: [LayerNode] = []
    func visit(
      _ layer: any SequenceLayer, _ index: [Int], _ path: String, _ unnamed: String,
      in parent: String?
    ) {
      nodes.append(
        LayerNode(
          index: index, path: path, unnamedPath: unnamed, typeName: layer.typeName, layer: layer,
          parentPath: parent))
      for (position, child) in layer.children.enumerated() {
        visit(
          child.layer, index + [position], LayerPath.join(path, child.scope.path),
          LayerPath.join(unnamed, child.scope.unnamedPath), in: path)
      }
    }
    visit(root, [], "", "", in: nil)
    self.nodes = nodes
    places = Dictionary(uniqueKeysWithValues: zip(nodes.map(\.index), nodes.indices))
  }

  /// The layer at tree positions.
  package subscript(index: [Int]) -> LayerNode? { places[index].map { nodes[$0] } }

  /// The layer of that path, written in full, by its unique last part, or as `/0/2/1`.
  ///
  /// - Throws: ``CommandError`` with all candidates, or the nearest name.
  package func resolve(_ text: String) throws(CommandError) -> LayerNode {
    if text == "." || text.isEmpty { return nodes[0] }
    if text.hasPrefix("/") {
      let index = text.split(separator: "/").map { Int($0) ?? -1 }
      if let node = self[index] { return node }
      throw CommandError(
        .unknownPath, found: "no layer at \(text)",
        expected:
          "positions from \(nodes.map { "/" + $0.index.map(String.init).joined(separator: "/") }.joined(separator: " "))"
      )
    }
    let wanted = LayerPath.withoutFirstCopies(text)
    if let exact = nodes.first(where: { $0.path == text }) { return exact }
    if let exact = nodes.first(where: { LayerPath.withoutFirstCopies($0.path) == wanted }) {
      return exact
    }
    if let earlier = nodes.first(where: { LayerPath.withoutFirstCopies($0.unnamedPath) == wanted })
    {
      return earlier
    }
    let matches = nodes.filter { node in
      node.path.hasSuffix("/" + text) || node.path.hasSuffix("]" + text)
    }
    if matches.count == 1 { return matches[0] }
    guard matches.isEmpty else {
      throw CommandError(
        .ambiguousPath, found: "\(text) stands for \(matches.count) layers",
        expected: "one of \(matches.map(\.path).joined(separator: ", "))")
    }
    let names = nodes.flatMap {
      [$0.path, $0.path.split(separator: "/").last.map(String.init) ?? ""]
    }
    let nearest = NearestName.of(text, among: names.filter { !$0.isEmpty })
    throw CommandError(
      .unknownPath, found: "no layer is called \(text)",
      expected: "a path such as \(names.first { !$0.isEmpty } ?? ".")",
      suggestion: nearest.map { "did you mean \($0)?" })
  }
}

extension LayerTree {
  /// The path of something in a layer, such as a state leaf, without the names that only children were given.
  func unnamed(_ path: String) -> String {
    let owner = nodes.filter { path.isInside($0.path) }.max { $0.path.count < $1.path.count }
    guard let owner, owner.path != owner.unnamedPath else { return path }
    let rest = path.dropFirst(owner.path.count)
    return owner.path.isEmpty ? path : owner.unnamedPath + rest
  }
}

extension LayerPath {
  /// The path with `[0]` left out, so that the first copy can be named like the layer itself.
  fileprivate static func withoutFirstCopies(_ path: String) -> String {
    path.split(separator: "[0]", omittingEmptySubsequences: false).joined()
  }
}
