import Diagnostics
import Foundation
import TerminalUI
import Testing
import Workbench

/// Keys and lines that only change what is looked at, or tell where one is.
@Suite("Looking around")
struct LookingTests {
  static let sizes = [(24, 80), (36, 118), (60, 200)]

  private static let bytes =
    "stack Serial([Embedding(dimension: 8, numEmbeddings: 256, name: \"e\"), LSTM(units: 8, "
    + "name: \"lstm\"), Dense(features: 256, name: \"logits\")])"

  private func desk(_ size: (Int, Int), _ lines: String...) -> Desk {
    var desk = Desk(rows: size.0, columns: size.1)
    for line in lines { desk.type(line) }
    return desk
  }

  @Test("z gives any panel all the room, Tab walks on, z and Esc take it back", arguments: sizes)
  func enlarges(rows: Int, columns: Int) {
    var desk = desk(
      (rows, columns), "stack Serial([LSTM(units: 3)])", "input noise --channels 3 --time 9", "run")
    let usual = desk.model.layout
    for panel in PanelTable.standard.ids {
      desk.press(.character(PanelTable.standard.panel(panel)?.key ?? " "))
      guard desk.model.focus == panel else { continue }
      desk.press("z")
      let shown = desk.model.layout.visible(focus: desk.model.focus, last: desk.model.lastPanel)
      #expect(shown.map(\.panel) == [panel])
      #expect(shown[0].rect == Rect(row: 2, column: 0, rows: rows - 4, columns: columns))
      desk.press(.tab)
      #expect(desk.model.focus != panel && desk.model.isEnlarged)
      if desk.model.focus == .commandLine { desk.press(.escape) }
      desk.press(panel == StackPanel.id ? "z" : "\u{1b}")
      if desk.model.isEnlarged { desk.press(.escape) }
      #expect(desk.model.layout == usual)
    }
  }

  @Test("an answer longer than the log says so, and can be read whole", arguments: sizes)
  func longAnswers(rows: Int, columns: Int) {
    var desk = desk((rows, columns), "help")
    let first = desk.model.log[(desk.model.log.lastIndex { $0.tone == .command } ?? 0) + 1].text
    desk.press(.escape)
    desk.press("6")
    let title = desk.screen.line(desk.model.layout.panels[LogPanel.id]?.row ?? 0)
    #expect(title.contains("of the answer above"))
    desk.press("z")
    desk.press(.home)
    #expect(desk.text.contains("› help") && desk.text.contains(first.prefix(30)))
  }

