import Layers
import Runtime
import Tensors

/// Which timesteps every layer leaves valid: a row a layer and batch row.
package enum MaskListing {
  /// What is known of the mask of one layer and row.
  package struct Entry: Hashable, Sendable {
    package var path: String
    package var row: Int
    package var valid: Int
    package var first: Int?
    package var last: Int?
    /// Invalid timesteps between valid ones.
    package var holes: Int
    /// Valid timesteps of the layer's own input.
    package var arriving: Int
    /// Valid timesteps of the input, in output timesteps, that are not valid any more.
    package var lost: Int
  }

  /// The entries of all layers, or of the one with a path.
  package static func entries(_ session: Session, of path: String? = nil) throws -> [Entry] {
    let run = try session.requireRun()
    let (_, tree) = try session.requireTree()
    let whole = try session.layerWise(run)
    let inputs = whole.inputs(root: run.input)
    var result: [Entry] = []
    for (index, node) in tree.nodes.enumerated() where path == nil || node.path == path {
      try session.goOn(index, of: tree.nodes.count)
      guard let out = whole.taps[node.path] else { continue }
      guard let input = node.path.isEmpty ? run.input : inputs[node.path] else {
        throw CommandError(.unknownPath, found: "\(node.path) has no input of its own")
      }
      let inputLengths = validCounts(input.mask)
      for (row, valid) in validCounts(out.mask).enumerated() {
        let flags = (0..<out.time).map { out.isValid(row: row, time: $0) }
        let first = flags.firstIndex(of: true)
        let last = flags.lastIndex(of: true)
        let span = first.flatMap { first in last.map { $0 - first + 1 } } ?? 0
        let arriving = inputLengths.indices.contains(row) ? inputLengths[row] : valid
        let expected = (Rational(arriving) * node.layer.outputRatio).ceiling
        result.append(
          Entry(
            path: node.path, row: row, valid: valid, first: first, last: last, holes: span - valid,
            arriving: arriving, lost: expected - valid))
      }
    }
    return result
  }

  static func validCounts(_ mask: Tensor) -> [Int] {
    let flags = mask.elements(as: Bool.self)
    let time = mask.shape[1]
    return (0..<mask.shape[0]).map { row in flags[(row * time)..<((row + 1) * time)].count { $0 } }
  }

  static func table(_ session: Session) throws -> ListingTable {
    var rows = [["layer", "row", "valid", "first", "last", "holes", "lost"]]
    var numbers: [[Double]] = []
    for entry in try entries(session) {
      rows.append([
        entry.path.shown, "\(entry.row)", "\(entry.valid)", entry.first.map(String.init) ?? "–",
        entry.last.map(String.init) ?? "–", "\(entry.holes)", "\(entry.lost)",
      ])
      let cells = [
        entry.row, entry.valid, entry.first ?? -1, entry.last ?? -1, entry.holes, entry.lost,
      ]
      numbers.append(cells.map(Double.init))
    }
    return ListingTable(
      TextTable.lines(rows, rightAligned: [1, 2, 3, 4, 5, 6]), Array(rows[0].dropFirst()), numbers)
  }
}
