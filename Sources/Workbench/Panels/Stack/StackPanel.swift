import Tensors
package import TerminalUI

/// The tree of layers: name, kind, rate and state of each.
package struct StackPanel: Panel {
  package static let id = PanelID("stack")
  package let title = "Stack"
  package let key: Character = "1"
  package let help = "stack"
  package let place = PanelPlace(wide: .upperLeft, large: .upperLeft)
  package let comparesLayers = true

  package let bindings: [Binding] = [
    Binding([.enter], "Enter", label: "open", "fold or open a layer; show a leaf's state", .enter),
    Binding(
      [.character("/")], "/", label: "find", "show only layers whose path or kind has a text",
      .filter),
    Binding([.character("e")], "e", "change a field of the selected layer", .edit),
  ]
  package let about = [
    "Ratio is output timesteps for each input timestep of the whole stack.",
    "= step and layer agree so far  ≠ they differ  ! a fault is seeded there, or NaN begins there",
  ]

  package func note(_ model: AppModel) -> String {
    if model.isFiltering { return "/\(model.filter)▏" }
    return model.filter.isEmpty ? "" : "/\(model.filter)"
  }

  package func command(_ model: AppModel) -> String? { model.isNew ? nil : "show stack" }

  package func draw(_ model: AppModel, into region: Region) {
    guard !model.isNew else {
      drawLesson(into: region)
      return
    }
    let layers = model.visibleLayers
    guard !layers.isEmpty else {
      region.text(row: 0, column: 1, "no layer has '\(model.filter)'", .role(.faint))
      return
    }
    let first = Self.firstVisible(model, layers, rows: region.rows)
    let shown = Self.shownCount(layers, first: first, rows: region.rows)
    let rows = layers[first..<first + shown]
    let columns = StackColumns(layers: rows, width: region.columns)
    let names = columns.names(of: rows)
    for (offset, layer) in rows.enumerated() {
      let tree = Self.mark(layer, isLast: Self.isLast(first + offset, in: layers), model)
      draw(layer, tree, names[offset], columns, model, into: region.part(row: offset, rows: 1))
    }
    let hidden = layers.count - first - shown
    if hidden > 0 {
      region.text(row: region.rows - 1, column: 1, "… \(hidden) more layers", .role(.faint))
    }
  }

  /// Whether a layer is folded, open or without anything inside.
  private static func mark(_ layer: LayerRow, isLast: Bool, _ model: AppModel) -> String {
    guard layer.hasChildren else { return isLast ? "└" : "├" }
    return model.foldedPaths.contains(layer.path) ? "▸" : "▾"
  }

  private func draw(
    _ layer: LayerRow, _ mark: String, _ name: String, _ columns: StackColumns, _ model: AppModel,
    into region: Region
  ) {
    let isSelected = layer.path == model.selectedPath
    region.text(row: 0, isSelected ? "›" : " ", .role(.key))
    if let agrees = layer.agrees {
      region.text(row: 0, column: 1, agrees ? "=" : "≠", .role(agrees ? .faint : .bad))
    }
    let indent = String(repeating: " ", count: columns.indent(layer.depth))
    let tree = region.text(row: 0, column: 2, "\(indent)\(mark) ", .role(.faint))
    region.text(row: 0, column: 2 + tree, name)
    let kind = TextFormatting.fitted(layer.kind, max(0, columns.kindEnd - columns.kind))
    let kindColumns = region.text(row: 0, column: columns.kind, kind, .role(.faint))
    if let warning = layer.warning {
      let start = columns.kind + kindColumns + 1
      let fitting = [warning.text, warning.brief].first { text in
        text.columns + 2 <= columns.stateEnd - start
      }
      let text = "! \(fitting ?? "")"
      region.textRight(row: 0, end: columns.stateEnd, text, .role(.bad))
    } else {
      region.textRight(row: 0, end: columns.ratioEnd, layer.outputRatio)
      let state = layer.stateBytes == 0 ? "–" : TextFormatting.bytes(layer.stateBytes)
      region.textRight(row: 0, end: columns.stateEnd, state)
    }
    if isSelected {
      if model.focus == Self.id {
        region.restyle(row: 0, columns: 0..<region.columns, .role(.selection))
      } else {
        region.emphasize(row: 0, columns: 0..<region.columns, .bold)
      }
    }
  }

  private func drawLesson(into region: Region) {
    let lines = [
      "No stack yet. Three lines to type:", "",
      "  stack Serial([Dense(features: 4)])", "  input sine --channels 3 --time 20", "  step",
      "", "or open a session:", "  open Sessions/broken.session", "", "Tab completes, help helps.",
    ]
    for (row, line) in lines.enumerated() {
      let isCommand = line.hasPrefix("  ")
      region.text(row: row, column: 1, line, isCommand ? .role(.key) : .plain)
    }
  }

  private static func firstVisible(_ model: AppModel, _ layers: [LayerRow], rows: Int) -> Int {
    let selected = layers.firstIndex { $0.path == model.selectedPath } ?? 0
    return min(max(0, selected - rows / 2), max(0, layers.count - rows))
  }

  /// The last row says what is left out, when something is.
  private static func shownCount(_ layers: [LayerRow], first: Int, rows: Int) -> Int {
    layers.count - first > rows ? max(0, rows - 1) : layers.count - first
  }

  private static func isLast(_ index: Int, in layers: [LayerRow]) -> Bool {
    let depth = layers[index].depth
    let next = layers[(index + 1)...].first { $0.depth <= depth }
    return next.map { $0.depth < depth } ?? true
  }

  package func perform(_ action: Action, on model: inout AppModel) -> [Effect] {
    let layers = model.visibleLayers
    let index = layers.firstIndex { $0.path == model.selectedPath } ?? 0
    switch action {
    case .move(.up): select(index - 1, &model)
    case .move(.down): select(index + 1, &model)
    case .page(.up): select(index - 10, &model)
    case .page(.down): select(index + 10, &model)
    case .first: select(0, &model)
    case .last: select(layers.count - 1, &model)
    case .move(.left): collapse(index, &model)
    case .move(.right): model.foldedPaths.remove(model.selectedPath)
    case .enter:
      guard layers.indices.contains(index) else { return [] }
      if layers[index].hasChildren {
        model.foldedPaths.formSymmetricDifference([layers[index].path])
      } else if model.layout.panels[StatePanel.id] != nil {
        model.focus = StatePanel.id
      }
    case .edit: return model.perform(.prefill("set \(model.selectedPath)."))
    default: break
    }
    return []
  }

  private func select(_ index: Int, _ model: inout AppModel) {
    let layers = model.visibleLayers
    guard !layers.isEmpty else { return }
    model.select(layers[min(max(0, index), layers.count - 1)].path)
  }

  /// Folds an open layer, or goes to the one that holds it.
  private func collapse(_ index: Int, _ model: inout AppModel) {
    let layers = model.visibleLayers
    guard layers.indices.contains(index) else { return }
    let layer = layers[index]
    if layer.hasChildren, !model.foldedPaths.contains(layer.path) {
      model.foldedPaths.insert(layer.path)
    } else if let parent = layers[..<index].lastIndex(where: { $0.depth < layer.depth }) {
      select(parent, &model)
    }
  }

  package func click(_ place: GridPosition, size: Size, on model: inout AppModel) -> [Effect] {
    let layers = model.visibleLayers
    let index = Self.firstVisible(model, layers, rows: size.rows) + place.row
    guard layers.indices.contains(index) else { return [] }
    if layers[index].path == model.selectedPath { return perform(.enter, on: &model) }
    select(index, &model)
    return []
  }
}
