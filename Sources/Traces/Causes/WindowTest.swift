import Comparison

/// Whether a window sees one timestep too few or too many: then all is right until the window is full.
struct WindowTest: CauseTest {
  func findings(_ evidence: CauseEvidence) -> [CauseFinding] {
    var finding = CauseFinding(.windowOffByOne)
    let time = evidence.firstTime
    finding.contradict(time == 0, 3, "t 0, where no window is full, differs already")
    let offset = evidence.firstOffset ?? 1
    finding.support(
      offset > 0 && time > 0 && evidence.hasLongBlocks && !evidence.lateInBlocks, 1.5,
      "the first difference lies within a block, at t \(time)")
    finding.contradict(
      offset == 0 && evidence.hasLongBlocks, 1, "the first difference is at the start of a block")
    let isSteady = evidence.shareFromFirst >= 0.9
    finding.support(
      isSteady && time > 0, 1, "nearly every timestep from t \(time) on differs, and none before")
    finding.contradict(
      !isSteady && evidence.prefixLength != nil, 2, "each block is equal again behind its start")
    finding.contradict(evidence.lateInBlocks, 2, "only the ends of blocks differ")
    if let short = evidence.held.first(where: \.isShort), let entry = short.firstWrong {
      finding.support(
        true, 6, "\(short.state.name) lacks its oldest timestep alone: \(short.text(entry))")
    }
    func isNear(_ length: Int) -> Bool {
      time > 1 && length > 1 && (time - 1...time + 1).contains(length)
    }
    if let held = evidence.held.first(where: { isNear($0.length) }) {
      finding.support(
        true, 2,
        "\(held.state.name) holds \(held.length) timesteps, and the first difference is at t \(time)"
      )
    } else if let length = evidence.ownStateExtents.filter(isNear).min() {
      finding.support(
        true, 0.75, "its state has an axis of \(length), and the first difference is at t \(time)")
    }
    finding.support(
      evidence.isNamed(["attn", "attention", "window", "local", "pool"]), 0.5,
      "\(evidence.place.path) is named as something with a window")
    finding.contradict(
      evidence.isNamed(["lstm", "gru", "rnn", "recurrent"]), 1.5,
      "a recurrent layer has no window")
    finding.contradict(evidence.isStateless, 1.5, "such a place has no window over time")
    return [finding]
  }
}

extension CauseEvidence {
  /// The extents of the axes of its own states, those of one axis left out: they hold no window.
  var ownStateExtents: Set<Int> {
    Set(
      states.filter { $0.isOwn && $0.values.channelShape.count > 1 }.flatMap(\.values.channelShape))
  }
}
