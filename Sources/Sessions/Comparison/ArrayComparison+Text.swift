internal import Tensors

extension ArrayComparison {
  /// The result for people: the verdict first, then what may explain it, a line each.
  package var lines: [String] {
    guard !areEqual else { return [equalLine(unmoved)] }
    var lines: [String] = []
    if unmoved.differingCount > 0 {
      lines += differenceLines(unmoved)
    } else {
      lines.append("differ in length or mask: " + equalLine(unmoved))
    }
    if let line = maskLine { lines.append(line) }
    if let line = lengthLine { lines.append(line) }
    if unmoved.differingCount > 0 { lines += shiftLines }
    if let line = seamLine { lines.append(line) }
    if let line = placeLine { lines.append(line) }
    return lines
  }

  private var toleranceText: String { NumberText.short(options.tolerance) }

  private func equalLine(_ found: Differences) -> String {
    let largest = found.largest.map {
      " · largest |Δ| \(NumberText.short($0.difference)) at \($0.indexText)\(ulpText($0))"
    }
    return
      "equal within \(toleranceText) · \(countText(found))\(largest ?? " · no difference")"
  }

  private func countText(_ found: Differences) -> String {
    let rows = unmoved.shift == found.shift ? " · \(rowCount) row\(rowCount == 1 ? "" : "s")" : ""
    return "\(NumberText.grouped(found.comparedCount)) timesteps compared\(rows)"
  }

  private var rowCount: Int { offline.shape.count == 1 ? 1 : offline.shape[0] }

  private func differenceLines(_ found: Differences) -> [String] {
    var lines: [String] = []
    if let first = found.first {
      let channel = first.channel.isEmpty ? "" : ", channel \(channelText(first.channel))"
      let values = "offline \(exactText(first.offline)), stream \(exactText(first.stream))"
      let size = "|Δ| \(NumberText.short(first.difference))\(ulpText(first))"
      lines.append(
        "differ first at row \(first.row), timestep \(first.time)\(channel)\(blockText(first.time)): "
          + "\(values), \(size)")
    }
    let compared = NumberText.grouped(found.comparedCount)
    let differing = NumberText.grouped(found.differingCount)
    var line = "\(differing) of \(compared) timesteps differ by more than \(toleranceText)"
    line += " · \(found.rows.count) of \(rowCount) row\(rowCount == 1 ? "" : "s")"
    if let largest = found.largest {
      line += " · largest |Δ| \(NumberText.short(largest.difference)) at \(largest.indexText)"
    }
    lines.append(line)
    return lines
  }

  private func channelText(_ channel: [Int]) -> String {
    channel.count == 1 ? "\(channel[0])" : channel.shapeText
  }

  private func blockText(_ time: Int) -> String {
    options.block.map { " (block \(time / $0), offset \(time % $0))" } ?? ""
  }

  private func exactText(_ value: Double) -> String { NumberText.exact(value, ulpDType) }

  private func ulpText(_ element: Differences.Element) -> String {
    guard let ulps = ValueDifference.ulps(element.offline, element.stream, ulpDType) else {
      return ""
    }
    return ", \(NumberText.grouped(Int(clamping: ulps))) ulp"
  }

  private var maskLine: String? {
    guard let first = unmoved.firstMask else { return nil }
    let side = first.isValidInOffline ? "OFFLINE" : "STREAM"
    let count = NumberText.grouped(unmoved.maskCount)
    return "masks differ at \(count) timesteps, first at row \(first.row), timestep \(first.time): "
      + "valid in \(side) only"
  }

  private var lengthLine: String? {
    guard extraCount != 0 else { return nil }
    let (more, fewer) = extraCount > 0 ? ("STREAM", "OFFLINE") : ("OFFLINE", "STREAM")
    let count = Int(extraCount.magnitude)
    let text = "\(more) has \(NumberText.grouped(count)) valid timestep\(count == 1 ? "" : "s")"
    return "\(text) behind the end of \(fewer)"
  }

  private var shiftLines: [String] {
    guard let moved else {
      return ["best shift 0: moving one of them in time makes nothing better"]
    }
    let isLate = moved.shift > 0
    let steps = Int(moved.shift.magnitude)
    let relation =
      "STREAM is \(steps) timestep\(steps == 1 ? "" : "s") \(isLate ? "late" : "early")"
    let head = "best shift \(isLate ? "+" : "")\(moved.shift): \(relation)"
    guard moved.areEqual else {
      return [head + "; moved, they still"] + differenceLines(moved).map { "  " + $0 }
    }
    let advice =
      isLate ? "drop its first \(steps), the output latency" : "drop the first \(steps) of OFFLINE"
    return ["\(head); moved, they are \(equalLine(moved)): \(advice)"]
  }

  private var seamLine: String? {
    if let seams {
      let places = seams.offsets.prefix(8).map(String.init).joined(separator: ", ")
      let rest = seams.offsets.count > 8 ? ", … \(seams.offsets.count - 8) more" : ""
      let place = "t mod \(seams.period) = \(places)\(rest)"
      let text =
        seams.isInSizeOnly
        ? "the size of the differences repeats every \(seams.period) timesteps, largest at \(place)"
        : "differences repeat every \(seams.period) timesteps, at \(place), in \(seams.hitCount) of "
          + "the \(seams.periodCount) blocks from the first difference on"
      if contradictsBlock, let block = options.block {
        return "not at the seams of blocks of \(block), but \(text)"
      }
      return "block seams: \(text)"
    }
    guard let block = options.block, contradictsBlock else { return nil }
    return "differences do not follow the seams of blocks of \(block)"
  }

  /// Differences that lie at one end only point to padding or to the flush.
  private var placeLine: String? {
    let found = moved ?? unmoved
    guard seams == nil, found.differingCount > 0 else { return nil }
    let compared = found.envelope.indices.filter { found.envelope[$0] != nil }
    let differing = compared.filter { (found.envelope[$0] ?? 0) > options.tolerance }
    guard let first = differing.first, let last = differing.last, differing.count < compared.count
    else { return nil }
    let isRun = compared.filter { $0 >= first && $0 <= last }.count == differing.count
    guard isRun else { return nil }
    let steps = "\(differing.count) timestep\(differing.count == 1 ? "" : "s")"
    if first == compared.first {
      return "only the first \(steps) differ: compare start and padding"
    }
    if last == compared.last {
      return 2 * differing.count > compared.count
        ? "everything from timestep \(first) on differs: look at the state there"
        : "only the last \(steps) differ: compare the flush and the padding of the end"
    }
    return nil
  }
}
