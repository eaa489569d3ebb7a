import Layers
import Sessions
import TerminalUI
import Testing
import Workbench

/// A panel that the table does not have: it counts the parameters of the selected layer.
private struct WeightPanel: Panel {
  static let id = PanelID("weights")
  let title = "Weights"
  let key: Character = "W"
  let help = "parameters of the stack"
  let place = PanelPlace(wide: .middleRight, large: .lowerRight)
  let about = ["How many numbers training has found."]
  let bindings = [Binding([.character("+")], "+", "one digit more", .own(.more))]

  struct State: PanelState {
    var digits = 1
  }

  struct Request: Hashable {
    var digits: Int
  }

  func request(_ state: State, size: Size, _ model: AppModel) -> Request {
    Request(digits: state.digits)
  }

  func build(_ request: inout Request, _ source: PanelSource) -> String? {
    request.digits = min(request.digits, 3)
    let count = String(source.session.parameterCount)
    return "\(source.path) \(count.prefix(request.digits))"
  }

  func take(_ request: Request, into state: inout State) { state.digits = request.digits }

  func command(_ model: AppModel) -> String? { "show params" }

  func draw(_ model: AppModel, into region: Region) {
    region.text(row: 0, "weights: \(model.view[Self.self] ?? "none")")
  }

  func perform(_ action: Action, on model: inout AppModel) -> [Effect] {
    if action == .own(.more) { model[Self.self].digits += 1 }
    return []
  }
}

extension PanelAction {
  fileprivate static let more = PanelAction("more digits")
}

@Suite("Panels are folders, and a line each")
struct PanelTests {
  private func desk(_ size: (Int, Int), panels: PanelTable = .standard) -> Desk {
    var desk = Desk(
      rows: size.0, columns: size.1, panels: panels,
      client: EngineClient(path: nil, registry: .builtIn))
    desk.type(
      "stack Serial([Conv1D(filters: 4, kernelSize: 3, padding: .causal, name: \"c1\"), LSTM(units: 3, "
        + "name: \"lstm\")])", "input noise --channels 3 --lengths 40,25 --seed 3", "goto 15")
    return desk
  }

  @Test("one more panel is a type and a place in the table", arguments: GlanceTests.sizes)
  func added(rows: Int, columns: Int) {
    var desk = desk(
      (rows, columns), panels: PanelTable(PanelTable.standard.panels + [WeightPanel()]))
    desk.press("W")
    #expect(desk.model.focus == WeightPanel.id)
    #expect(desk.text.contains("Weights") && desk.text.contains("weights:  1"))
    desk.press("++")
    #expect(desk.text.contains("weights:  136"))
    // A cursor beyond the end is pulled back where the view is made.
    desk.press("+++")
    #expect(desk.model[WeightPanel.self].digits == 3)
    #expect(desk.model.request == desk.model.view.answered)
    desk.press("?")
    #expect(desk.text.contains("one digit more") && desk.text.contains("How many numbers"))
    desk.press(.escape)
    desk.press(.tab)
    #expect(desk.model.focus == .commandLine)
  }

  @Test("no two panels share a name or a key")
  func names() {
    let panels = PanelTable.standard.panels
    #expect(Set(panels.map(\.id)).count == panels.count)
    #expect(Set(panels.map(\.key)).count == panels.count)
  }

  @Test("a key is one trip to the engine and back", arguments: GlanceTests.sizes)
  func trips(rows: Int, columns: Int) {
    var desk = desk((rows, columns))
    for panel in PanelTable.standard.panels {
      desk.press(.character(panel.key))
      for key in ["s", "s", "b", "u", "U"] {
        let before = desk.trips
        desk.press(key)
        #expect(desk.trips == before + 1, "\(key) in \(panel.id)")
        #expect(desk.model.request == desk.model.view.answered)
      }
    }
  }

  @Test("cursors that point beyond a smaller document are pulled back with the view of it")
  func shrinks() {
    var desk = desk((36, 118))
    desk.press("jj2")
    desk.press(.end)
    desk.press("]")
    desk.press("3")
    desk.press(.end)
    #expect(desk.model.selectedPath == "lstm" && desk.model.row == 1)
    #expect(desk.model.cursorTime == 39)
    let before = desk.trips
    desk.type("input noise --channels 3 --time 9", "stack Dense(features: 2)")
    #expect(desk.trips == before + 2)
    #expect(desk.model.selectedPath == "." && desk.model.row == 0)
    #expect(desk.model.cursorTime == nil)
    #expect(desk.model[StatePanel.self] == StatePanel.State())
  }

  @Test(
    "looking writes nothing to the session: % is the layer that was selected when a line was given")
  func looking() throws {
    let client = EngineClient(path: nil, registry: .builtIn)
    _ = client.open { _ in }
    for line in ["stack Serial([Dense(features: 2, name: \"a\"), Dense(features: 3, name: \"b\")])"]
    {
      _ = client.perform(line) { _ in }
    }
    var request = ViewRequest()
    request.look.path = "a"
    _ = client.perform("show %.features", showing: request) { _ in }
    request.look.path = "b"
    _ = client.view(request)
    let shown = client.perform("show %.features") { _ in }
    #expect(shown.lines.last?.text.contains("2") == true)
  }
}
