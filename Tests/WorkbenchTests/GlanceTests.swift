import TerminalUI
import Testing
import Workbench

@Suite("What a glance must answer")
struct GlanceTests {
  static let sizes = [(24, 80), (36, 118), (60, 200)]

  /// Layers of other rates and latencies over two rows of unequal length, some steps in.
  private func desk(_ size: (Int, Int), fault: String? = nil) -> Desk {
    var desk = Desk(rows: size.0, columns: size.1)
    desk.type(
      "stack Serial([Conv1D(filters: 4, kernelSize: 3, padding: .reverseCausal, name: \"ahead\"), "
        + "LSTM(units: 3, name: \"lstm\"), Downsample1D(rate: 2, name: \"down\")])",
      "input noise --channels 3 --lengths 40,25 --seed 3", "goto 15")
    if let fault { desk.type(fault) }
    return desk
  }

  @Test("where am I: session, step, layer, row, recording, running", arguments: sizes)
  func place(rows: Int, columns: Int) {
    var desk = desk((rows, columns))
    desk.press("]")
    desk.press(.down)
    desk.press(.down)
    let screen = desk.screen
    #expect(screen.line(0).hasPrefix(" new session"))
    #expect(screen.line(0).contains("T 15/20"))
    #expect(screen.line(0).hasSuffix("●rec"))
    #expect(screen.line(1).hasPrefix(" lstm LSTM  row 1 of 2: ended at 25"))
    #expect(screen.line(0).contains("parameters"))
    var running = desk.model
    running.pendingCount = 1
    running.isSlow = true
    running.progress = Progress(label: "run", done: 731, total: 1000)
    #expect(MainScreen.draw(running).line(0).hasSuffix("▶ run 731/1000  ^C stops"))
  }

  @Test("is it right so far: words, a number, the masks", arguments: sizes)
  func verdict(rows: Int, columns: Int) {
    let right = desk((rows, columns)).screen.line(1)
    #expect(right.contains("= equal within 0 · masks equal"))
    let wrong = desk((rows, columns), fault: "fault lstm stale-state at 4").screen.line(1)
    #expect(wrong.contains("≠ differs"))
    #expect(wrong.contains("t 3"))
    #expect(wrong.contains("|Δ| 0."))
    #expect(wrong.contains("masks equal"))
    #expect(desk((36, 118)).screen.line(1).contains("timesteps"))
  }

  /// The sequence panel's lines, and which of them show marks.
  private func marks(_ desk: Desk) -> (panel: Rect, rows: [Int]) {
    let panel = desk.model.layout.panels[SequencePanel.id] ?? Rect(desk.model.size)
    let rows = (panel.row + 1..<panel.row + panel.rows).filter { row in
      let cells = desk.screen.row(row).dropFirst(panel.column + 2).prefix(6)
      return cells.map { $0.scalar } == "valid ".unicodeScalars.map(\.value)
    }
    return (panel, rows)
  }

  @Test("what is valid: padding, warm-up and loss differ, and time is one column", arguments: sizes)
  func lanes(rows: Int, columns: Int) {
    var desk = desk((rows, columns))
    desk.press("2]")
    let screen = desk.screen
    let (panel, marks) = marks(desk)
    #expect(marks.count == 3)
    let lines = marks.map { String(screen.line($0).dropFirst(panel.column)) }
    // The input ends before the longer row; what the step run put out too early is marked.
    #expect(lines[0].contains("━") && lines[0].contains("·") && !lines[0].contains("w"))
    #expect(lines[1].contains("w") && lines[1].contains("━"))
    #expect(lines[2].contains("·") && !lines[2].contains("w"))
    let cursors = marks.map { row in
      (panel.column..<panel.column + panel.columns).filter { column in
        screen[row, column].style.attributes.contains(.reverse)
      }
    }
    #expect(!cursors[0].isEmpty)
    #expect(Set(cursors).count == 1)
    #expect(desk.text.contains(". valid 13 · of its input 25 · lost 0"))
    desk.press(.home)
    #expect(desk.text.contains("▲ 0"))
  }

  @Test("what the layer remembers: leaves, change, the number under the cursor", arguments: sizes)
  func state(rows: Int, columns: Int) throws {
    var desk = desk((rows, columns))
    desk.press("jj3")
    #expect(desk.text.contains("lstm:state."))
    #expect(desk.text.contains("all 3 changed this step"))
    #expect(desk.text.contains("0 NaN"))
    desk.press(.right)
    let state = try #require(desk.model.view[StatePanel.self])
    #expect(state.cursorIndex == "[0, 1]")
    desk.type("show \(state.facet)[0, 1]")
    let shown = try #require(desk.model.log.last)
    #expect(shown.text.hasPrefix(String(state.cursorValue.prefix(5))))
    #expect(desk.text.contains("[0, 1] = \(state.cursorValue)"))
    desk.press("1")
    desk.press(.up)
    desk.press("3")
    #expect(desk.text.contains("t-2") && desk.text.contains("t-1"))
  }

  @Test("what can I do: the footer names keys that do it", arguments: sizes)
  func footer(rows: Int, columns: Int) {
    let desk = desk((rows, columns))
    let line = desk.screen.line(rows - 1)
    for words in ["s step", "b back", "Tab panel", ": command", "? help", "q quit"] {
      #expect(line.contains(words))
    }
    for item in Footer.items(desk.model) {
      var clicked = desk
      let place = Mouse(.leftPress, row: rows - 1, column: item.columns.lowerBound)
      clicked.handle(.mouse(place))
      #expect(clicked.hasQuit || clicked.model != desk.model)
    }
  }

  @Test("a broken session leads to its fault within ten keys", arguments: sizes)
  func broken(rows: Int, columns: Int) {
    var desk = Desk(
      rows: rows, columns: columns, open: Desk.project("Sessions/broken.session"))
    #expect(desk.text.contains("Key d selects the first"))
    desk.press("d")
    #expect(desk.model.selectedPath == "c2")
    #expect(desk.text.contains("differs first at row 0, t 1"))
    desk.press("4")
    #expect(desk.text.contains("Beside layer-wise c2"))
    #expect(desk.text.contains("≠ differs"))
    // The layers before it are right.
    desk.press("1")
    let agreeing = desk.model.view.layers.filter { $0.agrees == true }.map(\.path)
    #expect(agreeing == ["c1", "layers_1"])
  }

  @Test("what is not there yet is not claimed, and says how to get it", arguments: sizes)
  func beginnings(rows: Int, columns: Int) {
    var desk = Desk(rows: rows, columns: columns)
    #expect(desk.screen.line(0).hasPrefix(" new session   no stack"))
    desk.type("stack Bidirectional(forward: LSTM(units: 2), backward: LSTM(units: 2))")
    #expect(!desk.screen.line(0).contains("parameters"))
    #expect(desk.screen.line(1).contains("no input yet"))
    desk.type("input noise --channels 3 --time 9")
    #expect(desk.screen.line(0).contains("LAYER-WISE ONLY"))
    #expect(desk.screen.line(1).contains("cannot step: the backward layer needs the end"))
    desk.press("2")
    #expect(desk.text.contains("▲ 0") && desk.text.contains("in t 0 "))
    desk.type("stack Dense(features: 2)")
    #expect(desk.screen.line(1).contains("nothing compared yet: s steps"))
    #expect(desk.screen.line(0).contains("T 0/9"))
  }
}
