import Programs
import Tensors

/// A node that was carried out while a graph was traced: of the branch that was taken, or of a function.
struct ExecutedNode {
  /// The node, references to attributes of a call resolved.
  let node: OnnxNode
  /// Its path in the tree of scopes.
  let place: String
  /// The operands; nil where an optional one is left out.
  let operands: [GraphValue?]
  let results: [GraphValue]
}

extension [ExecutedNode] {
  /// Adds a node, `start` nodes having been there before it.
  ///
  /// A branch or a call that only hands on what nodes inside it gave is none itself; of another one
  /// everything inside is an operand.
  mutating func record(
    _ node: OnnxNode, _ place: String?, inside prefix: String, _ operands: [GraphValue?],
    _ results: [GraphValue], from start: Int
  ) {
    let inner = self[start...].flatMap(\.results)
    let known = Set(inner.map(ObjectIdentifier.init))
    if !inner.isEmpty, results.allSatisfy({ known.contains(ObjectIdentifier($0)) }) { return }
    let leaf = ScopeTree.leaf(node.outputs.first { !$0.isEmpty } ?? node.op)
    append(
      ExecutedNode(
        node: node, place: place ?? (prefix.isEmpty ? leaf : "\(prefix)/\(leaf)"),
        operands: operands + inner, results: results))
  }
}
