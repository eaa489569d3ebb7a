import Comparison
import Tensors

/// Reads what the tests of causes look at.
struct EvidenceCollector {
  let offline: any Trace
  let stream: any Trace
  let comparisons: [PlaceComparison]
  let options: ArrayComparison.Options
  /// Whether the blocks of STREAM are known.
  let knowsBlocks: Bool
  /// Called before every reading; may throw to end it.
  let goOn: () throws -> Void

  /// Elements of one array that causes are looked for in.
  private static let windowElements = 2_000_000
  private static let windowTimes = 4096

  /// What is known of one place, by its position among the comparisons.
  func evidence(
    of index: Int, lacking: (first: Int, last: Int), feeds: [Int]
  ) throws -> CauseEvidence {
    let comparison = comparisons[index]
    let pair = comparison.pair
    let place = offline.places[pair.offline]
    let times = window(comparison)
    try goOn()
    let first = try offline.compared(pair.offline, times)
    let second = try stream.compared(pair.stream, late(pair, times))
    let differences = Differences.find(first, second, comparison.criterion)
    let sizes = blockTimes(pair, within: times)
    let blocks = sizes.map { index, span in
      let inside = span.clamped(to: times)
      var wrong = inside.filter { (differences.envelope[$0 - times.lowerBound] ?? 0) > 0 }
        .map { $0 - inside.lowerBound }
      if wrong.first != 0, comparison.wrongCaches.contains(index) { wrong.insert(0, at: 0) }
      return CauseEvidence.Block(index: index, times: inside, differing: wrong)
    }
    let beside = try feeds.filter { isBeside($0, place, times) }.prefix(3).map { source in
      let other = comparisons[source].pair
      return CauseEvidence.Feed(
        path: other.path, offline: try offline.compared(other.offline, times),
        stream: try stream.compared(other.stream, late(other, times)))
    }
    let on = times.lowerBound..<min(place.timeCount, times.upperBound + Self.windowTimes)
    let near = blocks.first { !$0.isEqual }?.index ?? 0
    try goOn()
    let states = try self.states(pair)
    let turned = states.compactMap { state in
      beside.lazy.compactMap { TurnedKeys(state, in: $0, near: near, start: times.lowerBound) }
        .first
    }
    let others = states.filter { state in !turned.contains { $0.state.name == state.name } }
    return CauseEvidence(
      place: stream.places[pair.stream], comparison: comparison, start: times.lowerBound,
      offline: first, offlineOn: try offline.compared(comparison.pair.offline, on), stream: second,
      differences: differences, blocks: blocks, feeds: beside,
      isFeedKnown: place.inputs != nil, hasBefore: index > 0, states: states,
      held: try held(others, pair, sources: [index] + feeds, times, near: near),
      turned: turned, explained: try explained(comparison, first, second, blocks),
      before: feeds.first.map { comparisons[$0] }, timeCount: place.timeCount,
      ownLatency: ownLatency(pair, feeds), lacking: lacking,
      inputRowCount: stream.places.first { $0.kind == .input }?.rowCount ?? place.rowCount)
  }

  /// The timesteps that are looked at: all, or those around the first difference.
  private func window(_ comparison: PlaceComparison) -> Range<Int> {
    let all = comparison.pair.times
    let place = offline.places[comparison.pair.offline]
    let width = max(place.rowCount * place.channelShape.elementCount, 1)
    let count = max(64, min(Self.windowTimes, Self.windowElements / width))
    guard all.count > count else { return all }
    let first = comparison.firstPlace?.time ?? all.lowerBound
    var start = max(all.lowerBound, min(first - count / 4, all.upperBound - count))
    // From the start of a block on, so that places within blocks are counted as they are.
    let blocks = blockTimes(comparison.pair, within: start..<start + 1)
    if let block = blocks.first?.times { start = max(all.lowerBound, block.lowerBound) }
    return start..<min(all.upperBound, start + count)
  }

  private func ownLatency(_ pair: TraceAlignment.Pair, _ feeds: [Int]) -> Int {
    guard let own = stream.places[pair.stream].latency, let feed = feeds.first,
      let before = stream.places[comparisons[feed].pair.stream].latency
    else { return 0 }
    return max(0, own - before)
  }

  private func late(_ pair: TraceAlignment.Pair, _ times: Range<Int>) -> Range<Int> {
    times.lowerBound + pair.shift.steps..<times.upperBound + pair.shift.steps
  }

  /// Whether a place has timesteps beside those of another.
  private func isBeside(_ index: Int, _ place: TracePlace, _ times: Range<Int>) -> Bool {
    let pair = comparisons[index].pair
    let other = offline.places[pair.offline]
    return other.timeCount == place.timeCount && other.rowCount == place.rowCount
      && pair.times.lowerBound <= times.lowerBound && pair.times.upperBound >= times.upperBound
  }

  /// The blocks that overlap with timesteps of OFFLINE at a place, in these timesteps.
  private func blockTimes(
    _ pair: TraceAlignment.Pair, within times: Range<Int>
  ) -> [(index: Int, times: Range<Int>)] {
    guard knowsBlocks else { return [] }
    let starts = BlockStarts(stream, pair.stream)
    let shift = pair.shift.steps
    var result: [(index: Int, times: Range<Int>)] = []
    var block = starts.block(at: max(times.lowerBound + shift, 0))
    while block < stream.blocks.count {
      let span = starts[block] - shift..<starts[block + 1] - shift
      if span.lowerBound >= times.upperBound { break }
      if !span.clamped(to: times).isEmpty { result.append((block, span)) }
      block += 1
    }
    return result
  }

