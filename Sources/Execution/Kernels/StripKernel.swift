/// Kernels that do the same rows one after the other, strip by strip, so that what one writes is
/// still in the cache when the next reads it.
///
/// A value that only these kernels touch never exists as a whole: a strip of it does, in scratch.
final class StripKernel: Kernel {
  /// A kernel, and how many of its rows belong to one row of the strips.
  struct Member {
    var kernel: RowwiseKernel
    var factor: Int
  }

  /// A value of which only a strip exists.
  struct Inner {
    var slot: Int
    var rowByteCount: Int
    /// Where its strip is in the scratch of a part.
    var byteOffset: Int
  }

  private let members: ContiguousArray<Member>
  private let inner: ContiguousArray<Inner>
  private let split: WorkSplit
  private let rowsPerStrip: Int
  /// Scratch for the strips of the inner values, those of one part behind those of another, so that
  /// parts that do not run touch none of it.
  private let scratch: Int
  private let partByteCount: Int
  /// Scratch for each part's copy of the addresses, where a strip's stand.
  let tables: Int
  /// How many addresses the plan has, set once that is known.
  var slotCount = 0

  init(
    _ members: [Member], inner: [Inner], rowCount: Int, rowsPerStrip: Int, scratch: Int,
    partByteCount: Int, tables: Int
  ) {
    self.members = ContiguousArray(members)
    self.inner = ContiguousArray(inner)
    self.rowsPerStrip = rowsPerStrip
    self.scratch = scratch
    self.partByteCount = partByteCount
    self.tables = tables
    split = WorkSplit(
      total: rowCount, work: members.reduce(0) { $0 + $1.kernel.split.work }, steps: [12, 6, 1])
  }

  /// Bytes of the tables of all parts.
  var tableByteCount: Int {
    WorkerPool.partLimit * slotCount * MemoryLayout<UnsafeMutableRawPointer>.stride
  }

  override func run(_ frame: Frame) { shareParts(split, frame) }

  /// Parts are runs of rows.
  override func run(part: Int, of count: Int, _ frame: Frame) {
    let rows = split.units(part, of: count)
    let table =
      frame.slots[tables].assumingMemoryBound(to: UnsafeMutableRawPointer.self)
      + part * slotCount
    table.update(from: frame.slots, count: slotCount)
    let strips = frame.slots[scratch] + part * partByteCount
    let local = Frame(slots: table, watch: nil, pool: nil)
    var start = rows.lowerBound
    while start < rows.upperBound {
      let end = min(start + rowsPerStrip, rows.upperBound)
      for value in inner {
        // Where row 0 would be if the strip's rows stand in scratch.
        table[value.slot] = strips + (value.byteOffset - start * value.rowByteCount)
      }
      for member in members {
        let factor = member.factor
        member.kernel.run(rows: start * factor..<end * factor, part: part, local)
      }
      if let watch = frame.watch, watch.isCancelled { return }
      start = end
    }
  }
}
