import Diagnostics
import TerminalUI

/// What of each layer's output is valid: layer by row, with what it lost against its input.
struct MaskPanel: Panel {
  let title = "Masks"
  let about = [
    "What of each layer-wise output is valid. Holes are invalid timesteps between valid ones.",
    "Lost is what its input had and its rate does not explain; + is gained.",
  ]

  func draw(_ model: AppModel, into region: Region) {
    let masks = model.view.masks
    guard !masks.isEmpty else {
      let text =
        model.view.facts.hasInput && model.view.facts.stack != nil
        ? Words.missingResult
        : "What of each output is valid appears here, once there is a stack and an input."
      for (row, line) in Words.wrapped(text, region.columns - 2).enumerated() {
        region.text(row: row, column: 1, line, .role(.faint))
      }
      return
    }
    let room = region.rows - 1
    let first = min(model.maskScroll, max(0, masks.count - room))
    let rows = masks.count - first > room ? room - 1 : room
    NumberTable(
      heads: ["row", "valid", "of", "first", "last", "holes", "lost"],
      lines: masks.dropFirst(first).prefix(rows).map { line($0, model) }
    ).draw(into: region)
    let hidden = masks.count - first - rows
    if hidden > 0 {
      region.text(row: region.rows - 1, column: 1, "… \(hidden) more rows", .role(.faint))
    }
  }

  private func line(_ mask: MaskRow, _ model: AppModel) -> NumberTable.Line {
    NumberTable.Line(
      name: mask.path,
      cells: [
        "\(mask.row)", NumberText.grouped(mask.validCount), NumberText.grouped(mask.length),
        mask.first.map { NumberText.grouped($0) } ?? "–",
        mask.last.map { NumberText.grouped($0) } ?? "–", NumberText.grouped(mask.holes),
        mask.lost < 0 ? "+\(NumberText.grouped(-mask.lost))" : NumberText.grouped(mask.lost),
      ], isSelected: mask.path == model.selectedPath && mask.row == model.row)
  }

  func click(_ place: GridPosition, size: Size, on model: inout AppModel) -> [Effect] {
    let masks = model.view.masks
    let index = min(model.maskScroll, max(0, masks.count - (size.rows - 1))) + place.row - 1
    guard place.row > 0, masks.indices.contains(index) else { return [] }
    model.select(masks[index].path)
    model.row = masks[index].row
    return []
  }

  func perform(_ action: Action, on model: inout AppModel) -> [Effect] {
    let count = model.view.masks.count
    switch action {
    case .move(.up): model.maskScroll -= 1
    case .move(.down): model.maskScroll += 1
    case .page(.up): model.maskScroll -= 10
    case .page(.down): model.maskScroll += 10
    case .first: model.maskScroll = 0
    case .last: model.maskScroll = count - 1
    default: break
    }
    model.maskScroll = min(max(0, model.maskScroll), max(0, count - 1))
    return []
  }
}
