import TerminalUI
import Testing
import Workbench

@Suite("Screens look as they should")
struct ScreenTests {
  static func model(rows: Int, columns: Int, path: String = "res/c2") -> AppModel {
    var model = AppModel(size: Size(rows: rows, columns: columns))
    model.append([
      OutputLine("› step", .command),
      OutputLine("58  step  equal within 1e-6, largest 3.6e-07 at out[1, 41, 7]", .good),
      OutputLine("› stp", .command),
      OutputLine("no command 'stp'; did you mean 'step'?", .bad),
    ])
    model.show(SampleView.speech(model.request))
    model.selectedPath = path
    model.show(SampleView.speech(model.request))
    model.editorLine = LineView(prompt: "› ", line: "show c2:state", point: 13, width: columns)
    return model
  }

  @Test(
    "the main screen at sizes that people use",
    arguments: [(24, 80), (24, 120), (36, 118), (60, 200), (23, 80), (24, 79)])
  func sizes(rows: Int, columns: Int) throws {
    let screen = MainScreen.draw(Self.model(rows: rows, columns: columns))
    try Snapshot.expect(screen.text, matches: "main-\(columns)x\(rows)")
  }

  @Test(
    "each panel with all the room", arguments: PanelTable.standard.ids,
    [(24, 80), (36, 120), (60, 200)])
  func panels(panel: PanelID, size: (Int, Int)) throws {
    var model = Self.model(rows: size.0, columns: size.1)
    (model.focus, model.isEnlarged) = (panel, size.1 > 80)
    model.show(SampleView.speech(model.request))
    try Snapshot.expect(
      MainScreen.draw(model).text, matches: "panel-\(panel)-\(size.1)x\(size.0)")
  }

  @Test("an empty session teaches", arguments: [(24, 80), (36, 118)])
  func empty(rows: Int, columns: Int) throws {
    var model = AppModel(size: Size(rows: rows, columns: columns))
    model.focusCommandLine()
    try Snapshot.expect(MainScreen.draw(model).text, matches: "new-\(columns)x\(rows)")
  }

  @Test("help lists the keys of its panel")
  func help() throws {
    var model = Self.model(rows: 36, columns: 118)
    model.help = HelpView(SequencePanel.id, in: .standard, selected: 3)
    try Snapshot.expect(MainScreen.draw(model).text, matches: "help-sequence")
  }

  @Test("candidates stand above the prompt, progress in the header")
  func busy() throws {
    var model = Self.model(rows: 24, columns: 80)
    model.focusCommandLine()
    model.matches = ["res/c2", "res/lstm", "replace", "reset"]
    try Snapshot.expect(MainScreen.draw(model).text, matches: "candidates")
    model.matches = []
    model.pendingCount = 1
    model.progress = Progress(label: "run", done: 731, total: 1000)
    model.isSlow = true
    let screen = MainScreen.draw(model)
    #expect(screen.line(0).hasSuffix("▶ run 731/1000  ^C stops"))
    #expect(screen.cursor == nil)
  }

  @Test("any size draws without a crash and keeps prompt and footer")
  func anySize() {
    for rows in stride(from: 0, through: 60, by: 12) {
      for columns in stride(from: 0, through: 200, by: 40) {
        var model = Self.model(rows: rows, columns: columns)
        for panel in PanelTable.standard.ids + [.commandLine] {
          model.focus = panel
          model.help = panel == StatePanel.id ? HelpView(panel, in: .standard) : nil
          let screen = MainScreen.draw(model)
          guard rows >= 24, columns >= 80, panel != .commandLine else { continue }
          #expect(screen.line(rows - 2).hasPrefix("› show c2:state"))
        }
      }
    }
  }

  @Test("without colour the screen has the same characters, and emphasis remains")
  func monochrome() {
    let screen = MainScreen.draw(Self.model(rows: 36, columns: 118))
    let styles = Set(screen.cells.map(\.style))
    let resolved = styles.map { Palette.resolve($0, depth: .none) }
    #expect(resolved.allSatisfy { $0.foreground == -1 })
    #expect(resolved.contains { $0.attributes.contains(.reverse) })
  }
}
