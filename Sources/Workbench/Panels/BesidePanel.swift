import Tensors
import TerminalUI

/// The step-wise output beside the layer-wise one: channel by channel, and a conclusion.
struct BesidePanel: Panel {
  let title = "Beside layer-wise"

  private static let conclusionRows = 2

  static func channelRows(_ rows: Int) -> Int { max(1, rows - 1 - conclusionRows) }

  func note(_ model: AppModel) -> String {
    guard let beside = model.view.beside else { return "" }
    return "\(beside.path)  t \(NumberText.grouped(beside.time))"
  }

  func draw(_ model: AppModel, into region: Region) {
    guard let beside = model.view.beside else {
      let text = model.isNew ? "Both outputs appear here." : "Nothing to compare yet: press s."
      region.text(row: 0, column: 1, text, .role(.faint))
      return
    }
    let heads = ["ch", "step", "layer", "|Δ|", "ulp"]
    let ends = Self.ends(region.columns)
    for (head, end) in zip(heads, ends) {
      region.textRight(row: 0, end: end, head, .role(.faint))
    }
    let rows = Self.channelRows(region.rows)
    for (row, channel) in beside.channels.prefix(rows).enumerated() {
      draw(channel, ends: ends, into: region.part(row: row + 1, rows: 1))
    }
    let shown = min(rows, beside.channels.count)
    let hidden = beside.channelCount - beside.firstChannel - shown
    for (offset, line) in beside.conclusions.prefix(Self.conclusionRows).enumerated() {
      let isVerdict = offset == 0
      let sign = isVerdict ? (beside.isEqual ? "= " : "≠ ") : "  "
      let style: Style = isVerdict ? .role(beside.isEqual ? .good : .bad) : .plain
      region.text(row: region.rows - Self.conclusionRows + offset, column: 1, sign + line, style)
    }
    if hidden > 0 {
      let text = " … \(NumberText.grouped(hidden)) more channels"
      region.textRight(row: region.rows - 1, end: region.columns - 1, text, .role(.faint))
    }
  }

  private func draw(_ channel: BesideView.Channel, ends: [Int], into region: Region) {
    let isEqual = channel.difference == 0
    region.textRight(row: 0, end: ends[0], channel.index, .role(.faint))
    region.textRight(row: 0, end: ends[1], Words.decimal(channel.step, digits: 6))
    region.textRight(row: 0, end: ends[2], Words.decimal(channel.layer, digits: 6))
    let difference = isEqual ? "0" : NumberText.short(channel.difference, digits: 2)
    region.textRight(row: 0, end: ends[3], difference, isEqual ? .role(.faint) : .role(.caution))
    let ulp = channel.ulp.map { NumberText.grouped($0) } ?? "–"
    region.textRight(row: 0, end: ends[4], ulp, isEqual ? .role(.faint) : .plain)
  }

  private static func ends(_ width: Int) -> [Int] {
    let index = min(10, max(4, width / 8))
    let number = min(16, max(9, (width - index - 20) / 2))
    let both = index + 2 * number
    return [index, index + number, both, both + 11, min(width - 1, both + 20)]
  }

  func perform(_ action: Action, on model: inout AppModel) -> [Effect] {
    guard let beside = model.view.beside else { return [] }
    let page = max(1, beside.channels.count - 1)
    var first = model.firstChannel
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
    model.firstChannel = min(max(0, first), last)
    return []
  }
}
