import Diagnostics
import Tensors

/// Where two arrays differ: rows, channels, seams, ends.
extension ArrayComparison {
  /// The rows and channels that differ, and from where to where.
  func whereLines(_ found: Differences) -> [String] {
    var lines: [String] = []
    if rowCount > 1 {
      let groups = Dictionary(grouping: found.rows.keys.sorted()) { found.rows[$0] }
        .values.sorted { ($0.first ?? 0) < ($1.first ?? 0) }
      let parts = groups.prefix(6).map { rows in
        "\(NumberRanges.text(rows)): \(extentText(found.rows[rows[0]]))"
      }
      let rest = groups.dropFirst(6).reduce(0) { $0 + $1.count }
      lines.append(
        "rows: \(found.rows.count) of \(rowCount) differ: \(parts.joined(separator: "; "))"
          + (rest > 0 ? "; … \(rest) more" : ""))
    }
    let count = channelShape.elementCount
    let channels = found.channels.keys.sorted()
    let starts = Set(channels.map { found.channels[$0]?.firstTime })
    if count > 1, channels.count < count || starts.count > 1 {
      lines.append(
        "channels: \(channels.count) of \(count) differ: \(names(channels))"
          + channelExtents(channels, found))
    } else if rowCount == 1 {
      let all = count == 2 ? "both channels, " : count > 2 ? "all \(count) channels, " : ""
      lines.append("where: \(all)\(extentText(found.rows[0]))")
    }
    return lines
  }

  private func channelExtents(_ channels: [Int], _ found: Differences) -> String {
    let groups = Dictionary(grouping: channels) { channel -> [Int?] in
      [found.channels[channel]?.firstTime, found.channels[channel]?.lastTime]
    }
    guard groups.count <= 4 else { return "" }
    let parts = groups.values.sorted { ($0.first ?? 0) < ($1.first ?? 0) }.map { group in
      let name = groups.count == 1 ? "" : "\(names(group)): "
      let extent = found.channels[group[0]]
      return name + (extent.map { rangeText($0.firstTime, $0.lastTime) } ?? "")
    }
    return " · " + parts.joined(separator: "; ")
  }

  private func names(_ channels: [Int]) -> String {
    guard channelShape.count > 1 else { return NumberRanges.text(channels) }
    let shown = channels.prefix(6).map { channelShape.position(of: $0).shapeText }
    let rest = channels.count > 6 ? ", … \(channels.count - 6) more" : ""
    return shown.joined(separator: ", ") + rest
  }

  private func extentText(_ extent: Differences.Extent?) -> String {
    guard let extent else { return "none" }
    let length = extent.lastTime - extent.firstTime + 1
    let all = extent.count < length ? ", \(NumberText.grouped(extent.count)) of them" : ""
    return rangeText(extent.firstTime, extent.lastTime) + all
  }

  private func rangeText(_ first: Int, _ last: Int) -> String {
    first == last ? "timestep \(first)" : "timesteps \(first) to \(last)"
  }

  /// Whether and how the differences come back at the seams of blocks.
  var seamLine: String? {
    if let seams {
      let place =
        "t mod \(seams.period) = \(seams.offsets.map(String.init).joined(separator: ", "))"
      let text =
        switch seams.extent {
        case .size:
          "the size of the differences repeats every \(seams.period) timesteps, largest at \(place)"
        case .jump:
          "the difference jumps every \(seams.period) timesteps, at \(place)"
        case .places: placesLine(seams)
        }
      if contradictsBlock, let block = options.block {
        return "not at the seams of blocks of \(block), but \(text)"
      }
      return "block seams: \(text)"
    }
    guard let block = options.block, contradictsBlock else { return nil }
    return "no pattern was found that follows the seams of blocks of \(block)"
  }

  private func placesLine(_ seams: SeamPattern) -> String {
    "differences repeat every \(seams.period) timesteps, \(placesText(seams)), in "
      + "\(seams.hitCount) of the \(seams.periodCount) blocks from the first difference on"
      + lookAheadText(seams)
  }

  private func placesText(_ seams: SeamPattern) -> String {
    guard let stretch = seams.stretch else {
      let places = seams.offsets.prefix(8).map(String.init).joined(separator: ", ")
      let rest = seams.offsets.count > 8 ? ", … \(seams.offsets.count - 8) more" : ""
      return "at t mod \(seams.period) = \(places)\(rest)"
    }
    if stretch.lowerBound < 0 {
      return "from \(-stretch.lowerBound) before to \(stretch.upperBound) behind each seam"
    }
    if stretch.lowerBound > 0, stretch.upperBound == seams.period - 1 {
      return "in the last \(stretch.count) before each seam (t mod \(seams.period) = "
        + "\(stretch.lowerBound) to \(stretch.upperBound))"
    }
    let last = stretch.count > 1 ? " to \(stretch.upperBound)" : ""
    return "at t mod \(seams.period) = \(stretch.lowerBound)\(last)"
  }

  /// What lies before a seam, and only there or around it, points to the layer.
  private func lookAheadText(_ seams: SeamPattern) -> String {
    guard shift == 0, let stretch = seams.stretch, 2 * stretch.count <= seams.period,
      stretch.lowerBound < 0 || stretch.upperBound == seams.period - 1
    else { return "" }
    return "; before a seam only what looks ahead can differ"
  }

  /// Differences that lie at one end only point to padding or to the flush.
  var placeLine: String? {
    let found = explanations.first { $0.kind.movesTime }?.remaining ?? unmoved
    guard seams == nil, found.differingCount > 0 else { return nil }
    let compared = found.envelope.indices.filter { found.envelope[$0] != nil }
    let differing = compared.filter { (found.envelope[$0] ?? 0) > 0 }
    guard let first = differing.first, let last = differing.last, differing.count < compared.count
    else { return nil }
    let isRun = compared.filter { $0 >= first && $0 <= last }.count == differing.count
    guard isRun else { return nil }
    let isFew = 4 * differing.count <= compared.count
    let steps = "\(differing.count) timestep\(differing.count == 1 ? "" : "s")"
    if first == compared.first {
      let equal = compared.count - differing.count
      return isFew
        ? "only the first \(steps) differ: compare start and padding"
        : "only the last \(equal) timestep\(equal == 1 ? " is" : "s are") equal"
    }
    if last == compared.last {
      return isFew
        ? "only the last \(steps) differ: compare the flush and the padding of the end"
        : "every timestep from \(first) on differs: look at what begins there, such as a state"
    }
    return nil
  }
}
