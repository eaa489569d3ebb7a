import Diagnostics
import Tensors

extension ArrayComparison {
  /// The result for people: the verdict first, where they differ, then what explains it, a line each.
  package var lines: [String] {
    let lines: [String]
    switch verdict {
    case .equal: lines = [equalLine(unmoved)]
    case .rounding:
      lines = ["rounding: " + equalLine(unmoved), criterion.budgetText]
    case .differ: lines = differLines
    }
    return lines.map { options.names.applied(to: $0) }
  }

  /// What is said of the differences behind the first place: where they are, and what explains them.
  package var findings: [String] {
    guard verdict == .differ else { return [] }
    return differLines.dropFirst().map { options.names.applied(to: $0) }
  }

  /// What explains the differences, or that nothing was found.
  package var explanationLines: [String] {
    explainedLines.map { options.names.applied(to: $0) }
  }

  private var differLines: [String] {
    var lines: [String] = []
    if unmoved.differingCount > 0 {
      lines += differenceLines(unmoved, within: criterion.boundText)
      lines += whereLines(unmoved)
      if onlyWithinRounding {
        lines.append("none is larger than rounding: " + criterion.budgetText)
      }
    } else {
      lines.append("differ in length or mask: " + equalLine(unmoved))
    }
    if let line = maskLine { lines.append(line) }
    if let line = lengthLine { lines.append(line) }
    if let line = notANumberLine { lines.append(line) }
    guard unmoved.differingCount > 0 else { return lines }
    lines += explainedLines
    if let line = likenessLine { lines.append(line) }
    if let line = seamLine { lines.append(line) }
    if let line = placeLine { lines.append(line) }
    return lines
  }

  /// Whether only what the user requested makes the differences count.
  private var onlyWithinRounding: Bool {
    options.tolerance != nil && (unmoved.largest?.difference ?? 0) <= criterion.roundingBound
  }

  private func equalLine(_ found: Differences) -> String {
    guard let largest = found.largest else {
      return "equal within 0 · \(countText(found)) · no difference"
    }
    return "equal within \(criterion.boundText) · \(countText(found)) · \(sizeText(largest))"
  }

  private func countText(_ found: Differences) -> String {
    let rows = " · \(rowCount) row\(rowCount == 1 ? "" : "s")"
    let steps = found.comparedCount == 1 ? "timestep" : "timesteps"
    return "\(NumberText.grouped(found.comparedCount)) \(steps) compared\(rows)"
  }

  var rowCount: Int { offline.shape.count == 1 ? 1 : offline.shape[0] }

  private func differenceLines(
    _ found: Differences, within bound: String, inTimeOf name: String? = nil
  ) -> [String] {
    var lines: [String] = []
    let time = name.map { "\($0) timestep" } ?? "timestep"
    if let first = found.first {
      let channel = first.channel.isEmpty ? "" : ", channel \(channelText(first.channel))"
      let values = "offline \(exactText(first.offline)), stream \(exactText(first.stream))"
      let size = "|Δ| \(NumberText.short(first.difference))\(ulpText(first))"
      lines.append(
        "differ first at row \(first.row), \(time) \(first.time)\(channel)\(blockText(first.time)): "
          + "\(values), \(size)")
    }
    let compared = NumberText.grouped(found.comparedCount)
    let differing = NumberText.grouped(found.differingCount)
    var line = "\(differing) of \(compared) timesteps differ by more than \(bound)"
    line += " · \(found.rows.count) of \(rowCount) row\(rowCount == 1 ? "" : "s")"
    if let largest = found.largest { line += " · \(sizeText(largest))" }
    lines.append(line)
    return lines
  }

  func channelText(_ channel: [Int]) -> String {
    channel.count == 1 ? "\(channel[0])" : channel.shapeText
  }

  private func blockText(_ time: Int) -> String {
    options.block.map { " (block \(time / $0), offset \(time % $0))" } ?? ""
  }

  private func exactText(_ value: Double) -> String {
    NumberText.exact(value, ValueDifference.coarser(offline.dtype, stream.dtype))
  }

