import Tensors

/// Which places lack timesteps that those before them have.
struct MissingEnds {
  /// By comparison, how many of the first and of the last timesteps STREAM lacks there for no reason that is
  /// known.
  private(set) var lacking: [Int: (first: Int, last: Int)] = [:]
  private(set) var notes: [String] = []

  init(
    _ offline: any Trace, _ stream: any Trace, _ comparisons: [PlaceComparison],
    knowsBlocks: Bool, latency: Int?
  ) {
    let pairs = comparisons.map(\.pair)
    func rate(_ pair: TraceAlignment.Pair) -> Rational { offline.places[pair.offline].rate }
    // What was not fed cannot come out: counted in timesteps of the input.
    let unfed: Rational
    if knowsBlocks, stream.kind == .stepWise {
      unfed = Rational(max(0, offline.blocks.timeCount - stream.blocks.timeCount))
    } else {
      unfed = pairs.map { Rational($0.missingLast) / max(rate($0), Rational(1, 1000)) }.min() ?? 0
    }
    if unfed > 0 {
      notes.append(
        "STREAM was fed \(unfed.ceiling) timesteps less than OFFLINE: what they have in common was compared"
      )
    }
    let declared = Rational(latency ?? 0)
    var allowed = 0
    for (index, pair) in pairs.enumerated() {
      let rate = rate(pair)
      let isDeclared = pair.shift.source == .declared
      let excused = (rate * unfed).ceiling
      let excess = pair.missingLast - excused
      let late = isDeclared ? pair.shift.steps : (rate * declared).ceiling
      if excess > 0, excess <= late { allowed = max(allowed, excess) }
      let last = excess > late ? excess : 0
      if pair.missingFirst > 0 || last > 0 { lacking[index] = (pair.missingFirst, max(last, 0)) }
    }
    if allowed > 0 {
      notes.append(
        "up to \(allowed) of the last timesteps are not in STREAM, which is so much late: feed as many "
          + "more to see them")
    }
    let late = Set(
      pairs.filter { $0.shift.source == .found && $0.shift.steps != 0 }.map(\.shift.steps))
    for steps in late.sorted() {
      let names = pairs.filter { $0.shift.steps == steps }.map(\.path)
      let more = names.count > 1 ? " and \(names.count - 1) more" : ""
      notes.append(
        "\(names[0])\(more): STREAM is \(steps.magnitude) timestep\(steps.magnitude == 1 ? "" : "s") "
          + "\(steps > 0 ? "late" : "early"), found from the values")
    }
    let extra = pairs.map(\.extra).max() ?? 0
    if extra > 0 {
      notes.append("STREAM has up to \(extra) timesteps behind the end of OFFLINE, not compared")
    }
  }
}
