import Comparison
import Sessions
import TerminalUI
import Testing
import Workbench

/// For each panel there is a command that prints the same; a panel that is not in the list below fails.
@Suite("What panels show is printed by commands")
struct PanelCommandTests {
  /// What a panel shows: words, and numbers as exact as there are.
  private struct Facts {
    var words: [String] = []
    var numbers: [Double] = []
  }

  /// A small transformer of bytes, some bytes into its text: it has something for every panel.
  private func desk(_ size: (Int, Int)) -> Desk {
    var desk = Desk(rows: size.0, columns: size.1)
    desk.type(
      "stack Serial([Embedding(dimension: 4, numEmbeddings: 256, name: \"e\"), Residual(layers: ["
        + "DotProductSelfAttention(numHeads: 2, unitsPerHead: 2, maxPastHorizon: 5, name: \"a\"), "
        + "Flatten(name: \"flat\")], name: \"block\"), Dense(features: 256, name: \"logits\")])",
      "input text \"a few words\"", "goto 7")
    desk.press(.escape)
    desk.press("jjj")
    return desk
  }

  private static let facts: [PanelID: @Sendable (AppModel) throws -> Facts] = [
    StackPanel.id: { model in
      Facts(words: model.view.layers.map(\.kind) + ["e", "block", "a", "flat", "logits"])
    },
    SequencePanel.id: { model in
      // Without zoom several columns stand for one timestep.
      let lanes = try #require(model.view[SequencePanel.self]).lanes
      let step = try #require(lanes.last { $0.kind != .input })
      return Facts(numbers: step.columns.compactMap { $0.value.map(Double.init) })
    },
    StatePanel.id: { model in
      let state = try #require(model.view[StatePanel.self])
      return Facts(words: [state.facet], numbers: state.values.joined().map(Double.init))
    },
    BesidePanel.id: { model in
      let beside = try #require(model.view[BesidePanel.self])
      #expect(!beside.channels.isEmpty)
      return Facts(
        words: ["t \(beside.time)"], numbers: beside.channels.flatMap { [$0.step, $0.layer] })
    },
    MaskPanel.id: { model in
      let rows = try #require(model.view[MaskPanel.self])
      return Facts(
        words: rows.map(\.path),
        numbers: rows.flatMap { [Double($0.validCount), Double($0.last ?? 0), Double($0.lost)] })
    },
    LogPanel.id: { _ in Facts(words: ["goto 7", "input text"]) },
    LatencyPanel.id: { model in
      let rows = try #require(model.view[LatencyPanel.self])
      return Facts(
        words: rows.map(\.path) + rows.map(\.receptiveField),
        numbers: rows.flatMap { [Double($0.blockSize), Double($0.delay)] })
    },
    AttentionPanel.id: { model in
      let view = try #require(model.view[AttentionPanel.self])
      let cells = view.heads.flatMap(\.cells).compactMap { cell -> Double? in
        if case .probability(let value) = cell { Double(value) } else { nil }
      }
      #expect(!cells.isEmpty)
      return Facts(words: [view.name], numbers: cells)
    },
    DifferencesPanel.id: { model in
      let view = try #require(model.view[DifferencesPanel.self])
      let signs = view.lines.map { line in
        String(String.UnicodeScalarView(line.cells.map { $0.glyph(line.closeness) }))
      }
      return Facts(words: view.lines.map(\.path.shown) + view.lines.map(\.kind) + signs)
    },
    DecodePanel.id: { model in
      let table = try #require(model.view[DecodePanel.self])
      let lens = try #require(table.lens)
      return Facts(
        words: table.tokens.map(\.text) + lens.lines.map(\.path.shown) + [lens.head],
        numbers: table.candidates.flatMap { [$0.probability, $0.step, Double($0.rank)] }
          + lens.lines.flatMap { [$0.probability, $0.divergence] }
          + table.tokens.compactMap(\.entropy))
    },
  ]

  @Test(
    "y prints what stands in the panel", arguments: PanelTable.standard.ids,
    [(24, 80), (36, 120), (60, 200)])
  func prints(panel: PanelID, size: (Int, Int)) throws {
    let facts = try #require(Self.facts[panel], "a new panel: say here what it shows")
    var desk = desk(size)
    let key = try #require(PanelTable.standard.panel(panel)).key
    desk.press(.character(key))
    #expect(desk.model.focus == panel)
    let shown = try facts(desk.model)
    let command = try #require(PanelTable.standard.panel(panel)?.command(desk.model))
    desk.press("y")
    let start = try #require(desk.model.log.lastIndex { $0.tone == .command })
    #expect(desk.model.log[start].text == "› " + command)
    let lines = desk.model.log[(start + 1)...]
    #expect(!lines.isEmpty && !lines.contains { $0.tone == .bad }, "\(lines.map(\.text))")
    let text = lines.map(\.text).joined(separator: "\n")
    for word in shown.words {
      #expect(text.contains(word), "\(word) is not in what \(command) prints")
    }
    let numbers = Self.numbers(text)
    for number in shown.numbers {
      // As printed, with three digits at least.
      let isPrinted = numbers.contains { abs($0 - number) <= 0.006 * abs(number) + 1e-9 }
      #expect(isPrinted, "\(number) is not in what \(command) prints")
    }
    // Looking changes nothing.
    #expect(desk.model.focus == panel && desk.model.view.position.step == 7)
  }

  private static func numbers(_ text: String) -> [Double] {
    text.split { !($0.isNumber || ".-+e∞".contains($0)) }.compactMap { word in
      word.contains("∞") ? .infinity : Double(word) ?? Double(word.drop { $0 == "-" })
    }
  }

  @Test("a panel that shows nothing prints nothing", arguments: PanelTable.standard.ids)
  func empty(panel: PanelID) throws {
    var desk = Desk(rows: 36, columns: 120)
    desk.press(.escape)
    let shown = try #require(PanelTable.standard.panel(panel))
    desk.press(.character(shown.key))
    let count = desk.model.log.count
    desk.press("y")
    if panel == LogPanel.id { return }
    #expect(shown.command(desk.model) == nil || panel == LatencyPanel.id)
    #expect(desk.model.log.count == count)
  }
}
