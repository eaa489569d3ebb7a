import Comparison
import Tensors

extension PlaceComparison {
  /// Compares what lies before each block at a place, such as a cache that was joined with the block, with what
  /// OFFLINE has in these timesteps; a block with a wrong cache counts as a difference in its first timestep.
  mutating func addCaches(offline: any Trace, stream: any Trace) throws {
    let (whole, parts) = (offline.places[pair.offline], stream.places[pair.stream])
    guard let cache = parts.cache, let length = cache.shape.first else { return }
    let rows = 0..<parts.rowCount
    let starts = BlockStarts(stream, pair.stream)
    /// What OFFLINE has before its first timestep, such as zeros.
    let beginning = try whole.cache.map {
      ComparedArray(
        try offline.values(of: pair.offline, .state($0.name), rows: rows, times: 0..<1), mask: nil)
    }
    let width = parts.channelShape.elementCount
    for block in 0..<stream.blocks.count {
      let time = starts[block] - pair.shift.steps
      guard pair.times.contains(time) else { continue }
      let held = ComparedArray(
        try stream.values(
          of: pair.stream, .state(cache.name), rows: rows, times: block..<block + 1), mask: nil)
      let before = try offline.compared(pair.offline, max(time - length, 0)..<time)
      for row in rows {
        for element in 0..<length * width {
          let (place, channel) = (element / width - length + time, element % width)
          let want: Double
          if place >= 0 {
            want = before.values[before.start(row, place - max(time - length, 0)) + channel]
          } else if let beginning, place >= -length {
            want = beginning.values[beginning.start(row, 0) + (place + length) * width + channel]
          } else {
            continue
          }
          let got = held.values[held.start(row, 0) + element]
          guard criterion.differs(want, got) else { continue }
          let found = Differences.Element(
            row: row, time: time, channel: before.channelIndex(channel), offline: want, stream: got)
          addWrongCache(block, found)
          break
        }
      }
    }
  }
}
