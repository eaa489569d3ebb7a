import Diagnostics

extension TimePattern {
  var kind: Explanation.Kind {
    switch self {
    case .shift: .shift
    case .drift, .edits: .drift
    case .reversed, .reversedBlocks, .blockOrder, .folded, .moved: .timeOrder
    }
  }

  /// The rule in words; `lengths` are the timesteps of OFFLINE and STREAM.
  func text(_ lengths: (offline: Int, stream: Int)) -> String {
    switch self {
    case .shift(0): return "time is as in OFFLINE"
    case .shift(let steps):
      return "STREAM is \(Self.count(steps)) \(steps > 0 ? "late" : "early")"
    case .drift(let change, let period, let first, let isInserted):
      let what =
        change < 0
        ? "\(Self.count(change)) \(change == -1 ? "is" : "are") lost"
        : isInserted
          ? "\(Self.count(change)) \(change == 1 ? "is" : "are") inserted"
          : "\(Self.count(change)) \(change == 1 ? "comes" : "come") again"
      let way = change > 0 ? "grows" : "falls"
      let size = lengths.stream - lengths.offline
      let length =
        size == 0
        ? "" : " (STREAM is \(Self.count(size)) \(size > 0 ? "longer" : "shorter"))"
      return
        "at every seam of \(period) timesteps of OFFLINE \(what)\(length): the shift \(way) by "
        + "\(abs(change)) a block, first at timestep \(first) of STREAM"
    case .edits(let edits):
      let shown = edits.prefix(6).map { edit in
        "\(abs(edit.change)) \(edit.change < 0 ? "lost" : "added") at \(edit.time)"
      }
      return "timesteps are lost or added at \(edits.count) "
        + "place\(edits.count == 1 ? "" : "s") of STREAM: "
        + shown.joined(separator: ", ") + (edits.count > 6 ? ", …" : "")
    case .reversed: return "STREAM runs backward in time"
    case .reversedBlocks(let length): return "STREAM runs backward in each block of \(length)"
    case .blockOrder(let length, let order):
      let shown = order.prefix(8).map(String.init).joined(separator: ", ")
      let rest = order.count > 8 ? ", …" : ""
      return "blocks of \(length) timesteps stand in another order: those of OFFLINE's "
        + "\(shown)\(rest)"
    case .folded(let rows, let columns):
      return "time is folded: STREAM is OFFLINE with its \(rows * columns) timesteps reshaped to "
        + "[\(rows), \(columns)] and transposed"
    case .moved(let stretches):
      let elsewhere = Self.held(stretches).filter { $0.shift != 0 || $0.step != 1 }
      let shown = elsewhere.prefix(4).map { stretch in
        let last = stretch.source + stretch.step * (stretch.count - 1)
        let source = stretch.step == 0 ? "" : " to \(last)"
        return "\(stretch.start) to \(stretch.end - 1) is OFFLINE's \(stretch.source)\(source)"
      }
      return "STREAM's timestep \(shown.joined(separator: ", "))"
        + (elsewhere.count > 4 ? ", … \(elsewhere.count - 4) more" : "")
    }
  }

  /// One timestep that stands in several places as one stretch with step 0.
  private static func held(_ stretches: [TimestepMap.Stretch]) -> [TimestepMap.Stretch] {
    stretches.reduce(into: []) { result, stretch in
      let last = result.count - 1
      if stretch.count == 1, last >= 0, result[last].source == stretch.source,
        result[last].end == stretch.start, result[last].step == 0 || result[last].count == 1
      {
        result[last].step = 0
        result[last].count += 1
      } else {
        result.append(stretch)
      }
    }
  }

  private static func count(_ steps: Int) -> String {
    NumberText.counted(Int(steps.magnitude), "timestep")
  }
}