  private func ulpText(_ element: Differences.Element) -> String {
    let dtype = criterion.budget.dtype
    guard let ulps = ValueDifference.ulps(element.offline, element.stream, dtype) else { return "" }
    return ", \(criterion.budget.ulpText(Int(clamping: ulps)))"
  }

  /// A difference, where it is, in units in the last place and beside the largest value.
  private func sizeText(_ element: Differences.Element) -> String {
    let size = NumberText.short(element.difference)
    let share = element.difference / criterion.largest
    let relative =
      share.isFinite
      ? ", \(NumberText.short(share, digits: 2)) of the largest value "
        + NumberText.short(criterion.largest) : ""
    return "largest |Δ| \(size) at \(element.indexText)\(ulpText(element))\(relative)"
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
    let count = NumberText.counted(Int(extraCount.magnitude), "valid timestep")
    return "\(more) has \(count) behind the end of \(fewer)"
  }

  private var notANumberLine: String? {
    let sides = [("OFFLINE", onlyNaN.offline), ("STREAM", onlyNaN.stream)].filter { $0.1 > 0 }
    guard !sides.isEmpty else { return nil }
    return sides.map { "\(NumberText.grouped($0.1)) values are NaN in \($0.0) only" }
      .joined(separator: ", ")
  }

  /// What was found to be the case, with how much it explains.
  private var explainedLines: [String] {
    guard !explanations.isEmpty else {
      // Rounding needs no other explanation.
      guard !onlyWithinRounding else { return [] }
      return [
        "not found: a shift or drift in time, another order of time, rows or channels, gain, offset, "
          + "sign, clipping"
      ]
    }
    var lines: [String] = []
    for (index, found) in explanations.enumerated() {
      let of = index == 0 ? "of the differences" : "of what is left"
      let share = ArrayComparison.percent(found.share)
      lines.append("\(found.kind.rawValue): \(found.statement) · explains \(share) \(of)")
    }
    guard let last = explanations.last, last.remaining.differingCount > 0 else {
      // One value is described, not worked out from OFFLINE.
      guard explanations.last?.kind != .constant, let bound = explanations.last?.bound else {
        return lines
      }
      return lines + ["with that they are equal within \(NumberText.short(bound, digits: 2))"]
    }
    let bound = NumberText.short(last.bound, digits: 2)
    let remaining = differenceLines(last.remaining, within: bound, inTimeOf: "STREAM")
    return lines + ["with that they still"] + remaining.map { "  " + $0 }
  }

  private var likenessLine: String? {
    let isExplained = explanations.contains { $0.share >= Explanation.wholeShare }
    guard let likeness, !isExplained else { return nil }
    let shift = "\(likeness.shift > 0 ? "+" : "")\(likeness.shift)"
    let rest = ArrayComparison.percent(likeness.rest)
    if let between = likeness.between {
      let place = Double(likeness.shift) + between.fraction
      let text = NumberText.short(place.magnitude, digits: 2)
      let way = place < 0 ? "later" : "earlier"
      return "no whole shift explains it (the best leaves \(rest) of the mean |Δ|): timestep t of "
        + "OFFLINE lies between STREAM's, near t \(place < 0 ? "-" : "+") \(text), which leaves "
        + "\(ArrayComparison.percent(between.rest)) of that: as if frames of STREAM began \(text) of a "
        + "timestep \(way); compare where frames begin"
    }
    if let glide = likeness.glide {
      let change = 1000 * (glide.last - glide.first) / Double(glide.timeCount)
      let first = Int(glide.first.rounded())
      return "they are most alike with a shift that goes evenly from \(first) to "
        + "\(Int(glide.last.rounded())), \(NumberText.short(change, digits: 2)) in 1,000 timesteps: "
        + "as another sample rate or hop gives"
    }
    guard likeness.shift != 0, likeness.rest < 0.95 else { return nil }
    return "no shift in time explains it: the best, \(shift), leaves \(rest) of the mean |Δ|"
  }

  static func percent(_ share: Double) -> String {
    let percent = 100 * share
    // Nearly all is not all.
    let digits = percent > 99 && percent < 100 ? min(percent, 99.9) : percent
    return "\(NumberText.short(digits, digits: percent < 10 ? 2 : 3)) %"
  }
}
