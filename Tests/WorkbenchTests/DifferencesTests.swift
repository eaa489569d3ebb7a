import Comparison
import Runtime
import Sessions
import TerminalUI
import Testing
import Workbench

@Suite("Where step and layer part")
struct DifferencesTests {
  static let sizes = [(24, 80), (36, 120), (60, 200)]

  private func broken(_ size: (Int, Int)) -> Desk {
    Desk(rows: size.0, columns: size.1, open: Desk.project("Sessions/broken.session"))
  }

  @Test("the panel of a broken session", arguments: sizes)
  func looks(rows: Int, columns: Int) throws {
    var desk = broken((rows, columns))
    desk.press("9")
    desk.press("d")
    try Snapshot.expect(desk.text, matches: "parts-\(columns)x\(rows)")
  }

  @Test("it names the first layer and the cause, and Enter leads to the values", arguments: sizes)
  func leads(rows: Int, columns: Int) throws {
    var desk = broken((rows, columns))
    desk.press("9")
    let view = try #require(desk.model.view[DifferencesPanel.self])
    #expect(view.firstPath == "c2")
    #expect(
      view.lines.map(\.closeness).map { $0 == .differ } == [false, false, true, true, true, true])
    #expect(view.cause?.contains("c2") == true && view.cause?.contains("t 1") == true)
    desk.press("kkk")
    #expect(desk.model.selectedPath == "c2")
    desk.press(.enter)
    #expect(desk.model.focus == BesidePanel.id)
    let beside = try #require(desk.model.view[BesidePanel.self])
    #expect(beside.time == 1 && (beside.channels.first?.difference ?? 0) > 0)
  }

  @Test("o orders by the largest or the first difference")
  func orders() throws {
    var desk = broken((36, 120))
    desk.press("9oo")
    let shares = try #require(desk.model.view[DifferencesPanel.self]).lines.map(\.share)
    #expect(shares == shares.sorted(by: >) && shares[0] > 0)
    #expect(desk.text.contains("by largest difference"))
  }

  @Test("the command prints the same signs as the panel", arguments: [0, 1])
  func prints(row: Int) throws {
    var desk = Desk(rows: 60, columns: 200)
    desk.type(
      "stack Serial([Conv1D(filters: 4, kernelSize: 3, padding: .reverseCausal, name: \"ahead\"), "
        + "LSTM(units: 3, name: \"lstm\")])",
      "input noise --channels 3 --lengths 25,40 --seed 3", "fault lstm stale-state at 9", "run",
      "show differences[\(row)]")
    let start = desk.model.log.lastIndex { $0.text.hasPrefix("|Δ|") } ?? 0
    let lines = desk.model.log[start...].map(\.text).filter {
      $0.contains("LSTM") || $0.contains("Conv1D")
    }
    if row == 1 { desk.press("]") }
    desk.press("9")
    let view = try #require(desk.model.view[DifferencesPanel.self])
    for line in view.lines where line.path == "lstm" {
      let text = try #require(lines.first { $0.contains("lstm") })
      let signs = String(String.UnicodeScalarView(line.cells.map { $0.glyph(line.closeness) }))
      #expect(text.hasSuffix(signs.trimmingSuffix(" ")))
      // Nothing differs before the fault; the shorter row ends.
      #expect(
        signs.hasPrefix("w=======") || signs.hasPrefix("ww=======") || signs.hasPrefix("======="))
      #expect(signs.contains("·") == (row == 0))
    }
    desk.type("show differences[7]")
    #expect(desk.model.log.last?.text.contains("0 to 1") == true)
  }

  @Test("a column is exact where it is shorter than a span of the statistics, at any length")
  func exact() throws {
    let session = Session()
    for line in [
      "stack Serial([Dense(features: 2, name: \"a\"), LSTM(units: 3, name: \"lstm\")])",
      "input noise --channels 3 --time 3000 --seed 3", "fault lstm stale-state from 1003", "run",
    ] { #expect(session.perform(line).error == nil) }
    let table = try session.differences(row: 0, steps: 996..<1012, columns: 16)
    let line = try #require(table.lines.first { $0.path == "lstm" })
    let first = try #require(line.first).time
    #expect(table.columns.map(\.count) == Array(repeating: 1, count: 16))
    for (cell, steps) in zip(line.cells, table.columns) {
      #expect((cell == .equal) == (steps.lowerBound < first))
    }
    let whole = try session.differences(row: 0, columns: 30)
    let cells = try #require(whole.lines.first { $0.path == "lstm" }).cells
    for (cell, steps) in zip(cells, whole.columns) {
      #expect((cell == .equal) == (steps.upperBound <= first))
    }
    #expect(try #require(whole.lines.first { $0.path == "a" }).cells.allSatisfy { $0 == .equal })
  }
}

extension String {
  fileprivate func trimmingSuffix(_ character: Character) -> String {
    var text = self
    while text.last == character { text.removeLast() }
    return text
  }
}
