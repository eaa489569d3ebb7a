import Diagnostics
import Tensors
package import TerminalUI

/// The step-wise output beside the layer-wise one: channel by channel, and a conclusion.
package struct BesidePanel: Panel {
  package static let id = PanelID("beside", brief: "both")
  package let title = "Beside layer-wise"
  package let key: Character = "4"
  package let help = "beside layer-wise"
  package let place = PanelPlace(wide: .middleRight, large: .middleRight)
  package let isAboutLayer = true

  package struct State: PanelState {
    package var firstChannel = 0

    package init() {}
  }

  package struct Request: Hashable, Sendable {
    /// Channels beside each other: the first, and how many fit.
    package var firstChannel: Int
    package var count: Int
  }

  package func request(_ state: State, size: Size, _ model: AppModel) -> Request {
    Request(firstChannel: state.firstChannel, count: Self.channelRows(size.rows))
  }

  package func build(_ request: inout Request, _ source: PanelSource) -> BesideView? {
    let view = BesideBuilder(source: source, request: request).beside()
    if let view { request.firstChannel = view.firstChannel }
    return view
  }

  package func take(_ request: Request, into state: inout State) {
    state.firstChannel = request.firstChannel
  }
  package let about = [
    "One timestep of the selected layer, stepped and whole.",
    "|Δ| is their distance, ulp the same in units in the last place.",
    "expected is what expect FILE at PATH gives for this place, after its shift.",
    "The verdict is about all rows and all timesteps of this layer so far.",
    "Of logits the likeliest tokens come first.",
  ]

  /// Verdict, and a line for what is left out.
  private static let conclusionRows = 3

  static func channelRows(_ rows: Int) -> Int { max(1, rows - 1 - conclusionRows) }

  package func note(_ model: AppModel) -> String {
    guard let beside = model.view[Self.self] else { return "" }
    return "\(beside.path)  t \(NumberText.grouped(beside.time))"
  }

  package func command(_ model: AppModel) -> String? {
    model.view[Self.self].map { "diff \($0.path)[\(model.row), \($0.time)]" }
  }

  package func draw(_ model: AppModel, into region: Region) {
    guard let beside = model.view[Self.self] else {
      draw(empty: empty(model), into: region)
      return
    }
    let table = Columns(width: region.columns, hasReference: beside.hasReference)
    for (head, end) in zip(table.heads(isRanked: beside.isRanked), table.ends) {
      region.textRight(row: 0, end: end, head, .role(.faint))
    }
    let rows = Self.channelRows(region.rows)
    if beside.isStepValid || beside.isLayerValid {
      for (row, channel) in beside.channels.prefix(rows).enumerated() {
        draw(channel, beside, table, into: region.part(row: row + 1, rows: 1))
      }
    } else {
      region.text(row: 1, column: 1, "invalid here in both: padding", .role(.padding))
    }
    drawConclusion(beside, shown: min(rows, beside.channels.count), into: region)
  }

  private func empty(_ model: AppModel) -> String {
    if model.isNew { return "Step-wise and layer-wise outputs appear here, with their difference." }
    if let obstacle = model.view.facts.notSteppable {
      return "This stack cannot step: \(obstacle)."
    }
    guard model.view.facts.hasInput else {
      return withoutInput(model)
    }
    guard model.view.position.step > 0 else { return "Nothing to compare yet: s makes a step." }
    guard model.view.facts.hasLayerWise else { return TextFormatting.missingResult }
    return "\(model.selectedPath) has not put out anything that counts yet: s steps on."
  }

  /// Where the columns end, and how many digits fit.
  private struct Columns {
    var ends: [Int]
    var digits: Int
    /// What is expected stands behind step and layer, where there is such.
    var hasReference: Bool

    init(width: Int, hasReference: Bool) {
      self.hasReference = hasReference
      let numbers = hasReference ? 3 : 2
      digits = width >= 46 + (hasReference ? 12 : 0) ? 6 : 4
      let index = min(8, max(4, width / 10))
      let small = 9
      let number = min(16, max(9, (width - index - 2 * small - 1) / numbers))
      let all = index + numbers * number
      ends = [index] + (1...numbers).map { index + $0 * number } + [all + small, all + 2 * small]
    }

    func heads(isRanked: Bool) -> [String] {
      [isRanked ? "token" : "ch", "step", "layer"] + (hasReference ? ["expected"] : [])
        + ["|Δ|", "ulp"]
    }
  }

  private func draw(
    _ channel: BesideView.Channel, _ beside: BesideView, _ table: Columns, into region: Region
  ) {
    func cell(_ column: Int, _ text: String, _ style: Style) {
      let start = column == 0 ? 0 : table.ends[column - 1] + 1
      region.textRight(
        row: 0, end: table.ends[column], TextFormatting.fitted(text, table.ends[column] - start),
        style)
    }
    let isEqual = channel.difference == 0
    cell(0, channel.index, .role(.faint))
    let step = TextFormatting.decimal(channel.step, digits: table.digits)
    cell(1, beside.isStepValid ? step : "invalid", beside.isStepValid ? .plain : .role(.bad))
    let layer = TextFormatting.decimal(channel.layer, digits: table.digits)
    cell(2, beside.isLayerValid ? layer : "invalid", beside.isLayerValid ? .plain : .role(.bad))
    if table.hasReference {
      let expected = channel.expected.map { TextFormatting.decimal($0, digits: table.digits) }
      cell(3, expected ?? "–", .role(.caution))
    }
    guard beside.isStepValid, beside.isLayerValid else { return }
    let next = table.ends.count - 2
    let difference = isEqual ? "0" : NumberText.short(channel.difference, digits: 2)
    cell(next, difference, isEqual ? .role(.faint) : .role(.caution))
    cell(
      next + 1, channel.ulp.map { TextFormatting.count($0) } ?? "–",
      isEqual ? .role(.faint) : .plain)
  }

  /// The verdict over as many lines as it needs and gets, and the channels that are not shown.
  private func drawConclusion(_ beside: BesideView, shown: Int, into region: Region) {
    let hidden = beside.channelCount - beside.firstChannel - shown
    let things = beside.isRanked ? "tokens" : "channels"
    let more = hidden > 0 ? "… \(NumberText.grouped(hidden)) more \(things)" : ""
    let isGood = beside.verdict.isEqual && beside.verdict.warning == nil
    let style: Style = .role(isGood ? .good : beside.verdict.isEqual ? .caution : .bad)
    let width = region.columns - 4
    var pieces = beside.verdict.pieces
    if let warning = beside.verdict.warning { pieces.insert(warning, at: min(1, pieces.count)) }
    var row = max(1, region.rows - Self.conclusionRows)
    var sign = beside.verdict.sign
    while row < region.rows, !pieces.isEmpty {
      let isLast = row == region.rows - 1
      let room = isLast && !more.isEmpty ? width - more.columns - 1 : width
      var line = ""
      while let piece = pieces.first {
        let longer = line.isEmpty ? piece : "\(line) · \(piece)"
        guard longer.columns <= room else { break }
        line = longer
        pieces.removeFirst()
      }
      // A piece longer than a line is cut rather than lost.
      if line.isEmpty, !pieces.isEmpty {
        let piece = pieces.removeFirst()
        line = TextFormatting.fitted(piece, room)
      }
      region.spans(
        row: row, column: 1, [(sign + " ", style), (line, sign == " " ? .plain : style)])
      sign = " "
      row += 1
    }
    region.textRight(row: region.rows - 1, end: region.columns - 1, more, .role(.faint))
  }

  package func perform(_ action: Action, on model: inout AppModel) -> [Effect] {
    guard let beside = model.view[Self.self] else { return [] }
    let page = max(1, beside.channels.count - 1)
    var first = model[Self.self].firstChannel
    switch action {
    case .move(.up), .move(.left): first -= 1
    case .move(.down), .move(.right): first += 1
    case .page(.up): first -= page
    case .page(.down): first += page
    case .first: first = 0
    case .last: first = beside.channelCount - page
    default: break
    }
    let last = max(0, beside.channelCount - beside.channels.count)
    model[Self.self].firstChannel = min(max(0, first), last)
    return []
  }
}
