import Diagnostics
package import Sessions
import Tensors
package import TerminalUI

/// When the outputs of each layer become available: its own latencies, and how far it lags behind
/// the input.
package struct LatencyPanel: Panel {
  package static let id = PanelID("latency", brief: "lat")
  package let title = "Latency"
  package let key: Character = "7"
  package let help = "latency"
  package let missing: String? = "layers that say what they are late by"
  package let place = PanelPlace(wide: .middleLeft, large: .lowerRight)
  package let needsInput = false

  package typealias State = TableState

  package func build(_ request: inout NoPanelRequest, _ source: PanelSource) -> [LatencyRow]? {
    LatencyRow.rows(source.session)
  }
  package let about = [
    "in and out are the layer's own latencies; warm-up is outputs of the step run before t 0.",
    "Delay is how many input timesteps later than layer-wise an output comes.",
    "Sees is which timesteps of the layer's own input an output depends on; 0 is its own.",
  ]

  package func command(_ model: AppModel) -> String? {
    (model.view[Self.self] ?? []).isEmpty ? nil : "show latency"
  }

  package func draw(_ model: AppModel, into region: Region) {
    let rows = model.view[Self.self] ?? []
    guard !rows.isEmpty else {
      let text = "Latencies of the layers appear here."
      region.text(row: 0, column: 1, text, .role(.faint))
      return
    }
    let rate = model.view.facts.sampleRateHz.flatMap { $0 > 0 ? $0 : nil }
    drawTable(
      rows,
      heads: ["block", "in", "out", "warm-up", "delay"] + (rate == nil ? [] : ["time"]) + ["sees"],
      called: "layers", model, into: region
    ) { line($0, rate, model) }
  }

  private func line(_ row: LatencyRow, _ rate: Double?, _ model: AppModel) -> NumberTable.Line {
    let isSelected = row.path == model.selectedPath
    guard row.obstacle == nil else {
      return NumberTable.Line(
        name: row.path, cells: [], isSelected: isSelected, note: row.obstacle)
    }
    let numbers = [row.blockSize, row.inputLatency, row.outputLatency, row.warmUp, row.delay]
    let time = rate.map { "\(TextFormatting.decimal(1000 * Double(row.delay) / $0, digits: 1)) ms" }
    let field = row.receptiveField.isEmpty ? "–" : row.receptiveField
    return NumberTable.Line(
      name: row.path,
      cells: numbers.map { NumberText.grouped($0) } + [time].compactMap { $0 } + [field],
      isSelected: isSelected)
  }

  package func perform(_ action: Action, on model: inout AppModel) -> [Effect] {
    scroll(action, count: model.view[Self.self]?.count ?? 0, in: &model)
    return []
  }
}
