import Comparison
import Sessions
import Traces

extension DifferencesPanel {
  package func build(_ request: inout Request, _ source: TraceSource) -> DifferencesView? {
    let session = source.session
    let all = session.timeCount
    let count = max(1, all >> request.zoom)
    let center = source.look.cursorTime ?? all
    let start = min(max(0, center - count / 2), max(0, all - count))
    guard
      let table = try? session.differences(
        row: source.look.row, times: start..<start + count, columns: request.columns)
    else { return nil }
    return DifferencesView(
      lines: request.order.sorted(table.lines),
      firstPath: session.diagnosis.finding.map { session.comparisons[$0.index].pair.path },
      columns: table.columns, hiddenSteps: all - count,
      cause: session.diagnosis.finding == nil ? nil : session.diagnosis.sentence)
  }
}
