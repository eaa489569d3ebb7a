/// Tasks that run one tile of rows after the other, so that what one writes is still in the cache when
/// the next reads it.
///
/// Every value that one task writes and a later one reads is read row by row: row r of the reader needs
/// row r of the value and no other. A value that only these tasks touch never exists as a whole: a tile of
/// it does, in scratch.
struct RowTiles {
  /// A value of which only the rows of one tile exist.
  struct TileValue: Hashable {
    var buffer: Int
    var rowByteCount: Int
    /// Where its rows are in the scratch of a part.
    var byteOffset: Int
  }

  var tasks: [ScheduledTask]
  var rowCount: Int
  var rowsPerTile: Int
  var values: [TileValue]
  /// Scratch for the tile values of each part, and its size for one part.
  var scratch: Int
  var partByteCount: Int
  /// Scratch for each part's copy of the table of addresses, in which those of tile values are its own.
  var tables: Int
}

extension ScheduledTask {
  /// The task that runs tasks tile by tile; it touches what they touch.
  init(_ tiles: RowTiles) {
    self.init(
      op: .rowTiles(tiles), operands: tiles.tasks.flatMap(\.reads),
      results: tiles.tasks.flatMap(\.results),
      scratch: tiles.tasks.flatMap(\.scratch) + [tiles.scratch, tiles.tables],
      scope: tiles.tasks.first?.scope ?? 0)
  }
}
