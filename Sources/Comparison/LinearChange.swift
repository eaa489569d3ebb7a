import Diagnostics

/// Looks for gain, offset and sign: of the whole, or with other numbers in each row, channel, block of
/// time or place within a block.
struct LinearChange: Hypothesis {
  /// What may have numbers of its own.
  var groupings = Grouping.all

  func predictions(for pair: ComparedPair) -> [Prediction] {
    // Where some timesteps are equal, it is the others that were changed, unless the change leaves
    // equal ones as they are.
    let isPart = pair.unmoved.differingCount < pair.unmoved.comparedCount
    guard let fit = fitted(to: pair, onlyDiffering: isPart) else { return [] }
    let whole = Fit(lines: fit.lines, onlyDiffering: false)
    return (isPart ? [whole, fit] : [whole]).map { $0.prediction(pair) }
  }

  /// The fit with the fewest numbers that holds; nil if none does.
  func fitted(
    to pair: ComparedPair, onlyDiffering: Bool, leastShare: Double = Explanation.wholeShare
  ) -> Fit? {
    let samples = Samples(pair, onlyDiffering: onlyDiffering)
    guard samples.count >= 8 else { return nil }
    var candidates: [(key: Grouping.Key, form: LineFit.Form)] = []
    let periods = periods(pair)
    for grouping in groupings {
      let isTimed = grouping.contains(.block) || grouping.contains(.place)
      for period in isTimed ? periods : [1] {
        let key = Grouping.Key(
          grouping: grouping, period: period, rowCount: pair.offline.rowCount,
          timeCount: max(pair.offline.timeCount, 1), channelCount: pair.offline.channelCount)
        let isSplit = grouping.isEmpty || key.count > 1
        if isSplit { candidates += LineFit.Form.allCases.map { (key, $0) } }
      }
    }
    func parameterCount(_ candidate: (key: Grouping.Key, form: LineFit.Form)) -> Int {
      candidate.key.count * candidate.form.parameterCount
    }
    candidates.sort { parameterCount($0) < parameterCount($1) }
    for (key, form) in candidates {
      guard let lines = LineFit(samples, form, key, bound: pair.bound),
        lines.share >= leastShare
      else { continue }
      return Fit(lines: lines, onlyDiffering: onlyDiffering)
    }
    return nil
  }

  private func periods(_ pair: ComparedPair) -> [Int] {
    if let block = pair.block { return block > 1 ? [block] : [] }
    let found = [
      BlockPeriod.find(pair), SeamPattern.find(pair.unmoved.envelope)?.period,
    ]
    return Set(found.compactMap { $0 }).sorted()
  }

  /// Lines that hold.
  struct Fit {
    let lines: LineFit
    let onlyDiffering: Bool
  }
}

extension LinearChange.Fit {
  func prediction(_ pair: ComparedPair) -> Prediction {
    let text = statement(pair)
    return Prediction(
      kind: kind, statement: (onlyDiffering ? "where they differ, " : "") + text, period: period,
      values: applied(to: pair), leastShare: 0.9)
  }

  private var period: Int? {
    let grouping = lines.key.grouping
    return grouping.contains(.block) || grouping.contains(.place) ? lines.key.period : nil
  }

  /// OFFLINE changed by these lines.
  func applied(to pair: ComparedPair) -> ComparedArray {
    let array = pair.offline
    var values = array.values
    for row in 0..<array.rowCount {
      for time in 0..<array.timeCount where !onlyDiffering || pair.isDiffering(row, time) {
        let start = array.start(row, time)
        for channel in 0..<array.channelCount
        where !onlyDiffering || pair.unmoved.channels[channel] != nil {
          let line = lines.lines[lines.key.index(row, time, channel)]
          values[start + channel] = line.gain * values[start + channel] + line.offset
        }
      }
    }
    return ComparedArray(like: array, values: values, covered: array.covered)
  }

  var kind: Explanation.Kind {
    switch lines.form {
    case .offset: .offset
    case .gain: isSign ? .sign : .gain
    case .both: .gainAndOffset
    }
  }

  private var isSign: Bool {
    lines.lines.allSatisfy { $0.count == 0 || ($0.gain.magnitude - 1).magnitude < 1e-3 }
      && lines.lines.contains { $0.gain < 0 }
  }

  /// The lines in words.
  func statement(_ pair: ComparedPair) -> String {
    let key = lines.key
    guard !key.grouping.isEmpty else {
      let formula = formula(lines.lines[0], "OFFLINE")
      return "STREAM = \(formula)" + (isSign ? ": the sign is flipped" : "")
    }
    let scale = pair.offline.largestMagnitude
    let changed = lines.lines.indices.filter { group in
      let line = lines.lines[group]
      let change = (line.gain - 1).magnitude * scale + line.offset.magnitude
      return line.count > 0 && change > pair.bound
    }
    let rest = changed.count < lines.lines.count ? ", nothing elsewhere" : ""
    if isSign {
      return "the sign is flipped in \(names(changed))\(rest.isEmpty ? "" : ", not elsewhere")"
    }
    let shown = changed.prefix(4).map { group in
      "\(key.text(group)): \(short(lines.lines[group]))"
    }
    let list = shown.joined(separator: "; ") + (changed.count > 4 ? "; …" : "")
    let unit = key.grouping.text(key.period)
    switch lines.form {
    case .offset:
      let what = key.grouping == .channel ? "one number a channel" : "one number for \(unit)"
      return "the difference is \(what) (\(list)\(rest))"
    case .gain:
      return "STREAM = gain · OFFLINE, with a gain for \(unit) (\(list)\(rest))"
    case .both:
      let hint = key.grouping.contains(.block) ? ", as statistics of each block give" : ""
      return "STREAM = gain · OFFLINE + offset, with other numbers for \(unit)\(hint) "
        + "(\(list)\(rest))"
    }
  }

  private func names(_ groups: [Int]) -> String {
    guard lines.key.grouping == .channel || lines.key.grouping == .row else {
      let shown = groups.prefix(4).map { lines.key.text($0) }.joined(separator: "; ")
      return shown + (groups.count > 4 ? "; …" : "")
    }
    let name = lines.key.grouping == .channel ? "channel" : "row"
    return "\(name)\(groups.count == 1 ? "" : "s") \(NumberRanges.text(groups))"
  }

  private func short(_ line: LineFit.Line) -> String {
    switch lines.form {
    case .offset: (line.offset > 0 ? "+" : "") + NumberText.short(line.offset)
    case .gain: NumberText.short(line.gain)
    case .both: formula(line, "OFFLINE")
    }
  }

  private func formula(_ line: LineFit.Line, _ name: String) -> String {
    var text = name
    if lines.form != .offset {
      let isFlip = (line.gain + 1).magnitude < 1e-6
      text = isFlip ? "-\(name)" : "\(NumberText.short(line.gain)) · \(name)"
    }
    guard lines.form != .gain, line.offset != 0 else { return text }
    let sign = line.offset < 0 ? "-" : "+"
    return "\(text) \(sign) \(NumberText.short(line.offset.magnitude))"
  }
}
