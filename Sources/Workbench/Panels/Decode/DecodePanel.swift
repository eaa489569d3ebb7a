import Diagnostics
import Layers
package import Sessions
package import TerminalUI

/// A text as the model reads and goes on with it: tokens, what could be next, and what each layer makes of it.
package struct DecodePanel: Panel {
  package static let id = PanelID("decode", brief: "dec")
  package let title = "Decode"
  package let key: Character = "0"
  package let help = "decode: tokens, candidates, what layers say"
  package let missing: String? = "a model that can go on with a text"
  package let place = PanelPlace(wide: .main, large: .middle)
  package let about = [
    "From: p prompt, d decoded, f forced. Surprise is -log2 p of the token, entropy how unsure the model is of "
      + "the next one, both in bits; a full bar is 8 bits.",
    "p is the probability of the logits, sampled that behind temperature and cuts of the last decode.",
    "The other table reads the outputs of layers, nested ones too, by the layers at the end of the stack; KL is "
      + "the distance to the end in bits. Of many layers the deepest are left out but for those beside the "
      + "selected one.",
    "names FILE shows tokens by their names: a name a line, vocab.json or tokenizer.json.",
  ]

  package let bindings: [Binding] = [
    Binding(
      [.character("n")], "n", label: "next token", "decode one more token, as the last decode did",
      .decode),
    Binding(
      [.left, .character("h")], "h l", label: "time", "move the cursor back in the text",
      .move(.left)),
    Binding([.right, .character("l")], "l →", "move the cursor on in the text", .move(.right)),
    Binding(
      [.up, .character("k")], "k j", label: "candidate", "the likelier candidate", .move(.up)),
    Binding([.down, .character("j")], "j ↓", "the less likely candidate", .move(.down)),
    Binding(
      [.enter], "Enter", label: "force",
      "begin a branch behind the token under the cursor, and force the candidate there", .enter),
    Binding([.character(".")], ".", "let the cursor follow the position again", .own(.follow)),
    Binding(
      [.character("B")], "B", label: "branches", "list the branches", .perform("branch")),
  ]

  package struct State: PanelState {
    package var candidate = 0

    package init() {}
  }

  package struct Request: Hashable, Sendable {
    package var candidate: Int
    package var tokens: Int
    package var candidates: Int
    /// How many layers are read, and the one that stays with those beside it.
    package var lens: LensTable.Extent
    /// How `decode` samples.
    package var options: String
  }

  package func request(_ state: State, size: Size, _ model: AppModel) -> Request {
    Request(
      candidate: state.candidate, tokens: Self.tokenColumns(size.columns),
      candidates: Self.candidateRows(size),
      lens: LensTable.Extent(
        lines: Self.lensRows(size), path: model.selectedPath == "." ? "" : model.selectedPath),
      options: model.decodeOptions)
  }

  package func build(_ request: inout Request, _ source: PanelSource) -> DecodeTable? {
    let table = try? source.session.decodeTable(
      row: source.row, time: source.cursorTime, count: request.tokens,
      candidates: request.candidates, options: request.options, lens: request.lens)
    request.candidate = min(request.candidate, max(0, (table?.candidates.count ?? 0) - 1))
    return table
  }

  package func take(_ request: Request, into state: inout State) {
    state.candidate = request.candidate
  }

  package func command(_ model: AppModel) -> String? {
    guard let table = model.view[Self.self] else { return nil }
    return "show tokens[\(table.row)" + (table.time.map { ", \($0)]" } ?? "]")
  }

  package func note(_ model: AppModel) -> String {
    guard let table = model.view[Self.self] else { return "" }
    let options = model.decodeOptions.isEmpty ? " --greedy" : model.decodeOptions
    let time = table.time.map { "  t \($0)" } ?? ""
    return
      "row \(table.row)\(time)  \(NumberText.grouped(table.vocabulary)) tokens  decode\(options)"
  }

  package func perform(_ action: Action, on model: inout AppModel) -> [Effect] {
    guard let table = model.view[Self.self] else { return [] }
    let last = max(0, table.candidates.count - 1)
    switch action {
    case .move(.up): model[Self.self].candidate = max(0, model[Self.self].candidate - 1)
    case .move(.down): model[Self.self].candidate = min(last, model[Self.self].candidate + 1)
    case .move(.left): moveCursor(by: -1, table, &model)
    case .move(.right): moveCursor(by: 1, table, &model)
    case .page(.up): moveCursor(by: -10, table, &model)
    case .page(.down): moveCursor(by: 10, table, &model)
    case .first: moveCursor(by: -table.timeCount, table, &model)
    case .last, .own(.follow):
      model.cursorTime = nil
      model[Self.self].candidate = 0
    case .enter: return force(table, &model)
    default: break
    }
    return []
  }

  private func moveCursor(by step: Int, _ table: DecodeTable, _ model: inout AppModel) {
    guard let time = table.time else { return }
    let newest = max(0, min(model.view.position.inputTime, table.timeCount) - 1)
    model.cursorTime = min(max(0, time + step), newest)
    model[Self.self].candidate = 0
  }

  /// Goes behind the cursor's token, begins a branch there and forces the candidate.
  private func force(_ table: DecodeTable, _ model: inout AppModel) -> [Effect] {
    let index = model[Self.self].candidate
    guard let time = table.time, table.candidates.indices.contains(index) else { return [] }
    let token = table.candidates[index].id
    var effects: [Effect] = []
    if time + 1 != model.view.position.inputTime {
      effects += model.perform(.perform("goto i:\(time)"))
    }
    effects += model.perform(.perform("branch \(model.view.facts.newBranch)"))
    effects += model.perform(.perform("force \(token)"))
    model.cursorTime = nil
    model[Self.self].candidate = 0
    return effects
  }
}

extension PanelAction {
  fileprivate static let follow = PanelAction("follow the text")
}
