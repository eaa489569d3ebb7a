import TerminalUI
import Testing
import Workbench

/// What the attention panel says of a real session.
@Suite("The attention panel") struct AttentionTests {
  private static let stack =
    "stack Serial([Dense(features: 4, name: \"d\"), DotProductSelfAttention(numHeads: 3, "
    + "unitsPerHead: 2, maxPastHorizon: 4, maxFutureHorizon: 1, name: \"a\")])"

  private func desk(rows: Int = 60, columns: Int = 200, _ lines: [String]) -> Desk {
    var desk = Desk(rows: rows, columns: columns)
    for line in lines { desk.type(line) }
    desk.press(.escape)
    return desk
  }

  @Test("it shows heads and keys of the newest timestep, and follows cursor and row")
  func follows() throws {
    var desk = desk([Self.stack, "input noise --channels 2 --lengths 12,5", "step 9"])
    desk.press("8")
    var view = try #require(desk.model.view[AttentionPanel.self])
    // Nine steps with one of latency make eight outputs.
    #expect((view.name, view.time, view.headCount) == ("a/probabilities", 7, 3))
    #expect(view.keys == 3..<9 && view.firstKey == 3)
    for head in view.heads {
      let sum = head.cells.reduce(Float(0)) { sum, cell in
        guard case .probability(let value) = cell else { return sum }
        return sum + value
      }
      #expect(abs(sum - 1) < 1e-5 && head.cells.count == 6)
    }
    #expect(desk.text.contains("a/probabilities  t 7  row 0"))
    // Row 1 ends at 5, so its timestep 7 sees keys 3 and 4 and no other.
    desk.press("]")
    view = try #require(desk.model.view[AttentionPanel.self])
    #expect(view.row == 1 && !view.isValid)
    #expect(view.heads[0].cells.dropFirst(2).allSatisfy { $0 == .masked })
    #expect(desk.text.contains("×"))
  }

  @Test("it says why it is empty", arguments: [(24, 80), (36, 118), (60, 200)])
  func teaches(rows: Int, columns: Int) {
    var desk = desk(
      rows: rows, columns: columns, [Self.stack, "input noise --channels 2 --time 6"])
    desk.press("8")
    #expect(desk.text.contains("No timestep yet: s steps"))
    desk.press("1jj8")
    #expect(desk.text.contains("No timestep yet"))
    desk.press("1k8")
    #expect(desk.text.contains("d does not attend; select a."))
    desk.type("stack Dense(features: 2)")
    desk.press(.escape)
    desk.press("8")
    #expect(desk.text.contains("No layer of this stack emits attention probabilities."))
  }

  @Test("what does not fit is said, and can be reached")
  func scrolls() throws {
    var desk = desk(
      rows: 24, columns: 80,
      [
        "stack DotProductSelfAttention(numHeads: 20, unitsPerHead: 2, maxPastHorizon: 100)",
        "input noise --channels 2 --time 120", "run",
      ])
    desk.press("8")
    #expect(desk.text.contains("keys before") && desk.text.contains("more heads"))
    let newest = try #require(desk.model.view[AttentionPanel.self]?.firstKey)
    desk.press(.home)
    #expect(desk.model.view[AttentionPanel.self]?.firstKey == 19)
    #expect(desk.text.contains("behind"))
    desk.press(.end)
    #expect(desk.model.view[AttentionPanel.self]?.firstKey == newest)
    for _ in 0..<30 { desk.press("j") }
    #expect(desk.model.view[AttentionPanel.self]?.firstHead == 19)
  }
}
