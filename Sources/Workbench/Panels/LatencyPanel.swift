import Tensors
import TerminalUI

/// When the outputs of each layer become available: its own latencies, and how far it lags behind
/// the input.
struct LatencyPanel: Panel {
  let title = "Latency"
  let about = [
    "in and out are the layer's own latencies; warm-up is outputs of the step run before t 0.",
    "Delay is how many input timesteps later than layer-wise an output comes.",
  ]

  func draw(_ model: AppModel, into region: Region) {
    let rows = model.view.latencies
    guard !rows.isEmpty else {
      let text = "Latencies of the layers appear here."
      region.text(row: 0, column: 1, text, .role(.faint))
      return
    }
    let name = max(8, region.columns - 44)
    let ends = [7, 12, 17, 25, 33, 43].map { name + $0 }
    region.text(row: 0, column: 1, "layer", .role(.faint))
    let hasRate = model.view.facts.sampleRateHz.map { $0 > 0 } ?? false
    let heads = ["block", "in", "out", "warm-up", "delay"] + (hasRate ? ["time"] : [])
    for (head, end) in zip(heads, ends) { region.textRight(row: 0, end: end, head, .role(.faint)) }
    let room = region.rows - 1
    let first = min(model.latencyScroll, max(0, rows.count - room))
    let count = rows.count - first > room ? room - 1 : room
    for (offset, row) in rows.dropFirst(first).prefix(count).enumerated() {
      draw(row, ends: ends, nameWidth: name, model, into: region.part(row: offset + 1, rows: 1))
    }
    let hidden = rows.count - first - count
    if hidden > 0 {
      region.text(row: region.rows - 1, column: 1, "… \(hidden) more layers", .role(.faint))
    }
  }

  private func draw(
    _ row: LatencyRow, ends: [Int], nameWidth: Int, _ model: AppModel, into region: Region
  ) {
    region.text(row: 0, column: 1, Words.pathFitted(row.path, nameWidth - 1))
    if row.path == model.selectedPath {
      region.emphasize(row: 0, columns: 0..<region.columns, .bold)
    }
    if let obstacle = row.obstacle {
      let text = Words.fitted(obstacle, region.columns - nameWidth - 3)
      region.text(row: 0, column: nameWidth + 2, text, .role(.caution))
      return
    }
    let numbers = [row.blockSize, row.inputLatency, row.outputLatency, row.warmUp, row.delay]
    for (number, end) in zip(numbers, ends) {
      let style: Style = number == 0 ? .role(.faint) : .plain
      region.textRight(row: 0, end: end, NumberText.grouped(number), style)
    }
    guard let rate = model.view.facts.sampleRateHz, rate > 0 else { return }
    let milliseconds = Words.decimal(1000 * Double(row.delay) / rate, digits: 1)
    region.textRight(row: 0, end: ends[5], "\(milliseconds) ms", .role(.faint))
  }

  func perform(_ action: Action, on model: inout AppModel) -> [Effect] {
    let count = model.view.latencies.count
    switch action {
    case .move(.up): model.latencyScroll -= 1
    case .move(.down): model.latencyScroll += 1
    case .page(.up): model.latencyScroll -= 10
    case .page(.down): model.latencyScroll += 10
    case .first: model.latencyScroll = 0
    case .last: model.latencyScroll = count - 1
    default: break
    }
    model.latencyScroll = min(max(0, model.latencyScroll), max(0, count - 1))
    return []
  }
}
