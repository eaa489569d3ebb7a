import Diagnostics
import Layers
import Programs
import Runtime
import Tensors

/// The state leaves of a layer and all inside it.
enum StateListing {
  static func table(_ session: Session, _ path: String) throws -> ListingTable {
    let (run, _) = try session.requireSteps()
    try session.recallChanges()
    let changed = run.changedLeaves
    let columns = ["bytes", "min", "max", "changed by the last step"]
    var rows = [["leaf", "shape", "dtype", "bytes", "min", "max", "changed"]]
    var numbers: [[Double]] = []
    let leaves = run.stream?.leaves ?? []
    for (index, leaf) in leaves.enumerated() where leaf.path.isInside(path) {
      try session.goOn(index, of: leaves.count)
      let values = run.stream?.value(of: index).doubles() ?? []
      let bytes = leaf.type.shape.byteCount(of: leaf.type.dtype)
      let (low, high) = (values.min() ?? 0, values.max() ?? 0)
      let isChanged = changed.contains(leaf.path)
      rows.append([
        leaf.path, leaf.type.shape.shapeText, leaf.type.dtype.shortName, NumberText.bytes(bytes),
        NumberText.short(low), NumberText.short(high), isChanged ? "this step" : "",
      ])
      numbers.append([Double(bytes), low, high, isChanged ? 1 : 0])
    }
    guard rows.count > 1 else {
      return ListingTable(["\(path.isEmpty ? "this stack" : path) keeps no state"], columns, [])
    }
    return ListingTable(TextTable.lines(rows, rightAligned: [3, 4, 5]), columns, numbers)
  }
}
