package import Comparison
import Diagnostics
import Layers
import Runtime

extension DifferenceTable.Cell {
  /// Shares of a layer's largest value from which on a difference is drawn heavier.
  private static let steps: [(least: Double, glyph: Unicode.Scalar)] = [
    (0.1, "█"), (0.01, "▓"), (0.001, "▒"),
  ]

  /// What the signs mean.
  package static let legend =
    "= equal  ≈ rounding  ░▒▓█ up to 0.001, 0.01, 0.1 and more of the largest value  w warm-up  "
    + "· padding  N NaN"

  /// Its sign at a layer where both runs are that to each other.
  package func glyph(_ closeness: Closeness) -> Unicode.Scalar {
    switch self {
    case .equal: "="
    case .differs where closeness != .differ: "≈"
    case .differs(let share): Self.steps.first { share >= $0.least }?.glyph ?? "░"
    case .notANumber: "N"
    case .padding: "·"
    case .warmUp: "w"
    case .none: " "
    }
  }
}

extension DifferenceTable.Line {
  /// `=`, `≈` or `≠`.
  package var sign: String {
    switch closeness {
    case .equal: "="
    case .rounding: "≈"
    case .differ: "≠"
    }
  }

  /// Where it begins, such as `t 1`, and with several rows `row 1 t 5`.
  package func firstText(rowCount: Int) -> String {
    guard let first else { return "–" }
    let time = "t \(NumberText.grouped(first.time))"
    return rowCount > 1 ? "row \(first.row) \(time)" : time
  }

  /// The largest |Δ| as a share of the largest value: two digits are enough to see where it grows.
  package var shareText: String {
    share.isInfinite ? "∞" : share == 0 ? "0" : NumberText.short(share, digits: 3)
  }
}

/// Where step-wise and layer-wise run part, as text.
enum DifferenceListing {
  static let columns = 60

  static func table(_ session: Session, row: Int) throws -> ListingTable {
    let table = try session.differences(row: row, columns: columns)
    let numbers = table.lines.map { line in
      [
        Double(line.first?.row ?? -1), Double(line.first?.time ?? -1),
        Double(line.first?.channel.first ?? -1), line.largest, line.share,
      ]
    }
    let lines = lines(
      table, row: row, rowCount: session.document.input?.sequence.batch ?? 1,
      extent: "T 0 to \(session.position)", cause: try session.differenceCause())
    return ListingTable(lines, ["row", "t", "channel", "largest", "share"], numbers)
  }

  /// The table with its legend and the cause; `extent` says what the columns are.
  static func lines(
    _ table: DifferenceTable, row: Int, rowCount: Int, extent: String, cause: String?
  ) -> [String] {
    let rows = table.lines.map { line -> [String] in
      var cells = String.UnicodeScalarView()
      cells.append(contentsOf: line.cells.map { $0.glyph(line.closeness) })
      return [
        line.sign, line.path.shown, line.kind, line.firstText(rowCount: rowCount), line.shareText,
        String(cells),
      ]
    }
    let head = ["", "layer", "kind", "first", "largest", extent]
    return ["|Δ| over the layer's largest value, row \(row)"]
      + TextTable.lines([head] + rows, rightAligned: [3, 4]) + [DifferenceTable.Cell.legend]
      + [cause].compactMap { $0 }
  }
}
