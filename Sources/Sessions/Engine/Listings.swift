import Layers
import Programs
import Runtime
import Tensors

/// Columns of text, aligned.
enum TextTable {
  static func lines(_ rows: [[String]], rightAligned: Set<Int> = []) -> [String] {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      var line = ""
      for (column, cell) in row.enumerated() {
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        line +=
          (column == 0 ? "" : "  ")
          + (rightAligned.contains(column) ? padding + cell : cell + padding)
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}

/// The stack as a table.
enum StackListing {
  static func lines(_ session: Session) throws -> [String] {
    let (_, tree) = try session.requireTree()
    var rows = [["layer", "kind", "ratio", "output", "latency", "state"]]
    let run = session.run
    let taps = try run?.layerWiseResult(cancel: session.cancel).taps ?? [:]
    for node in tree.nodes {
      let indent = String(repeating: "  ", count: node.depth)
      let last =
        node.path.isEmpty ? "." : node.path.split(separator: "/").last.map(String.init) ?? "."
      let bytes = session.stateBytes(node.path)
      rows.append([
        indent + last, node.typeName, "\(node.layer.outputRatio)",
        taps[node.path].map { $0.channelSpec.description } ?? "?",
        node.layer.supportsStep
          ? "\(node.layer.inputLatency)→\(node.layer.outputLatency)" : "no step",
        bytes == 0 ? "–" : NumberText.bytes(bytes),
      ])
    }
    return TextTable.lines(rows)
  }
}

extension Session {
  /// The size of the state of a layer and all inside it.
  package func stateBytes(_ path: String) -> Int {
    run?.stream?.leaves.filter { $0.path.isInside(path) }.reduce(0) { sum, leaf in
      sum + leaf.type.shape.elementCount * leaf.type.dtype.byteCount
    } ?? 0
  }
}

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
    let taps = try run.layerWiseResult(cancel: session.cancel).taps
    var result: [Entry] = []
    for node in tree.nodes where path == nil || node.path == path {
      guard let out = taps[node.path] else { continue }
      let facet = try Facet("\(node.path.shown):in")
      let input = try session.value(of: facet)
      let inputLengths = input.mask.map(validCounts) ?? []
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

  private static func validCounts(_ mask: Tensor) -> [Int] {
    let flags = mask.elements(as: Bool.self)
    let time = mask.shape[1]
    return (0..<mask.shape[0]).map { row in flags[(row * time)..<((row + 1) * time)].count { $0 } }
  }

  static func lines(_ session: Session) throws -> [String] {
    var rows = [["layer", "row", "valid", "first", "last", "holes", "lost"]]
    for entry in try entries(session) {
      rows.append([
        entry.path.shown, "\(entry.row)", "\(entry.valid)", entry.first.map(String.init) ?? "–",
        entry.last.map(String.init) ?? "–", "\(entry.holes)", "\(entry.lost)",
      ])
    }
    return TextTable.lines(rows, rightAligned: [1, 2, 3, 4, 5, 6])
  }
}

/// The state leaves as a table.
enum StateListing {
  static func lines(_ session: Session) throws -> [String] {
    let (run, _) = try session.requireSteps()
    guard let stream = run.stream, !stream.leaves.isEmpty else {
      return ["this stack keeps no state"]
    }
    var rows = [["leaf", "shape", "dtype", "bytes", "min", "max", "changed"]]
    for (index, leaf) in stream.leaves.enumerated() {
      let values = stream.value(of: index).doubles()
      rows.append([
        leaf.path, leaf.type.shape.shapeText, leaf.type.dtype.shortName,
        NumberText.bytes(leaf.type.shape.elementCount * leaf.type.dtype.byteCount),
        NumberText.short(values.min() ?? 0), NumberText.short(values.max() ?? 0),
        run.changedLeaves.contains(leaf.path) ? "this step" : "",
      ])
    }
    return TextTable.lines(rows, rightAligned: [3, 4, 5])
  }
}

/// Numbers of an array for a terminal, a line a row of its last axis.
enum TensorLines {
  private static let mostLines = 40
  private static let mostColumns = 12

  static func lines(_ tensor: Tensor) -> [String] {
    guard tensor.count > 0 else { return ["empty"] }
    guard tensor.rank > 0 else { return [text(tensor, 0)] }
    let width = tensor.shape[tensor.rank - 1]
    let outer = tensor.count / max(width, 1)
    let strides = Array(tensor.shape.dropLast()).rowMajorStrides
    var rows: [[String]] = []
    for line in 0..<min(outer, mostLines) {
      let index = zip(strides, tensor.shape).map { line / $0 % max($1, 1) }
      var row = ["\(index)"]
      for column in 0..<min(width, mostColumns) { row.append(text(tensor, line * width + column)) }
      if width > mostColumns { row.append("… \(width - mostColumns) more") }
      rows.append(row)
    }
    let all = Set(1...(mostColumns + 1))
    var lines = TextTable.lines(rows, rightAligned: all)
    if outer > mostLines { lines.append("… \(outer - mostLines) more lines") }
    return lines
  }

  private static func text(_ tensor: Tensor, _ position: Int) -> String {
    if tensor.dtype == .bool { return tensor.double(at: position) == 0 ? "·" : "1" }
    return NumberText.short(tensor.double(at: position))
  }
}
