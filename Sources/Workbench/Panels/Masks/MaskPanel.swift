import Diagnostics
import Runtime
import Sessions
package import TerminalUI

/// What of each layer's output is valid: layer by row, with what it lost against its input.
package struct MaskPanel: Panel {
  package static let id = PanelID("masks")
  package let title = "Masks"
  package let key: Character = "5"
  package let help = "masks"
  package let missing: String? = "the masks of layers"
  package let place = PanelPlace(wide: .middleLeft, large: .lowerMiddle)

  package struct State: PanelState {
    package var first = 0

    package init() {}
  }

  package func build(_ request: inout NoPanelRequest, _ source: PanelSource) -> [MaskRow]? {
    source.cache.masks(source.session).map { entry in
      MaskRow(
        path: entry.path.shown, row: entry.row, validCount: entry.valid,
        length: source.session.layerOutput(entry.path)?.time ?? 0, first: entry.first,
        last: entry.last, holes: entry.holes, lost: entry.lost)
    }
  }
  package let about = [
    "What of each layer-wise output is valid. Holes are invalid timesteps between valid ones.",
    "Lost is what its input had and its rate does not explain; + is gained.",
  ]

  package func draw(_ model: AppModel, into region: Region) {
    let masks = model.view[Self.self] ?? []
    guard !masks.isEmpty else {
      let text =
        model.view.facts.hasInput && model.view.facts.stack != nil
        ? Words.missingResult
        : "What of each output is valid appears here, once there is a stack and an input."
      draw(empty: text, into: region)
      return
    }
    let room = region.rows - 1
    let first = min(model[Self.self].first, max(0, masks.count - room))
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

  package func click(_ place: GridPosition, size: Size, on model: inout AppModel) -> [Effect] {
    let masks = model.view[Self.self] ?? []
    let index = min(model[Self.self].first, max(0, masks.count - (size.rows - 1))) + place.row - 1
    guard place.row > 0, masks.indices.contains(index) else { return [] }
    model.select(masks[index].path)
    model.row = masks[index].row
    return []
  }

  package func perform(_ action: Action, on model: inout AppModel) -> [Effect] {
    let count = model.view[Self.self]?.count ?? 0
    switch action {
    case .move(.up): model[Self.self].first -= 1
    case .move(.down): model[Self.self].first += 1
    case .page(.up): model[Self.self].first -= 10
    case .page(.down): model[Self.self].first += 10
    case .first: model[Self.self].first = 0
    case .last: model[Self.self].first = count - 1
    default: break
    }
    model[Self.self].first = min(max(0, model[Self.self].first), max(0, count - 1))
    return []
  }
}
