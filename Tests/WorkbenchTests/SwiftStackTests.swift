import Layers
import Programs
import TerminalUI
import Testing
import Workbench

/// A layer that no notation knows.
private struct PlainGain: PointwiseLayer {
  let factor: Double

  func layer(_ x: SequenceValue, _ context: LayerContext) throws(LayerError) -> SequenceValue {
    x.mapValues(preservingZero: true) { $0 * $0.scalarLike(factor) }
  }
}

@Suite("A stack made in Swift")
struct SwiftStackTests {
  private func desk(_ stack: any SequenceLayer) -> Desk {
    Desk(
      rows: 36, columns: 118,
      client: EngineClient(
        stack: stack, lines: ["input noise --channels 3 --lengths 12,7", "step 4"]))
  }

  @Test("with a layer that has no notation it runs and is looked at, but not recorded")
  func bare() {
    var desk = desk(Serial([Dense(features: 4, name: "in"), PlainGain(factor: 0.5)]))
    #expect(desk.text.contains("PlainGain"))
    #expect(desk.text.contains("= equal within 0 · masks equal"))
    #expect(desk.model.log.contains { $0.text.hasPrefix("made in Swift without a notation") })
    #expect(!desk.screen.line(0).contains("●rec"))
    desk.press("s")
    #expect(desk.screen.line(0).contains("T 5/12"))
    desk.type("set in.features 5")
    #expect(desk.model.log.last?.tone == .bad)
    #expect(desk.screen.line(0).contains("T 5/12"))
  }

  @Test("with known layers it is recorded like one that was typed")
  func known() {
    var desk = desk(Serial([Dense(features: 4, name: "in"), Tanh()]))
    #expect(desk.screen.line(0).contains("●rec"))
    desk.type("set in.features 5", "log")
    #expect(desk.text.contains("Dense(features: 4, name: \"in\")"))
    #expect(desk.screen.line(0).contains("T 4/12"))
  }
}
