import Comparison
import Diagnostics

extension Diagnosis {
  /// Places that are listed before the list is cut.
  private static let mostLines = 64

  /// All that was found, for people; the last line is the answer.
  package var lines: [String] {
    placeLines + [""] + findingLines + noteLines + [summary, sentence]
  }

  /// A line for each place, in the order of computation.
  package var placeLines: [String] {
    let width = comparisons.map(\.pair.path.count).max() ?? 0
    var lines = comparisons.map { comparison in
      let path = comparison.pair.path
      let name = path + String(repeating: " ", count: width - path.count)
      return "\(comparison.sign) \(name)  \(comparison.brief)"
    }
    if lines.count > Self.mostLines {
      // The first wrong one is among those that are shown.
      let start = max(0, min((finding?.index ?? 0) - 8, lines.count - Self.mostLines))
      let shown = lines[start..<start + Self.mostLines]
      let before = start > 0 ? ["… \(start) places before"] : []
      let behind = lines.count - start - Self.mostLines
      lines = before + shown + (behind > 0 ? ["… \(behind) places behind"] : [])
    }
    return lines + obstacles.map { "! \($0.path)  cannot be compared: \($0.reason)" }
  }

  /// The first wrong place, and the causes with the evidence for and against each.
  package var findingLines: [String] { rawFindingLines.map { names.applied(to: $0) } }

  private var rawFindingLines: [String] {
    guard let finding else { return [] }
    let comparison = comparisons[finding.index]
    var lines = [
      "first wrong place: \(subject(finding)), \(finding.index + 1) of \(comparisons.count) in the "
        + "order of computation, \(placeText(finding))"
    ]
    if let first = comparison.first {
      lines.append(
        "  OFFLINE \(NumberText.short(first.offline, digits: 6)), STREAM "
          + "\(NumberText.short(first.stream, digits: 6)); largest |Δ| "
          + "\(NumberText.short(comparison.largest?.difference ?? 0, digits: 3)); "
          + comparison.criterion.budgetText)
    }
    if !others.isEmpty {
      let names = others.prefix(4).map { comparisons[$0].pair.path }.joined(separator: ", ")
      lines.append(
        "  what feeds these is equal as well, so that they have faults of their own: \(names)")
    }
    lines.append(
      !finding.isTested
        ? "causes: stopped before they were tested"
        : finding.causes.isEmpty ? "causes: none of those that are known was found" : "causes:")
    for (position, cause) in finding.causes.prefix(4).enumerated() {
      lines.append("  \(position + 1). \(cause.cause.text) [\(cause.strength)]")
      lines += cause.supports.map { "     for: \($0.text)" }
      lines += cause.contradicts.map { "     against: \($0.text)" }
    }
    if finding.causes.count > 4 {
      let rest = finding.causes.dropFirst(4).map(\.cause.rawValue).joined(separator: ", ")
      lines.append("  less likely: \(rest)")
    }
    if !finding.notFound.isEmpty {
      let names = finding.notFound.map(\.rawValue).joined(separator: ", ")
      lines.append("  tested and not found: \(names)")
    }
    return lines
  }

  private var noteLines: [String] { notes.map { "note: \($0)" } }

  /// How many places are equal.
  package var summary: String {
    var rest = obstacles.isEmpty ? "" : ", \(obstacles.count) cannot be compared"
    if let left, left > 0 { rest += ", \(left) not compared: it was stopped" }
    return "\(comparisons.count) places: \(count(.equal)) equal, \(count(.rounding)) rounding, "
      + "\(count(.differ)) differ\(rest)"
  }

  private func placeText(_ finding: Finding) -> String {
    var text = "t \(finding.time), row \(finding.row)"
    if let channel = finding.channel, !channel.isEmpty {
      text += ", channel \(channel.map(String.init).joined(separator: ","))"
    }
    if let block = finding.block {
      text += " (block \(block.index), timestep \(block.offset) of it)"
    }
    return text
  }

  /// The answer in one sentence: layer, timestep, row and why.
  package var sentence: String { names.applied(to: rawSentence) }

