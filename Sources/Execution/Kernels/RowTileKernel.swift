/// Kernels that do the same rows one after the other, tile by tile: see ``RowTiles``.
final class RowTileKernel: Kernel {
  /// A kernel, and how many of its rows belong to one row of the tiles.
  struct Member {
    var kernel: Kernel
    var factor: Int
  }

  private let members: ContiguousArray<Member>
  private let values: ContiguousArray<RowTiles.TileValue>
  private let split: WorkSplit
  private let rowsPerTile: Int
  /// Scratch for the tiles of values, those of one part behind those of another, so that parts that do
  /// not run touch none of it.
  private let scratch: Int
  private let partByteCount: Int
  /// Scratch for each part's copy of the addresses, with those of its tiles.
  private let tables: Int
  private let slotCount: Int

  /// `slotCount` is how many addresses the plan has.
  init(_ members: [Member], _ tiles: RowTiles, slotCount: Int) {
    self.members = ContiguousArray(members)
    values = ContiguousArray(tiles.values)
    rowsPerTile = tiles.rowsPerTile
    scratch = tiles.scratch
    partByteCount = tiles.partByteCount
    tables = tiles.tables
    self.slotCount = slotCount
    split = WorkSplit(
      total: tiles.rowCount, work: members.reduce(0) { $0 + $1.kernel.work }, steps: [12, 6, 1])
  }

  override func run(_ context: ExecutionContext) { shareParts(split, context) }

  /// Parts are runs of rows.
  override func run(part: Int, of count: Int, _ context: ExecutionContext) {
    let rows = split.units(part, of: count)
    let table =
      context.slots[tables].assumingMemoryBound(to: UnsafeMutableRawPointer.self)
      + part * slotCount
    table.update(from: context.slots, count: slotCount)
    let tile = context.slots[scratch] + part * partByteCount
    let local = ExecutionContext(slots: table, watch: nil, pool: nil)
    var start = rows.lowerBound
    while start < rows.upperBound {
      let end = min(start + rowsPerTile, rows.upperBound)
      for value in values {
        // Where row 0 would be if the tile's rows are in scratch.
        table[value.buffer] = tile + (value.byteOffset - start * value.rowByteCount)
      }
      for member in members {
        let factor = member.factor
        member.kernel.run(rows: start * factor..<end * factor, part: part, local)
      }
      if let watch = context.watch, watch.isCancelled { return }
      start = end
    }
  }
}