  @Test("/ finds in any letter case, keeps the parents of hits, and ^U clears it")
  func filters() {
    var desk = desk(
      (36, 118),
      "stack Serial([Residual(layers: [LSTM(units: 3)], name: \"res\"), Dense(features: 2), "
        + "Serial([LSTM(units: 2, name: \"deep\")], name: \"ser\")])")
    desk.press("j")
    desk.press(.left)
    desk.press("/lstm")
    #expect(
      desk.model.visibleLayers.map(\.path) == [".", "res", "res/layers_0", "ser", "ser/deep"])
    #expect(desk.model.selectedPath == "res/layers_0")
    desk.press("x")
    #expect(desk.model.visibleLayers.isEmpty)
    desk.press(.control("u"))
    #expect(desk.model.isFiltering && desk.model.filter.isEmpty)
    // What was folded is folded again.
    #expect(desk.model.visibleLayers.map(\.path) == [".", "res", "layers_1", "ser", "ser/deep"])
  }

  @Test(
    "a key decodes one token more, as the last decode did, and its text is seen", arguments: sizes)
  func decodes(rows: Int, columns: Int) {
    var desk = desk((rows, columns), Self.bytes, "input text \"ab\"", "run")
    desk.press(.escape)
    #expect(Footer.items(desk.model).contains { $0.label == "token" } || columns < 100)
    desk.press("t")
    #expect(desk.model.view.position.inputLength == 3)
    desk.type("decode 2 --temperature 0.8 --seed 3")
    desk.press(.escape)
    desk.press("t")
    #expect(desk.model.log.contains { $0.text == "› decode 1 --temperature 0.8 --seed 3" })
    #expect(desk.model.view.position.inputLength == 6)
    desk.press("2")
    desk.press(.home)
    #expect(desk.text.contains("a = 97"))
    let lane = (desk.model.view[SequencePanel.self]?.lanes ?? [])[0].columns.compactMap(\.character)
    let written = lane.filter { $0 != " " }
    #expect(written.prefix(2) == ["a", "b"] && written.count == 6)
    // Logits by their size, each with its character.
    desk.press("4")
    let logits = desk.model.view[BesidePanel.self]?.channels.map(\.step) ?? []
    #expect(logits.count > 2 && logits == logits.sorted(by: >))
    #expect(desk.text.contains("token"))
  }

  @Test("where there is nothing to decode no key says so")
  func decodesNot() {
    let desk = desk(
      (36, 118), "stack Dense(features: 2)", "input noise --channels 3 --time 4", "run")
    #expect(!Footer.items(desk.model).contains { $0.label == "token" })
  }

  @Test("an expected array is a lane, and the header tells when it is not met", arguments: sizes)
  func expected(rows: Int, columns: Int) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("ours.npy").path
    var desk = desk(
      (rows, columns),
      "stack Serial([Conv1D(filters: 2, kernelSize: 3, padding: .causal, name: \"c\"), Tanh()])",
      "input noise --channels 3 --time 30 --seed 2", "run", "show . > \(file)", "seed 4")
    desk.type("expect \(file) at .", "run")
    desk.press(.escape)
    desk.press("2")
    let lanes = desk.model.view[SequencePanel.self]?.lanes ?? []
    #expect(lanes.map(\.kind).contains(.expected))
    #expect(desk.text.contains("expected"))
    #expect(desk.screen.line(1).contains("≠ expected ours.npy: differs"))
    // Beside the outputs stands what is expected of them.
    desk.press("4")
    let beside = try #require(desk.model.view[BesidePanel.self])
    #expect(beside.hasReference && beside.channels.allSatisfy { $0.expected != nil })
    #expect(beside.channels.allSatisfy { $0.expected != $0.step })
    #expect(desk.text.contains("expected"))
    let style = desk.screen[1, desk.screen.line(1).count - 1].style
    #expect(style != .role(.good))
    desk.type("seed 0", "run")
    desk.press(.escape)
    #expect(desk.model.view.expectations.map(\.verdict.isEqual) == [true])
    desk.press("4")
    let channels = try #require(desk.model.view[BesidePanel.self]).channels
    #expect(channels.allSatisfy { $0.expected == $0.step })
    #expect(!desk.screen.line(1).contains("≠"))
  }

  @Test(
    "the first key of a bundled session does what the first lines say",
    arguments: ["speech", "bytes", "latency", "broken"])
  func bundled(name: String) {
    var desk = Desk(rows: 36, columns: 118, open: Desk.project("Sessions/\(name).session"))
    let said = desk.model.log.last?.text ?? ""
    let position = desk.model.view.position
    let isAtEnd = position.step == position.endStep + position.flushSteps
    #expect(said.contains("s makes a step") != isAtEnd || said.contains("Key d"))
    let key = said.contains("Key d") ? "d" : isAtEnd ? "b" : "s"
    desk.press(key)
    #expect(desk.model.log.last?.tone != .bad)
    if key != "d" { #expect(desk.model.view.position != position) }
  }

  @Test("the header has the name of the file that was saved to last")
  func names() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var desk = desk((24, 80), "stack Dense(features: 2)")
    #expect(desk.screen.line(0).hasPrefix(" new session"))
    desk.type("save \(folder.path)/mine.session")
    #expect(desk.screen.line(0).hasPrefix(" mine.session"))
  }
}
