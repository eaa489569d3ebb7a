import Comparison
import Sessions
import Tensors
package import TerminalUI

/// Where the step-wise run leaves the layer-wise one: layers by time.
package struct DifferencesPanel: Panel {
  package static let id = PanelID("parts")
  package let title = "Where step and layer part"
  package let key: Character = "9"
  package let help = "where step and layer part: layers by time"
  package let place = PanelPlace(wide: .main, large: .upper)
  package let comparesLayers = true
  package let about = [
    "A column is a span of steps, the same in every line: the largest |Δ| in it as a share of the "
      + "layer's largest value.",
    "First is the first timestep that differs, of the layer's own; ‹ is the first layer in the order in "
      + "which data flows.",
    DifferenceTable.Cell.legend,
  ]

  package let bindings: [Binding] = [
    Binding(
      [.enter], "Enter", label: "go there",
      "select the layer's first difference: row, timestep and channel, and show both values", .enter
    ),
    Binding(
      [.character("o")], "o", label: "order", "order by data flow, first or largest difference",
      .own(.order)),
    Binding(
      [.left, .character("h")], "h l", label: "time", "move the cursor back in time", .move(.left)),
    Binding([.right, .character("l")], "l →", "move the cursor on in time", .move(.right)),
    Binding(
      [.character("+"), .character("=")], "+", label: "zoom", "show half as much time",
      .own(.closer)),
    Binding([.character("-")], "-", "show twice as much time", .own(.farther)),
    Binding(
      [.character("w")], "w", label: "why", "look for the first wrong layer and the likely cause",
      .perform("bisect --quick")),
  ]

  /// By what layers are ordered.
  package enum Order: String, CaseIterable, Hashable, Sendable {
    case flow = "data flow"
    case first = "first difference"
    case largest = "largest difference"
  }

  package struct State: PanelState {
    package var order = Order.flow
    /// How often the time that is shown was halved.
    package var zoom = 0

    package init() {}
  }

  package struct Request: Hashable, Sendable {
    package var columns: Int
    package var order = Order.flow
    package var zoom = 0
  }

  package func request(_ state: State, size: Size, _ model: AppModel) -> Request {
    Request(columns: Columns.cells(size.columns), order: state.order, zoom: state.zoom)
  }

  package func build(_ request: inout Request, _ source: PanelSource) -> DifferencesView? {
    DifferencesView(request, source)
  }

  package func command(_ model: AppModel) -> String? {
    model.view[Self.self] == nil ? nil : "show differences[\(model.row)]"
  }

  package func note(_ model: AppModel) -> String {
    let order = model[Self.self].order
    let row = model.view.facts.rowCount > 1 ? "  row \(model.row)" : ""
    return "|Δ| over the layer's largest value" + row
      + (order == .flow ? "" : "  by \(order.rawValue)")
  }

  package func perform(_ action: Action, on model: inout AppModel) -> [Effect] {
    guard let view = model.view[Self.self] else { return [] }
    let index = view.lines.firstIndex { $0.path.shown == model.selectedPath }
    switch action {
    case .move(.up): select(index.map { $0 - 1 } ?? 0, view, &model)
    case .move(.down): select(index.map { $0 + 1 } ?? 0, view, &model)
    case .page(.up): select((index ?? 0) - 10, view, &model)
    case .page(.down): select((index ?? 0) + 10, view, &model)
    case .first: select(0, view, &model)
    case .last: select(view.lines.count - 1, view, &model)
    case .move(.left): moveCursor(by: -1, view, &model)
    case .move(.right): moveCursor(by: 1, view, &model)
    case .own(.order):
      let all = Order.allCases
      let next = (all.firstIndex(of: model[Self.self].order) ?? 0) + 1
      model[Self.self].order = all[next % all.count]
    case .own(.closer): if view.columns.count > 8 { model[Self.self].zoom += 1 }
    case .own(.farther): model[Self.self].zoom = max(0, model[Self.self].zoom - 1)
    case .enter: goToFirst(&model)
    default: break
    }
    return []
  }

  private func select(_ index: Int, _ view: DifferencesView, _ model: inout AppModel) {
    guard !view.lines.isEmpty else { return }
    model.select(view.lines[min(max(0, index), view.lines.count - 1)].path.shown)
  }

  /// Moves the cursor by columns.
  private func moveCursor(by step: Int, _ view: DifferencesView, _ model: inout AppModel) {
    guard !view.columns.isEmpty else { return }
    let time = model.cursorTime ?? max(0, model.view.position.inputTime - 1)
    let column = view.columns.firstIndex { time < $0.upperBound } ?? view.columns.count - 1
    let next = view.columns[min(max(0, column + step), view.columns.count - 1)]
    model.cursorTime = min(next.lowerBound, max(0, model.view.position.inputLength - 1))
  }

  /// Looks at both values of the selected layer where they first differ.
  private func goToFirst(_ model: inout AppModel) {
    let layer = model.view.layers.first { $0.path == model.selectedPath }
    if let place = layer?.difference { model.look(at: place) }
    if model.layout.panels[BesidePanel.id] != nil { model.focus = BesidePanel.id }
  }

  package func click(_ place: GridPosition, size: Size, on model: inout AppModel) -> [Effect] {
    guard let view = model.view[Self.self] else { return [] }
    let shown = Self.shown(view, model, rows: size.rows)
    guard shown.indices.contains(shown.lowerBound + place.row - 1) else { return [] }
    let path = view.lines[shown.lowerBound + place.row - 1].path.shown
    if path == model.selectedPath { return perform(.enter, on: &model) }
    model.select(path)
    return []
  }
}

extension PanelAction {
  fileprivate static let order = PanelAction("another order")
  fileprivate static let closer = PanelAction("half the time")
  fileprivate static let farther = PanelAction("twice the time")
}
