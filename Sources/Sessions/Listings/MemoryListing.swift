import Diagnostics
import Layers
import Runtime

/// What a session keeps of its run, and of how much it may keep.
enum MemoryListing {
  static func table(_ session: Session) throws -> ListingTable {
    let budget = session.history
    var rows = [["kept", "what", "bytes", "at most"]]
    var numbers: [[Double]] = []
    func add(_ name: String, _ what: String, _ bytes: Int, _ most: Int?) {
      rows.append([name, what, NumberText.bytes(bytes), most.map { NumberText.bytes($0) } ?? ""])
      numbers.append([Double(bytes), Double(most ?? -1)])
    }
    if let run = session.run {
      add("input", "\(NumberText.counted(run.input.time, "timestep"))", run.input.byteCount, nil)
      if let trace = run.trace {
        let checkpoints = trace.checkpoints
        add(
          "checkpoints",
          "\(NumberText.counted(checkpoints.count, "state")), one every \(checkpoints.interval) steps",
          checkpoints.byteCount, budget.checkpoints)
        add(
          "values", "all layers in about \(NumberText.grouped(trace.keptSteps)) steps",
          trace.blocksByteCount, budget.values)
        add(
          "digests", "of \(NumberText.counted(trace.madeCount, "step"))", trace.digests.count * 8,
          nil)
      }
      if let comparison = run.comparison {
        add(
          "statistics", "by spans of \(comparison.statistics.span) steps",
          comparison.statistics.byteCount, budget.statistics)
      }
      if let layerWise = run.layerWise {
        let isWhole = layerWise.whole != nil
        add(
          "layer-wise", isWhole ? "whole" : "in pieces", layerWise.byteCount,
          run.isWholeKept || !isWhole ? budget.layerWise : nil)
      }
    }
    let total = Int(numbers.reduce(0) { $0 + $1[0] })
    rows.append(
      ["all", "", NumberText.bytes(total), NumberText.bytes(budget.byteCount)])
    numbers.append([Double(total), Double(budget.byteCount)])
    var lines = TextTable.lines(rows, rightAligned: [2, 3])
    if let pieces = session.run?.layerWise?.pieces { lines.append("layer-wise: \(pieces.text)") }
    return ListingTable(lines, ["bytes", "at most"], numbers)
  }
}
