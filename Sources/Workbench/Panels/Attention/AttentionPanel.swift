import Diagnostics
import Tensors
package import TerminalUI

/// What an attention layer looks at: a line a head, a column a key.
package struct AttentionPanel: Panel {
  package static let id = PanelID("heads")
  package let title = "Attention"
  package let key: Character = "8"
  package let help = "attention: heads and keys"
  package let missing: String? = "layers that emit what they attend to"
  package let place = PanelPlace(wide: .middleLeft, large: .underLowerLeft)
  package let isAboutLayer = true

  package struct State: PanelState {
    package var firstHead = 0
    /// Keys between the newest and the last one that is shown.
    package var keysBack = 0

    package init() {}
  }

  package struct Request: Hashable, Sendable {
    package var look = State()
    /// Heads beside keys: how many fit.
    package var headRows: Int
    package var keyColumns: Int
  }

  package func request(_ state: State, size: Size, _ model: AppModel) -> Request {
    Request(
      look: state, headRows: Self.headRows(size.rows), keyColumns: Self.keyColumns(size.columns))
  }

  package func build(_ request: inout Request, _ source: PanelSource) -> AttentionView? {
    let view = AttentionBuilder(source: source, request: request).attention()
    if let view { request.look.firstHead = view.firstHead }
    return view
  }

  package func take(_ request: Request, into state: inout State) { state = request.look }

  package func isWanted(_ model: AppModel) -> Bool { !model.view.facts.attentionPaths.isEmpty }
  package let about = [
    "Layer-wise probabilities of the timestep under the cursor, or of the newest one; a head a line.",
    "A column is a key: ▁ to █ up to the head's max · exactly 0  × masked  s a learned sink above.",
  ]

  private static let nameWidth = 5
  private static let summaryWidth = 20

  /// One row is kept for the keys' times and one for the legend.
  static func headRows(_ rows: Int) -> Int { max(1, rows - 2) }
  static func keyColumns(_ columns: Int) -> Int { max(1, columns - nameWidth - summaryWidth - 2) }

  package func command(_ model: AppModel) -> String? {
    model.view[Self.self].map { "show .:emit.\($0.name)[\($0.row), \($0.time)]" }
  }

  package func note(_ model: AppModel) -> String {
    guard let view = model.view[Self.self] else { return "" }
    return "\(view.name)  t \(NumberText.grouped(view.time))  row \(view.row)"
  }

  package func draw(_ model: AppModel, into region: Region) {
    guard let view = model.view[Self.self] else {
      draw(empty: empty(model), into: region)
      return
    }
    let start = Self.nameWidth + 1
    drawKeys(view, from: start, into: region)
    for (offset, head) in view.heads.prefix(Self.headRows(region.rows)).enumerated() {
      let name = "h\(view.firstHead + offset)"
      region.text(row: offset + 1, TextFormatting.right(name, Self.nameWidth - 1), .role(.faint))
      // A head of its own scale each: a sharp one would make all others look flat.
      let range = ValueRange(low: 0, high: head.probability)
      for (column, cell) in head.cells.enumerated() {
        switch cell {
        case .probability(let value):
          region.heat(row: offset + 1, column: start + column, value, range: range)
        case .masked:
          region.set(
            row: offset + 1, column: start + column, Cell("×", style: .role(.padding)))
        case .outside: break
        }
      }
      region.textRight(
        row: offset + 1, end: region.columns - 1, Self.summary(head), .role(.faint))
    }
    drawLegend(view, into: region)
  }

  private static func summary(_ head: AttentionView.Head) -> String {
    guard let key = head.largest else { return "sees no key" }
    return "max \(TextFormatting.decimal(Double(head.probability), digits: 4)) at \(name(key))"
  }

  /// A key by its time; sinks have none.
  private static func name(_ key: Int) -> String {
    key < 0 ? "sink" : NumberText.grouped(key)
  }

  /// The times of the first and the last key shown.
  private func drawKeys(_ view: AttentionView, from start: Int, into region: Region) {
    let count = view.heads.first?.cells.count ?? 0
    guard count > 0 else { return }
    for column in 0..<count where view.firstKey + column < 0 {
      region.text(row: 0, column: start + column, "s", .role(.faint))
    }
    let first = "\(Self.name(max(0, view.firstKey)))"
    let last = "\(Self.name(view.firstKey + count - 1))"
    let begin = start + max(0, -view.firstKey)
    region.text(row: 0, column: 1, "key", .role(.faint))
    region.text(row: 0, column: begin, first, .role(.faint))
    let end = start + count
    guard end - last.columns > begin + first.columns else { return }
    region.textRight(row: 0, end: end, last, .role(.faint))
  }

  /// What is left out comes first; the signs stand in the help too.
  private func drawLegend(_ view: AttentionView, into region: Region) {
    let row = region.rows - 1
    var hidden: [String] = []
    let before = view.firstKey - view.keys.lowerBound
    let behind = view.keys.upperBound - view.firstKey - (view.heads.first?.cells.count ?? 0)
    let heads = view.headCount - view.firstHead - view.heads.count
    if before > 0 { hidden.append("\(NumberText.grouped(before)) keys before") }
    if behind > 0 { hidden.append("\(NumberText.grouped(behind)) behind") }
    if heads > 0 { hidden.append("\(heads) more heads") }
    let left = hidden.isEmpty ? "" : "… " + hidden.joined(separator: ", ")
    region.textRight(row: row, end: region.columns - 1, left, .role(.faint))
    let glyphs = String(String.UnicodeScalarView(Palette.heatGlyphs))
    let invalid = view.isValid ? "" : "this timestep is invalid  "
    let legend = invalid + "0 \(glyphs) the head's max  · exactly 0  × masked"
    let fitted = TextFormatting.fitted(legend, region.columns - left.columns - 4)
    region.text(row: row, column: 1, fitted, .role(.faint))
  }

  private func empty(_ model: AppModel) -> String {
    let facts = model.view.facts
    if model.isNew { return "What attention layers look at appears here." }
    guard facts.hasInput else { return withoutInput(model) }
    guard let first = facts.attentionPaths.first else {
      return "No layer of this stack emits attention probabilities."
    }
    let isOne = facts.attentionPaths.contains {
      model.selectedPath == "." || $0.isUnder(model.selectedPath)
    }
    guard isOne else {
      let others =
        facts.attentionPaths.count > 1 ? " or another of \(facts.attentionPaths.count)" : ""
      return "\(model.selectedPath) does not attend; select \(first)\(others)."
    }
    if let bytes = facts.attentionBytes {
      return "The probabilities of this input take \(NumberText.bytes(bytes)): "
        + "show \(first):emit computes them."
    }
    return "No timestep yet: s steps, or move the cursor in the sequence (2)."
  }

  package func perform(_ action: Action, on model: inout AppModel) -> [Effect] {
    guard let view = model.view[Self.self] else { return [] }
    let (keys, heads) = (view.keys.count, view.headCount)
    switch action {
    case .move(.up): model[Self.self].firstHead -= 1
    case .move(.down): model[Self.self].firstHead += 1
    case .move(.left): model[Self.self].keysBack += 1
    case .move(.right): model[Self.self].keysBack -= 1
    case .page(.up): model[Self.self].keysBack += 10
    case .page(.down): model[Self.self].keysBack -= 10
    case .first: model[Self.self].keysBack = keys
    case .last: model[Self.self].keysBack = 0
    default: break
    }
    let shown = view.heads.first?.cells.count ?? 0
    model[Self.self].keysBack = min(max(0, model[Self.self].keysBack), max(0, keys - shown))
    model[Self.self].firstHead = min(max(0, model[Self.self].firstHead), max(0, heads - 1))
    return []
  }
}

extension String {
  /// Whether a path, as screens write it, is a layer or lies inside it.
  fileprivate func isUnder(_ layer: String) -> Bool {
    self == layer || hasPrefix(layer + "/") || hasPrefix(layer + "[")
  }
}