  private var rawSentence: String {
    guard let finding else {
      let rounding = verdict == .rounding ? "within rounding" : "equal"
      if let left {
        return
          "stopped: the first \(comparisons.count) places are \(rounding) at every timestep that both runs "
          + "have; nothing is said of the \(left) behind them"
      }
      let rest = unmatched.offline + unmatched.stream + obstacles.count
      return
        "all \(comparisons.count - inside.count) places that were compared are \(rounding) at every timestep that "
        + "both runs have"
        + (inside.isEmpty ? "" : ", but for \(inside.count) inside of others that are")
        + (rest > 0 ? "; \(rest) others could not be" : "")
    }
    let comparison = comparisons[finding.index]
    let path = comparison.pair.path
    var parts = [beforeText(finding, path)]
    if comparison.verdict == .differ {
      let isOn = comparison.differingCount > 1
      parts[0] +=
        ", \(outputText(finding)) differs \(isOn ? "from t \(finding.time) on" : "at t \(finding.time)"), first in "
        + "row \(finding.row)"
    } else {
      parts[0] +=
        ", its output is equal where both have it, up to t \(finding.time) in row \(finding.row)"
    }
    if finding.states.count == 1 {
      parts.append("its only state is \(finding.states[0])")
    } else if finding.states.count > 1, finding.states.count <= 4 {
      parts.append("its states are \(finding.states.joined(separator: ", "))")
    }
    parts.append(causeText(finding))
    return parts.joined(separator: "; ")
  }

  /// What is wrong: the path, and what a module computes and feeds to another.
  private func subject(_ finding: Finding) -> String {
    let path = comparisons[finding.index].pair.path
    guard let ends = finding.moduleInput else { return path }
    return ends.of == path
      ? "\(path) (or what \(text(ends.from)) feeds to it, which is not computed alike in both runs)"
      : "\(path) (\(outputText(finding)))"
  }

  private func outputText(_ finding: Finding) -> String {
    guard let ends = finding.moduleInput, ends.of != comparisons[finding.index].pair.path else {
      return "its output"
    }
    return "what \(text(ends.from)) computes and feeds to \(ends.of)"
  }

  private func text(_ module: String) -> String { module.isEmpty ? "the model" : module }

  private func beforeText(_ finding: Finding, _ path: String) -> String {
    if let feeds = finding.feeds {
      guard !feeds.isEmpty else { return "nothing that feeds \(path) was recorded" }
      let names = feeds.map { comparisons[$0].pair.path }.joined(separator: ", ")
      return feeds.count == 1
        ? "\(path)'s input (\(names)) is equal at every t"
        : "\(path)'s inputs (\(names)) are equal at every t"
    }
    guard finding.index > 0 else { return "\(path) is the first place that was recorded" }
    let names = comparisons[max(0, finding.index - 3)..<finding.index].map(\.pair.path)
    let more = finding.index > 3 ? "\(finding.index - 3) more, " : ""
    return finding.index == 1
      ? "\(names[0]), before \(path), is equal at every t"
      : "what comes before \(path) (\(more)\(names.joined(separator: ", "))) is equal at every t"
  }

  /// What follows from equal inputs and a first difference at the start of a block, and the likeliest cause.
  private func causeText(_ finding: Finding) -> String {
    guard finding.isTested else { return "stopped before the causes were tested" }
    guard let cause = finding.causes.first else {
      return "none of the known causes was found"
    }
    let reason = cause.supports.max { $0.weight < $1.weight }?.text ?? ""
    let isShown = cause.isShown
    let text =
      isShown
      ? "\(cause.cause.text) (\(reason))"
      : "likeliest of the known causes: \(cause.cause.text) (\(reason))"
    guard [.cacheNotCarried, .resetEachBlock].contains(cause.cause), let block = finding.block,
      block.index > 0, block.offset == 0, isShown || finding.feeds != nil
    else { return text }
    let equal = block.index == 1 ? "step 0 is equal" : "steps 0 to \(block.index - 1) are equal"
    return
      "\(equal): the state handed from step \(block.index - 1) to step \(block.index), or its use, "
      + "is wrong; \(text)"
  }
}

extension CauseFinding {
  /// How sure the traces are of it.
  package var strength: String {
    if isShown { return "the values show it" }
    return score >= 2 ? "fits" : "possible"
  }
}

extension PlaceComparison {
  fileprivate var sign: String {
    switch verdict {
    case .equal: "="
    case .rounding: "≈"
    case .differ: "≠"
    }
  }

  /// What both runs are to each other there, in a line.
  package var brief: String {
    let count = "\(NumberText.grouped(pair.times.count)) timesteps"
    let late = pair.shift.steps == 0 ? "" : ", \(pair.shift.steps) late"
    switch verdict {
    case .equal: return "equal · \(count)\(late)"
    case .rounding:
      let largest = NumberText.short(self.largest?.difference ?? 0, digits: 2)
      return "rounding · largest |Δ| \(largest) · \(count)\(late)"
    case .differ:
      guard let place = firstPlace else { return "differs\(late)" }
      let largest = NumberText.short(self.largest?.difference ?? 0, digits: 2)
      return "differs from t \(place.time), row \(place.row) · largest |Δ| \(largest) · "
        + "\(NumberText.grouped(differingCount)) of \(NumberText.grouped(comparedCount)) timesteps of all "
        + "rows\(late)"
    }
  }
}
