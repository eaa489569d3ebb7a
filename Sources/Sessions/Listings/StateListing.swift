import Diagnostics
import LayerTesting
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
    // What a fault on purpose remembers is no part of the stack.
    for (index, leaf) in leaves.enumerated()
    where leaf.path.isInside(path) && !StepFault.isMemory(leaf.path) {
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
    return ListingTable(
      TextTable.lines(rows, rightAligned: [3, 4, 5]) + caches(run.stream, path), columns, numbers)
  }

  /// How full the caches are that grow.
  private static func caches(_ stream: Runtime.Stream?, _ path: String) -> [String] {
    guard let stream, let capacity = stream.cacheCapacity else { return [] }
    let own = stream.cachedTime.filter { $0.key.isInside(path) || $0.key == path }
    return own.sorted { $0.key < $1.key }.map { layer, time in
      "\(layer.shown): \(NumberText.grouped(time)) of \(NumberText.grouped(capacity)) timesteps cached; "
        + (stream.hasExactCaches
          ? "every step has a program for what has come"
          : "twice the room is made when it is full")
    }
  }
}
