package import Comparison
import Layers
import Runtime

/// Where step-wise and layer-wise run part: layers by time of |Δ| relative to each layer's largest value.
///
/// It reads the statistics that are kept of all steps, so that it costs the same at any length; only where a
/// column is shorter than what these distinguish, single steps are compared again.
package struct DifferenceTable: Hashable, Sendable {
  /// What a column of a layer shows.
  package enum Cell: Hashable, Sendable {
    case equal
    /// The largest |Δ| as a share of the layer's largest value; infinite where masks differ, or one is NaN.
    case differs(Double)
    case notANumber
    /// No timestep in it is valid.
    case padding
    /// What comes before the first layer-wise output.
    case warmUp
    /// Nothing was put out.
    case none
  }

  /// One layer.
  package struct Line: Hashable, Sendable {
    package let path: String
    package let kind: String
    /// What both runs are to each other there up to the position.
    package let closeness: Closeness
    /// The first place where they differ, in any row.
    package let first: Verdict.Difference?
    /// The largest |Δ| in the row, and the layer's largest value.
    package let largest: Double
    package let peak: Double
    package var cells: [Cell]

    /// The largest |Δ| as a share of the layer's largest value.
    package var share: Double { DifferenceTable.share(largest, of: peak) }

    package init(
      path: String, kind: String, closeness: Closeness, first: Verdict.Difference?,
      largest: Double, peak: Double, cells: [Cell]
    ) {
      self.path = path
      self.kind = kind
      self.closeness = closeness
      self.first = first
      self.largest = largest
      self.peak = peak
      self.cells = cells
    }
  }

  /// The layers, in the order in which data flows.
  package let lines: [Line]
  /// The steps of every column.
  package let columns: [Range<Int>]

  package init(lines: [Line], columns: [Range<Int>]) {
    self.lines = lines
    self.columns = columns
  }

  static func share(_ difference: Double, of peak: Double) -> Double {
    difference == 0 ? 0 : peak > 0 && peak.isFinite ? difference / peak : .infinity
  }

  /// Steps in so many columns at most, as even as can be.
  package static func columns(_ steps: Range<Int>, _ count: Int) -> [Range<Int>] {
    let shown = min(max(0, count), steps.count)
    return (0..<shown).map { column in
      let first = steps.lowerBound + column * steps.count / shown
      return first..<steps.lowerBound + (column + 1) * steps.count / shown
    }
  }
}

extension Session {
  /// Where both runs part up to the position, in one row of the batch.
  ///
  /// - Parameters:
  ///   - row: the row of the batch.
  ///   - steps: what the columns show; nil for all steps up to the position.
  ///   - count: how many columns there may be.
  /// - Returns: the layers in the order of the data flow.
  /// - Throws: ``CommandError`` without a run to compare, or `RuntimeError` `.cancelled`.
  package func differences(
    row: Int, steps: Range<Int>? = nil, columns count: Int
  ) throws -> DifferenceTable {
    let (run, _) = try requireSteps()
    _ = try layerWise(run)
    let end = run.position
    let shown = (steps ?? 0..<end).clamped(to: 0..<end)
    let columns = DifferenceTable.columns(shown, count)
    var lines: [DifferenceTable.Line] = []
    for (index, place) in run.places.enumerated() {
      let verdict = try verdict(
        of: place.path, tolerance: nil, part: (index, run.places.count))
      guard let comparison = try run.readyComparison() else { continue }
      let peak = comparison.statistics(place.path, row: row, 0..<end)?.peak ?? 0
      lines.append(
        DifferenceTable.Line(
          path: place.path, kind: place.typeName, closeness: verdict.closeness,
          first: verdict.first,
          largest: try comparison.largestDifference(place.path, row: row, 0..<end),
          peak: Double(peak),
          cells: try columns.map {
            try comparison.cell(place.path, row: row, $0, peak: Double(peak))
          }))
    }
    return DifferenceTable(lines: lines, columns: columns)
  }
}
