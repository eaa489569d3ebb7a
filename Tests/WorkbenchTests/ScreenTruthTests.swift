import TerminalUI
import Testing
import Workbench

/// What stands on the screen is so.
@Suite("The screen states only what is so")
struct ScreenTruthTests {
  static let sizes = [(24, 80), (36, 118), (60, 200)]

  private static let stack =
    "stack Serial([Conv1D(filters: 4, kernelSize: 3, padding: .reverseCausal, name: \"ahead\"), "
    + "LSTM(units: 3, name: \"lstm\"), Downsample1D(rate: 2, name: \"down\")])"

  private func desk(_ size: (Int, Int), _ lines: [String]) -> Desk {
    var desk = Desk(rows: size.0, columns: size.1)
    desk.type(Self.stack)
    for line in lines { desk.type(line) }
    return desk
  }

  /// The marks of every lane, as text.
  private func marks(_ desk: Desk) -> [String] {
    let panel = desk.model.layout.panels[SequencePanel.id] ?? Rect(desk.model.size)
    return (panel.row + 1..<panel.row + panel.rows - 1).compactMap { row in
      let line = desk.screen.line(row).dropFirst(panel.column + 1).prefix(panel.columns - 2)
      return line.hasPrefix(" valid ") ? String(line.dropFirst(14)) : nil
    }
  }

  @Test("the cursor changes no mark: what is valid under it still looks valid", arguments: sizes)
  func cursor(rows: Int, columns: Int) {
    var desk = desk((rows, columns), ["input noise --channels 3 --lengths 40,25", "goto 9"])
    desk.press("2]")
    let before = marks(desk)
    #expect(before.count == 3)
    for key in [Key.home, .right, .pageDown, .end, .left] {
      desk.press(key)
      #expect(marks(desk) == before)
      for cell in desk.screen.cells where cell.style.attributes.contains(.reverse) {
        // A full block in reverse would be a hole.
        #expect(cell.scalar != ("█" as Unicode.Scalar).value)
      }
    }
  }

  @Test("lanes have colours of their own, apart from that of the marks")
  func colours() {
    let roles: [Role] = [.input, .step, .layer, .selected, .expected, .good]
    for depth in [ColorDepth.full, .eight] {
      let colours = roles.map { Palette.resolve(.role($0), depth: depth).foreground }
      let count = depth == .full ? roles.count : roles.count - 1
      // With eight colours the input shares that of the marks.
      #expect(Set(colours).count == count)
    }
  }

  @Test("marks and d work at any length, and lead to the first place", arguments: sizes)
  func long(rows: Int, columns: Int) {
    var desk = desk(
      (rows, columns),
      ["input noise --channels 3 --lengths 9000,12000", "fault lstm stale-state at 5000", "run"])
    #expect(desk.model.view.isAgreementKnown)
    #expect(desk.model.view.layers.map(\.agrees) == [false, true, false, false])
    let place = desk.model.view.layers[2].difference
    desk.press("3")
    desk.press("d")
    #expect(desk.model.selectedPath == "lstm")
    #expect(desk.model.row == place?.row && desk.model.cursorTime == place?.inputTime)
    desk.press("4")
    // Time, values and verdict are those of the same place.
    let beside = desk.model.view[BesidePanel.self]
    #expect(beside?.channels.contains { $0.difference > 0 } == true)
    let words = beside?.verdict.pieces.first ?? ""
    #expect(words.contains("row \(place?.row ?? -1), t \(grouped(beside?.time ?? -1))"))
  }

  private func grouped(_ number: Int) -> String {
    number < 1000 ? "\(number)" : "\(number / 1000),\("\(1000 + number % 1000)".dropFirst())"
  }

