import Layers
import Programs
import Runtime
import Tensors

/// What layers emit, where there is more than one thing to show.
enum EmitListing {
  static func table(_ session: Session, _ names: [String]) throws -> ListingTable {
    let run = try session.requireRun()
    var rows = [["emit", "layer", "shape", "dtype"]]
    var numbers: [[Double]] = []
    for name in names {
      guard let type = run.demand.emitTypes[name] else { continue }
      rows.append([
        name, (run.demand.emitters[name] ?? "").shown, type.shape.shapeText, type.dtype.shortName,
      ])
      numbers.append([Double(type.shape.elementCount)])
    }
    return ListingTable(
      TextTable.lines(rows) + ["show one of them with show PATH:emit.NAME"], ["count"], numbers)
  }
}
