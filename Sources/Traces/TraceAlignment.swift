package import Comparison
import Tensors

/// Which places of two traces are the same, and how their timesteps belong together.
package struct TraceAlignment {
  /// One place in both traces.
  package struct Pair: Hashable, Sendable {
    package let path: String
    package let offline: Int
    package let stream: Int
    /// Timestep `t` of OFFLINE belongs to timestep `t + shift` of STREAM.
    package let shift: TimeShift
    /// The timesteps of OFFLINE that both have.
    package let times: Range<Int>
    /// How many of the first timesteps of OFFLINE STREAM does not have, and how many of the last.
    package let missingFirst: Int
    package let missingLast: Int
    /// How many timesteps STREAM has behind the last of OFFLINE.
    package let extra: Int
  }

  /// A place that both have and that cannot be compared.
  package struct Obstacle: Hashable, Sendable {
    package let path: String
    package let reason: String
  }

  /// The pairs, in the order of the data flow.
  package let pairs: [Pair]
  package let obstacles: [Obstacle]
  /// How many places of each trace have no partner.
  package let unmatched: (offline: Int, stream: Int)
  /// How many places of OFFLINE were not looked at because it was stopped; nil where it was not.
  package let left: Int?

  /// How much of each place is read to find a shift.
  private static let windowElements = 1 << 20

  /// Aligns two traces; `names` are those that mean the same, else only equal ones do.
  ///
  /// `visit` is given every pair as soon as it is known, while its arrays are at hand.
  ///
  /// - Throws: ``TraceError`` `.notAligned` if no place can be compared, or what reading, `watch` and `visit`
  ///   throw; only a ``TraceStop`` with pairs before it ends the list instead.
  package init(
    offline: any Trace, stream: any Trace, names: [(offline: String, stream: String)]? = nil,
    latency: Int? = nil, options: ArrayComparison.Options = ArrayComparison.Options(),
    watch: TraceWatch = { _ in }, visit: (Pair) throws -> Void = { _ in }
  ) throws {
    let partners = names.map { pairs in
      Dictionary(pairs.map { ($0.offline, $0.stream) }) { first, _ in first }
    }
    let positions = Dictionary(
      stream.places.enumerated().map { ($1.path, $0) }, uniquingKeysWith: { first, _ in first })
    var pairs: [Pair] = []
    var obstacles: [Obstacle] = []
    var known = [0]
    let places = offline.places.indices.filter { offline.places[$0].timeCount > 0 }
    var seen = 0
    func align(_ index: Int) throws {
      try watch(TraceProgress(.comparing, seen, of: places.count))
      let place = offline.places[index]
      let name = partners.map { $0[place.path] } ?? place.path
      guard let name, let other = positions[name], stream.places[other].timeCount > 0 else {
        return
      }
      let theirs = stream.places[other]
      guard place.rowCount == theirs.rowCount, place.channelShape == theirs.channelShape else {
        obstacles.append(
          Obstacle(path: place.path, reason: "\(place.shapeText) and \(theirs.shapeText)"))
        return
      }
      let shift = try Self.shift(
        offline, index, stream, other, known: known, latency: latency, options)
      if shift.source == .found, !known.contains(shift.steps) { known.insert(shift.steps, at: 0) }
      let missing = min(max(0, -shift.steps), place.timeCount)
      let start = max(missing, place.firstTime, theirs.firstTime - shift.steps)
      let end = max(start, min(place.timeCount, theirs.timeCount - shift.steps))
      guard end > start else {
        obstacles.append(
          Obstacle(
            path: place.path,
            reason:
              "\(place.shapeText) and \(theirs.shapeText), \(shift.steps) late: no timestep is in both"
          ))
        return
      }
      let pair = Pair(
        path: place.path, offline: index, stream: other, shift: shift, times: start..<end,
        missingFirst: missing, missingLast: place.timeCount - end,
        extra: max(0, theirs.timeCount - shift.steps - place.timeCount))
      try visit(pair)
      pairs.append(pair)
    }
    var left: Int?
    for index in places {
      do { try align(index) } catch let stop as TraceStop {
        guard !pairs.isEmpty else { throw stop }
        left = places.count - seen
        break
      }
      seen += 1
    }
    self.left = left
    // That the same was fed to both says nothing of what they made of it.
    let isInputOnly = pairs.allSatisfy { offline.places[$0.offline].kind == .input }
    let others = offline.places.contains { $0.kind != .input && $0.timeCount > 0 }
    guard left != nil || !pairs.isEmpty && !(isInputOnly && others) else {
      throw Self.failure(offline, stream, obstacles)
    }
    (self.pairs, self.obstacles) = (pairs, obstacles)
    let matched = pairs.count + obstacles.count
    // Those of STREAM that were not come to may have a partner among those of OFFLINE that were not.
    unmatched = (
      seen - matched,
      left == nil ? stream.places.count { $0.timeCount > 0 } - matched : 0
    )
  }

  private static func shift(
    _ offline: any Trace, _ index: Int, _ stream: any Trace, _ other: Int, known: [Int],
    latency: Int?, _ options: ArrayComparison.Options
  ) throws -> TimeShift {
    let (place, theirs) = (offline.places[index], stream.places[other])
    if let a = place.latency, let b = theirs.latency {
      return TimeShift(steps: b - a, source: .declared)
    }
    let width = max(place.rowCount * place.channelShape.elementCount, 1)
    let window = max(64, windowElements / width)
    func start(_ trace: any Trace, _ position: Int) throws -> ComparedArray {
      let place = trace.places[position]
      let times = 0..<min(place.timeCount, window)
      let rows = 0..<place.rowCount
      let values = try trace.values(of: position, .output, rows: rows, times: times)
      let mask =
        place.hasMask
        ? try trace.values(of: position, .mask, rows: rows, times: times) : nil
      return ComparedArray(values, mask: mask)
    }
    let (first, second) = (try start(offline, index), try start(stream, other))
    let late = latency.map { (place.rate * Rational($0)).floor }
    let ends = theirs.timeCount - place.timeCount
    // In this order: what was right before, what the recorder says, and what the lengths say.
    let candidates = known + [late, ends].compactMap { $0 }
    let criterion = Criterion(for: first, second, options: options)
    return TimeShift.find(first, second, known: candidates, criterion: criterion)
      ?? TimeShift(steps: known[0], source: .assumed)
  }

  private static func failure(
    _ offline: any Trace, _ stream: any Trace, _ obstacles: [Obstacle]
  ) -> TraceError {
    func list(_ trace: any Trace) -> String {
      let places = trace.places.filter { $0.timeCount > 0 }
      let shown = places.prefix(6).map { "\($0.path) \($0.shapeText)" }.joined(separator: ", ")
      return places.isEmpty
        ? "no value with time" : shown + (places.count > 6 ? ", … \(places.count - 6) more" : "")
    }
    let tried = obstacles.prefix(6).map { "\($0.path): \($0.reason)" }.joined(separator: "; ")
    let reason =
      tried.isEmpty
      ? "no name of the one means one of the other, as it is or without words such as `streaming`"
      : "of the places that both have, none fits: \(tried)"
    return TraceError(
      .notAligned, path: "the traces cannot be aligned",
      found: "OFFLINE has \(list(offline)); STREAM has \(list(stream)); \(reason)",
      suggestion: tried.isEmpty
        ? "say which is which by --map FILE, with lines such as front/* -> streaming_front/*"
        : "say the order of axes by --layout, such as --layout btc,bct")
  }
}

extension TracePlace {
  /// Such as `[2, 48, 16]`.
  package var shapeText: String { ([rowCount, timeCount] + channelShape).shapeText }
}
