import Layers
import Notation

/// `add LAYER [to PATH]`: one more layer at the end of a list.
struct AddCommand: Command {
  let name = "add"
  let usage = "add LAYER [to PATH[.field]]"
  let summary =
    "Adds a layer at the end of the stack, or of the combinator at PATH, or of a list of layers that "
    + "it has, such as shortcutLayers."
  let examples = [
    "add LSTM(units: 4)", "add Tanh() to .",
    "wrap layers_1 Residual\nadd Tanh() to layers_1.shortcutLayers",
  ]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let parts = line.cut(before: ["to"])
    let (spec, notes) = try session.readLayer(parts?.text ?? line.rest)
    guard let layer = session.document.layer else { return try session.setStack(spec, notes) }
    let place = parts?.place ?? "."
    let tree = LayerTree(layer)
    let facet = try Facet(place)
    if case .field(let field) = facet.kind, facet.slice == nil {
      return try append(
        spec, to: field, of: try tree.resolve(facet.path), tree, place, session, notes)
    }
    var target = try tree.resolve(place)
    var root = try session.spec(of: layer)
    var working = tree
    var moved: ([Int]) -> [Int]? = { $0 }
    if target.layer.children.isEmpty
      || !(target.layer is Serial || target.layer is Parallel
        || target.layer is Residual)
    {
      guard target.index.isEmpty else {
        throw CommandError(
          .invalidOperand, found: "\(target.path) is a \(target.typeName)",
          expected: "a Serial, Parallel or Residual to add to",
          suggestion: "wrap \(target.path) Serial")
      }
      let wrapped = try StackEdit.wrap(root, tree, [], in: { StackEdit.serial([$0]) })
      (root, moved) = (wrapped.spec, wrapped.moved)
      working = LayerTree(try session.makeLayer(root))
      target = working.nodes[0]
    }
    let edit = try StackEdit.insert(
      root, working, at: target.index + [target.layer.children.count], spec)
    session.context.canonical = "add \(session.notation.swift(spec, width: .max)) to \(place)"
    let log = try session.apply(
      StackEdit(spec: edit.spec) { old in moved(old).flatMap(edit.moved) },
      as: "add \(session.shortText(spec))")
    return CommandOutput(notes + log)
  }
}

extension AddCommand {
  /// Adds to a list that has a name.
  private func append(
    _ spec: SpecNode, to field: String, of node: LayerNode, _ tree: LayerTree, _ place: String,
    _ session: Session, _ notes: [String]
  ) throws -> CommandOutput {
    let config = try session.spec(of: node.layer)
    let row = try session.fieldRow(field, of: config)
    let fields = try session.fieldNames(of: config)
    let lists = node.layer.children.map(\.field) + ["layers", "shortcut_layers"]
    guard row.isRepeated, lists.contains(row.name) else {
      throw CommandError(
        .invalidOperand, found: "\(place), which is no list of layers",
        expected: "PATH, or a list such as PATH.layers or PATH.shortcutLayers",
        suggestion: "set \(place) gives a field another value")
    }
    let root = try session.spec(of: tree.nodes[0].layer)
    let edit = try StackEdit.append(root, tree, to: node.index, row.name, order: fields, spec)
    session.context.canonical = "add \(session.notation.swift(spec, width: .max)) to \(place)"
    return CommandOutput(
      notes + (try session.apply(edit, as: "add \(session.shortText(spec))")))
  }
}
