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

  package typealias State = TableState

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

  package func command(_ model: AppModel) -> String? {
    (model.view[Self.self] ?? []).isEmpty ? nil : "show masks"
  }

  package func draw(_ model: AppModel, into region: Region) {
    let masks = model.view[Self.self] ?? []
    guard !masks.isEmpty else {
      let text =
        model.view.facts.hasInput && model.view.facts.stack != nil
        ? TextFormatting.missingResult
        : "What of each output is valid appears here, once there is a stack and an input."
      draw(empty: text, into: region)
      return
    }
    drawTable(
      masks, heads: ["row", "valid", "of", "first", "last", "holes", "lost"], called: "rows", model,
      into: region
    ) { line($0, model) }
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
    let index = model[Self.self].top(rows: size.rows - 1, of: masks.count) + place.row - 1
    guard place.row > 0, masks.indices.contains(index) else { return [] }
    model.select(masks[index].path)
    model.row = masks[index].row
    return []
  }

  package func perform(_ action: Action, on model: inout AppModel) -> [Effect] {
    scroll(action, count: model.view[Self.self]?.count ?? 0, in: &model)
    return []
  }
}
