/// Where the nodes of a graph stand in the tree of modules that it was exported from.
///
/// In this order: the node's own name up to its last `/`; the scopes that newer exporters note beside it;
/// the names of its weights; the scope of what gives its first operand.
struct ScopeTree: Sendable {
  /// The scope of every node, parts joined by `/`; empty at the top.
  let scopes: [String]
  /// The path of every node: its scope, then the name of its first output; no two are equal.
  let places: [String]

  init(_ graph: OnnxGraphBody) {
    let weights = Set(graph.initializers.map(\.name))
    var producer: [String: Int] = [:]
    var scopes: [String] = []
    for (index, node) in graph.nodes.enumerated() {
      let own = Self.named(node) ?? Self.noted(node) ?? Self.weighted(node, weights)
      let inherited = node.inputs.lazy.compactMap { producer[$0] }.first.map { scopes[$0] }
      scopes.append(own ?? inherited ?? "")
      for output in node.outputs where !output.isEmpty { producer[output] = index }
    }
    self.scopes = scopes
    var taken: Set<String> = Set(scopes.flatMap(Self.ancestors))
    places = zip(graph.nodes, scopes).map { node, scope in
      let leaf = Self.leaf(node.outputs.first { !$0.isEmpty } ?? node.op)
      var path = scope.isEmpty ? leaf : "\(scope)/\(leaf)"
      var count = 2
      while !taken.insert(path).inserted {
        path = (scope.isEmpty ? leaf : "\(scope)/\(leaf)") + "_\(count)"
        count += 1
      }
      return path
    }
  }

  /// `/encoder/layers.0/conv/Conv` is in `encoder/layers.0/conv`.
  private static func named(_ node: OnnxNode) -> String? {
    guard node.name.contains("/") else { return nil }
    return joined(node.name.split(separator: "/").dropLast().map(String.init))
  }

  /// `pkg.torch.onnx.name_scopes` is a Python list of dotted names, the node's own last.
  private static func noted(_ node: OnnxNode) -> String? {
    if let list = node.metadata["pkg.torch.onnx.name_scopes"] {
      let names = list.split(whereSeparator: { "[]',\" ".contains($0) }).map(String.init)
      guard let last = names.dropLast().last(where: { !$0.isEmpty }) else { return nil }
      return joined(last.split(separator: ".").map(String.init))
    }
    guard let space = node.metadata["namespace"] else { return nil }
    let parts = space.split(separator: "/").map { part in
      part.split(separator: ":").first.map { $0.trimmingBlanks } ?? ""
    }
    guard let last = parts.dropLast().last(where: { !$0.isEmpty }) else { return nil }
    return joined(last.split(separator: ".").map(String.init))
  }

  /// `encoder.0.weight` is a weight of `encoder/0`.
  private static func weighted(_ node: OnnxNode, _ weights: Set<String>) -> String? {
    for name in node.inputs where weights.contains(name) {
      let parts = name.split { "./".contains($0) }.map(String.init)
      if parts.count > 1, !name.hasPrefix("onnx::") { return joined(Array(parts.dropLast())) }
    }
    return nil
  }

  /// Parts as a path; a part that repeats its parent's name, as torch writes lists, loses it.
  private static func joined(_ parts: [String]) -> String {
    var result: [String] = []
    for part in parts where !part.isEmpty {
      if let parent = result.last, part.hasPrefix(parent + ".") {
        result.append(leaf(String(part.dropFirst(parent.count + 1))))
      } else {
        result.append(leaf(part))
      }
    }
    return result.joined(separator: "/")
  }

  /// A name as one part of a path: the last part of it, without what paths are written with.
  static func leaf(_ name: String) -> String {
    let last = name.split(separator: "/").last.map(String.init) ?? name
    let plain = last.map { character -> Character in
      "[](){}:;,'\" ".contains(character) || !character.isASCII ? "_" : character
    }
    return plain.isEmpty ? "_" : String(plain)
  }

  /// A path and all that it lies in.
  private static func ancestors(_ path: String) -> [String] {
    let parts = path.split(separator: "/")
    return parts.indices.map { parts[...$0].joined(separator: "/") }
  }
}

extension Substring {
  /// Without blanks at its ends.
  fileprivate var trimmingBlanks: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
