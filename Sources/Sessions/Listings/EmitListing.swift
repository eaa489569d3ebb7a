import Layers
import Runtime
import Tensors

/// What layers emit, where there is more than one thing to show.
enum EmitListing {
  static func table(_ session: Session, _ names: [String]) throws -> ListingTable {
    let run = try session.requireRun()
    let emits = try session.layerWise(run).emits
    var rows = [["emit", "layer", "shape", "dtype"]]
    var numbers: [[Double]] = []
    for name in names {
      guard let values = emits[name]?.values else { continue }
      rows.append([
        name, (run.emitters[name] ?? "").shown, values.shape.shapeText, values.dtype.shortName,
      ])
      numbers.append([Double(values.count)])
    }
    return ListingTable(
      TextTable.lines(rows) + ["show one of them with show PATH:emit.NAME"], ["count"], numbers)
  }
}