  private func explained(
    _ comparison: PlaceComparison, _ offline: ComparedArray, _ stream: ComparedArray,
    _ blocks: [CauseEvidence.Block]
  ) throws -> ArrayComparison? {
    guard comparison.differingCount > 0 else { return nil }
    try goOn()
    var options = options
    let sizes = Set(blocks.dropLast().map(\.times.count))
    options.block =
      sizes.count == 1 && blocks.first?.times.lowerBound == comparison.pair.times.lowerBound
      ? sizes.first : nil
    return try? ArrayComparison(
      offline: offline.tensor, stream: stream.tensor, offlineMask: offline.maskTensor,
      streamMask: stream.maskTensor, options: options)
  }

  private func states(_ pair: TraceAlignment.Pair) throws -> [StateSeries] {
    let path = stream.places[pair.stream].path
    // What goes into a module was made by the one around it.
    let around = stream.places[pair.stream].moduleInput?.from
    let parent = around.map { $0[...] } ?? path.lastIndex(of: "/").map { path[..<$0] }
    var result: [StateSeries] = []
    for (index, place) in stream.places.enumerated() {
      let isSibling = parent.map { place.path.hasPrefix("\($0)/") } ?? false
      // A layer of ours owns its states; those of other modules are only known by name.
      let isOurs = if case .layer = place.kind { true } else { false }
      let isOwn = index == pair.stream || (!isOurs && isSibling)
      guard isOwn || place.kind == .state else { continue }
      let ends = (0...stream.blocks.count).map { stream.blocks.start(of: $0) }
      for leaf in place.states + (isOwn ? [place.cache].compactMap(\.self) : []) {
        try goOn()
        let values = try stream.values(
          of: index, .state(leaf.name), rows: 0..<place.rowCount,
          times: 0..<stream.blocks.count + 1)
        result.append(
          StateSeries(
            name: leaf.name, isEntering: isOurs || leaf.isEntering,
            isOwn: isOwn || Self.isState(leaf.name, of: path),
            values: ComparedArray(values, mask: nil), ends: ends))
      }
    }
    return result
  }

  /// Whether a state, such as `state/attn/cache` or `state/lstm/1`, is one of the module at a path or of one
  /// around it: it is named after the module, or after a property of it.
  private static func isState(_ name: String, of path: String) -> Bool {
    var parts = (name.hasPrefix("state/") ? name.dropFirst("state/".count) : name[...])
      .split(separator: "/")
    while parts.count > 1, let last = parts.last, Int(last) != nil { parts.removeLast() }
    return [parts, parts.dropLast()].contains { module in
      let module = module.joined(separator: "/")
      return !module.isEmpty && (path == module || path.hasPrefix("\(module)/"))
    }
  }

  private func held(
    _ states: [StateSeries], _ pair: TraceAlignment.Pair, sources: [Int], _ times: Range<Int>,
    near block: Int
  ) throws -> [HeldTimesteps] {
    var result: [HeldTimesteps] = []
    for source in sources {
      let other = comparisons[source].pair
      let place = stream.places[other.stream]
      let late = late(other, times).clamped(to: place.firstTime..<place.timeCount)
      guard !late.isEmpty else { continue }
      try goOn()
      let values = try stream.compared(other.stream, late)
      let starts = BlockStarts(stream, other.stream)
      let ends = (0...stream.blocks.count).map { starts[$0] }
      for state in states {
        let found = HeldTimesteps(
          state, source: place.path, values, start: late.lowerBound, ends: ends, near: block)
        guard let found else { continue }
        // The place whose timesteps it holds most often.
        if let known = result.firstIndex(where: { $0.state.name == state.name }) {
          if found.rightCount > result[known].rightCount { result[known] = found }
        } else {
          result.append(found)
        }
      }
    }
    return result
  }
}

/// The timesteps of a place at which blocks begin.
struct BlockStarts {
  private let sums: [Int]?
  private let rate: Rational
  private let blocks: TraceBlocks

  init(_ trace: any Trace, _ position: Int) {
    let place = trace.places[position]
    (rate, blocks) = (place.rate, trace.blocks)
    sums = place.blockSizes.map { sizes in
      var sums = [0]
      for size in sizes { sums.append(sums[sums.count - 1] + size) }
      return sums
    }
  }

  /// The first timestep of a block; for the number of blocks, the end.
  subscript(block: Int) -> Int {
    if let sums { return sums[min(block, sums.count - 1)] }
    return (rate * Rational(blocks.start(of: block))).floor
  }

  /// The block that a timestep is in.
  func block(at time: Int) -> Int {
    var (low, high) = (0, max(blocks.count - 1, 0))
    while low < high {
      let middle = (low + high + 1) / 2
      if self[middle] <= time { low = middle } else { high = middle - 1 }
    }
    return low
  }
}

extension ComparedArray {
  /// The values as an array `[b, t, …]` of their type, or of doubles for one that cannot hold them.
  var tensor: Tensor {
    let tensor = Tensor(values, shape: [rowCount, timeCount] + channelShape)
    return dtype.isFloating ? tensor.converted(to: dtype) : tensor
  }

  var maskTensor: Tensor? { mask.map { Tensor($0, shape: [rowCount, timeCount]) } }
}
