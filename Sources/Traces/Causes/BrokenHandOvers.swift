import Comparison

extension CauseEvidence {
  /// States that were handed on as something else than what was left: their names, the first block, and whether
  /// every row is what another row left.
  var brokenHandOvers: [(entering: String, leaving: String, block: Int, isOtherRow: Bool)] {
    var result: [(entering: String, leaving: String, block: Int, isOtherRow: Bool)] = []
    for entering in states where entering.isEntering {
      guard let leaving = partner(of: entering) else { continue }
      let rows = 0..<entering.values.rowCount
      let broken = (1..<max(1, min(entering.count, leaving.count))).first { index in
        entering.isKnown(index) && leaving.isKnown(index)
          && rows.contains { !leaving.holds(entering.entry($0, index), in: $0, index) }
      }
      guard let broken else { continue }
      let isOtherRow = rows.allSatisfy { row in
        rows.contains { leaving.holds(entering.entry(row, broken), in: $0, broken) }
      }
      result.append((entering.name, leaving.name, broken, isOtherRow))
    }
    return result
  }

  /// What a block leaves of the state that is handed to the next: of the same name, or the only one of its shape.
  private func partner(of entering: StateSeries) -> StateSeries? {
    let shape = entering.values.channelShape
    let left = states.filter { !$0.isEntering && $0.values.channelShape == shape && $0.isOwn }
    if let named = left.first(where: { entering.name == "state/\($0.name)" }) { return named }
    let isOnly = states.count { $0.isEntering && $0.values.channelShape == shape } == 1
    return left.count == 1 && isOnly ? left[0] : nil
  }
}

extension StateSeries {
  /// Whether a row's entry is this one; what was not recorded is like anything.
  fileprivate func holds(_ other: ArraySlice<Double>, in row: Int, _ index: Int) -> Bool {
    zip(entry(row, index), other).allSatisfy { $0 == $1 || $0.isNaN || $1.isNaN }
  }
}