  @Test("a verdict beside another layer's name says whose it is", arguments: sizes)
  func owners(rows: Int, columns: Int) {
    var desk = desk((rows, columns), ["input noise --channels 3 --time 20", "goto 9"])
    #expect(desk.screen.line(1).contains(" = equal") && !desk.screen.line(1).contains("stack ="))
    desk.press("j")
    #expect(desk.screen.line(1).hasPrefix(" ahead Conv1D"))
    #expect(desk.screen.line(1).contains("stack = equal"))
    desk.press("2")
    desk.press(.home)
    desk.press("3")
    // The cursor is at 0, the state is that after the last step.
    #expect(desk.text.contains("after step 9"))
  }

  @Test("counts, times and names agree wherever they stand")
  func agreement() {
    var desk = desk((36, 118), [])
    #expect(desk.model.log.contains { $0.text.hasPrefix("3 layers;") })
    #expect(desk.screen.line(0).contains("3 layers"))
    desk.type("input noise --channels 3 --time 20", "run", "show time")
    #expect(desk.screen.line(0).contains("T 12 flush 2/2"))
    #expect(desk.model.log.contains { $0.text == "flush 2/2" })
    let tree = desk.model.view.layers.map(\.outputRatio)
    desk.type("show stack")
    let answer = desk.model.log.suffix(7).map(\.text)
    for (line, ratio) in zip(answer.dropFirst(), tree) {
      let cells = line.split(separator: " ").map(String.init)
      #expect(cells.count > 2 && cells[2] == ratio)
    }
  }

  @Test("numbers of a table never touch", arguments: sizes)
  func tables(rows: Int, columns: Int) {
    var desk = Desk(rows: rows, columns: columns)
    desk.type(
      "stack Serial([Downsample1D(rate: 640, name: \"down\"), Delay(length: 1920, "
        + "delayLayerOutput: false, name: \"wait\")])",
      "input noise --channels 2 --time 6400")
    for key in ["5", "7"] {
      desk.press(key)
      let rect =
        desk.model.layout.panels[key == "5" ? MaskPanel.id : LatencyPanel.id]
        ?? Rect(desk.model.size)
      let lines = (rect.row + 1..<rect.row + 5).map { row in
        desk.screen.line(row).dropFirst(rect.column + 1).prefix(rect.columns - 2)
          .split(separator: " ")
      }
      let count = lines[0].count
      // An interval is three words; where it would be cut, it is left out.
      let more = lines[0].last == "sees" ? 2 : 0
      #expect(lines.dropFirst().prefix(3).allSatisfy { $0.count == count + more })
    }
    #expect(desk.text.contains("1,920"))
  }

  @Test("the ends of the time axis and the cursor's words do not touch", arguments: sizes)
  func ruler(rows: Int, columns: Int) {
    var desk = desk((rows, columns), ["input noise --channels 3 --time 5200"])
    desk.press("2")
    desk.press(.end)
    for _ in 0..<20 {
      let ruler = desk.text.split(separator: "\n").first { $0.contains("▲") } ?? ""
      let words = ruler.split(separator: " ").filter { $0.allSatisfy { $0.isNumber || $0 == "," } }
      let numbers = words.compactMap { Int($0.filter { $0 != "," }) }
      #expect(numbers.contains(desk.model.cursorTime ?? -1))
      #expect(numbers.allSatisfy { [0, 5199, desk.model.cursorTime].contains($0) })
      desk.press(.left)
    }
  }

  @Test("after a stop the panels say what is missing, not that nothing came out")
  func stopped() {
    var view = SampleView.speech(ViewRequest())
    view[BesidePanel.self] = nil
    view.facts.hasLayerWise = false
    var model = ScreenTests.model(rows: 24, columns: 80)
    model.show(view)
    model.focus = BesidePanel.id
    #expect(MainScreen.draw(model).text.contains("The layer-wise result is not there"))
    view.facts.hasInput = false
    model.show(view)
    model.pendingCount = 3
    model.typedLine = "input noise --channels 2"
    model.isSlow = true
    #expect(MainScreen.draw(model).text.contains("input runs …"))
    #expect(MainScreen.draw(model).line(0).hasSuffix("▶ input  2 wait  ^C stops"))
  }
}
