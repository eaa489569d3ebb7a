import Comparison
import Layers
import Runtime
package import Sessions

/// Layers by time: how far the step-wise run is from the layer-wise one.
package struct DifferencesView: Hashable, Sendable {
  /// In the order that was requested.
  package var lines: [DifferenceTable.Line]
  /// The first of them in the order of the data flow that differs.
  package var firstPath: String?
  /// The input timesteps of each column.
  package var columns: [Range<Int>]
  /// Steps that the columns do not show.
  package var hiddenSteps: Int
  /// Why they part, or what finds it.
  package var cause: String?

  package init(
    lines: [DifferenceTable.Line], firstPath: String?, columns: [Range<Int>], hiddenSteps: Int,
    cause: String?
  ) {
    self.lines = lines
    self.firstPath = firstPath
    self.columns = columns
    self.hiddenSteps = hiddenSteps
    self.cause = cause
  }

  /// The view of a session; nil before anything is compared.
  init?(_ request: DifferencesPanel.Request, _ source: PanelSource) {
    let session = source.session
    guard source.isCompared, session.hasLayerWise, session.position > 0, let plan = session.plan
    else { return nil }
    // Around the cursor, or else up to the position.
    let all = session.position
    let count = max(1, all >> request.zoom)
    let center = source.cursorTime.map { plan.step(atInput: $0) } ?? all
    let start = min(max(0, center - count / 2), all - count)
    guard
      let table = try? session.differences(
        row: source.row, steps: start..<start + count, columns: request.columns)
    else { return nil }
    lines = request.order.sorted(table.lines)
    firstPath = table.lines.first { $0.closeness == .differ }?.path
    columns = table.columns.map { plan.boundaries[$0.lowerBound]..<plan.boundaries[$0.upperBound] }
    hiddenSteps = all - count
    cause = try? session.differenceCause()
  }
}

extension DifferencesPanel.Order {
  /// Lines in this order; equal ones as the data flows.
  func sorted(_ lines: [DifferenceTable.Line]) -> [DifferenceTable.Line] {
    func key(_ line: DifferenceTable.Line) -> Double {
      switch self {
      case .flow: 0
      case .first: line.first.map { Double($0.time) } ?? .infinity
      case .largest: -line.share
      }
    }
    return lines.enumerated().sorted { (key($0.element), $0.offset) < (key($1.element), $1.offset) }
      .map(\.element)
  }
}
