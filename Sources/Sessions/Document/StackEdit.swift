import Layers
import Tensors

/// A change of the stack, on the tree of configs, and where each layer went.
struct StackEdit {
  /// The new tree.
  var spec: SpecNode
  /// The new tree positions of a layer that stood at the given ones; nil if it is gone.
  var moved: ([Int]) -> [Int]?

  /// Replaces the layer at tree positions.
  static func replace(
    _ root: SpecNode, _ tree: LayerTree, _ index: [Int], with layer: SpecNode
  ) throws(CommandError) -> StackEdit {
    let spec = try change(root, tree, index) { _ in layer }
    return StackEdit(spec: spec) { old in old.starts(with: index) ? nil : old }
  }

  /// Sets the values of a field of the layer at tree positions.
  static func set(
    _ root: SpecNode, _ tree: LayerTree, _ index: [Int], _ field: String, _ values: [SpecValue]
  ) throws(CommandError) -> StackEdit {
    let spec = try change(root, tree, index) { layer in
      guard var (field_, node) = layer.layerCase else { return layer }
      node[field] = values.isEmpty ? nil : SpecField(field, values)
      field_.values = [.node(node)]
      return SpecNode(SpecNode.rootMessage, [field_])
    }
    return StackEdit(spec: spec) { $0 }
  }

  /// Puts the layer at tree positions into a new layer of one child.
  static func wrap(
    _ root: SpecNode, _ tree: LayerTree, _ index: [Int], in make: (SpecNode) -> SpecNode
  ) throws(CommandError) -> StackEdit {
    let spec = try change(root, tree, index, make)
    return StackEdit(spec: spec) { old in
      old.starts(with: index) ? index + [0] + old.dropFirst(index.count) : old
    }
  }

  /// Inserts a layer into the list of the parent of `index`, to stand at `index`.
  static func insert(
    _ root: SpecNode, _ tree: LayerTree, at index: [Int], _ layer: SpecNode
  ) throws(CommandError) -> StackEdit {
    try changeList(root, tree, index) { values, position in
      values.insert(.node(layer), at: min(position, values.count))
    } moved: { sibling in
      sibling >= index[index.count - 1] ? sibling + 1 : sibling
    }
  }

  /// Appends a layer to a list field of the layer at tree positions.
  ///
  /// `order` is how the fields of that layer follow each other.
  static func append(
    _ root: SpecNode, _ tree: LayerTree, to index: [Int], _ field: String, order: [String],
    _ layer: SpecNode
  ) throws(CommandError) -> StackEdit {
    let spec = try change(root, tree, index) { target in
      guard var (case_, node) = target.layerCase else { return target }
      node[field] = SpecField(field, (node[field]?.values ?? []) + [.node(layer)])
      case_.values = [.node(node)]
      return SpecNode(SpecNode.rootMessage, [case_])
    }
    let place = order.firstIndex(of: field) ?? order.count
    let children = tree[index]?.layer.children ?? []
    let before = children.count { (order.firstIndex(of: $0.field) ?? order.count) <= place }
    return StackEdit(spec: spec) { old in
      guard old.count > index.count, old.starts(with: index), old[index.count] >= before else {
        return old
      }
      return index + [old[index.count] + 1] + old.dropFirst(index.count + 1)
    }
  }

  /// Removes the layer at tree positions from the list that holds it.
  static func remove(
    _ root: SpecNode, _ tree: LayerTree, at index: [Int]
  ) throws(CommandError) -> StackEdit {
    let last = index[index.count - 1]
    return try changeList(root, tree, index) { values, position in
      values.remove(at: position)
    } moved: { sibling in
      sibling == last ? nil : sibling > last ? sibling - 1 : sibling
    }
  }

  private static func changeList(
    _ root: SpecNode, _ tree: LayerTree, _ index: [Int],
    _ edit: (inout [SpecValue], Int) -> Void, moved: @escaping (Int) -> Int?
  ) throws(CommandError) -> StackEdit {
    let parentIndex = Array(index.dropLast())
    let last = index[index.count - 1]
    guard let parent = tree[parentIndex] else {
      throw CommandError(.unknownPath, found: "no parent at \(parentIndex)")
    }
    let children = parent.layer.children
    // A list position behind the last child belongs to the first list field of the parent.
    let neighbour = children.indices.contains(last) ? children[last] : children.last
    let field = neighbour?.field ?? "layers"
    guard ["layers", "shortcut_layers"].contains(field) else {
      throw CommandError(
        .invalidStack, found: "\(parent.typeName) holds one layer in '\(field)'",
        expected: "a list of layers",
        suggestion: "replace the layer, or wrap it in Serial first")
    }
    let position = children.indices.contains(last) ? children[last].position : children.count
    let spec = try change(root, tree, parentIndex) { layer in
      guard var (case_, node) = layer.layerCase else { return layer }
      var values = node[field]?.values ?? []
      edit(&values, min(position, values.count))
      node[field] = SpecField(field, values)
      case_.values = [.node(node)]
      return SpecNode(SpecNode.rootMessage, [case_])
    }
    return StackEdit(spec: spec) { old in
      guard old.count > parentIndex.count, old.starts(with: parentIndex) else { return old }
      guard let place = moved(old[parentIndex.count]) else { return nil }
      return parentIndex + [place] + old.dropFirst(parentIndex.count + 1)
    }
  }

  /// Rebuilds the tree with the layer at `index` changed.
  private static func change(
    _ root: SpecNode, _ tree: LayerTree, _ index: [Int], _ edit: (SpecNode) -> SpecNode
  ) throws(CommandError) -> SpecNode {
    guard let first = index.first else { return edit(root) }
    guard var (case_, node) = root.layerCase, let top = tree[[]],
      top.layer.children.indices.contains(first)
    else { throw CommandError(.unknownPath, found: "no layer at position \(first)") }
    let child = top.layer.children[first]
    guard var field = node[child.field], field.values.indices.contains(child.position),
      case .node(let inner) = field.values[child.position]
    else { throw CommandError(.unknownPath, found: "no config at position \(first)") }
    field.values[child.position] = .node(
      try change(inner, LayerTree(child.layer), Array(index.dropFirst()), edit))
    node[child.field] = field
    case_.values = [.node(node)]
    return SpecNode(SpecNode.rootMessage, [case_])
  }
}

extension StackEdit {
  /// A combinator around layers.
  static func combinator(_ message: String, _ field: String, _ layers: [SpecNode]) -> SpecNode {
    let node = SpecNode(message, [SpecField("layers", layers.map { .node($0) })])
    return SpecNode(SpecNode.rootMessage, [SpecField(field, [.node(node)])])
  }

  static func serial(_ layers: [SpecNode]) -> SpecNode { combinator("Serial", "serial", layers) }
}
