package import Comparison
import Tensors

/// What two runs of one model are to each other, where they part, and why.
package struct Diagnosis: Sendable {
  /// The first wrong place, and what it was found by.
  package struct Finding: Sendable {
    /// Its position among the comparisons.
    package let index: Int
    /// The module that what is wrong goes into, and the one around it that made it; nil for what a module gives.
    package let moduleInput: (of: String, from: String)?
    /// The module that computes what is wrong, where it is not the one that gives it.
    package var layer: String? { moduleInput.flatMap { $0.from.isEmpty ? nil : $0.from } }
    /// The first difference, in timesteps of OFFLINE.
    package let time: Int
    package let row: Int
    package let channel: [Int]?
    /// The block of STREAM that holds it, and how far behind its start; nil where blocks are not known.
    package let block: (index: Int, offset: Int)?
    /// The positions of the places that feed it; nil where that is not known.
    package let feeds: [Int]?
    /// Its own states, such as `buffer [2, 2, 6]`.
    package let states: [String]
    package let causes: [CauseFinding]
    /// What was tested and not found.
    package let notFound: [Cause]
    /// Whether the causes were tested: not where it was stopped before.
    package let isTested: Bool
  }

  package let comparisons: [PlaceComparison]
  package let obstacles: [TraceAlignment.Obstacle]
  /// How many places of each run have no partner.
  package let unmatched: (offline: Int, stream: Int)
  /// How many places of OFFLINE were not compared because it was stopped; nil where it was not.
  package let left: Int?
  package let finding: Finding?
  /// The positions of other wrong places that are fed by equal ones only.
  package let others: [Int]
  /// The positions of places that differ inside of modules that do not: parts of results, for example.
  package let inside: [Int]
  package let notes: [String]
  /// How the two runs are called.
  package let names: ComparisonNames
  /// The blocks of STREAM, if they are known.
  package let blocks: TraceBlocks?

  /// The places that are equal, by rounding, and not.
  package func count(_ verdict: Closeness) -> Int { comparisons.count { $0.verdict == verdict } }

  /// The verdict of all places together.
  package var verdict: Closeness {
    if finding != nil { return .differ }
    return comparisons.contains { $0.verdict == .rounding } ? .rounding : .equal
  }

  /// Compares two traces place by place and looks for the cause of the first difference.
  ///
  /// `checksEnds` says whether timesteps that STREAM lacks at an end are differences: not where it is known to
  /// be cut somewhere. A ``TraceStop`` that `watch` throws leaves what was compared by then.
  ///
  /// - Throws: ``TraceError`` `.notAligned`, or what reading and `watch` throw.
  package init(
    offline: any Trace, stream: any Trace, names: [(offline: String, stream: String)]? = nil,
    latency: Int? = nil, knowsBlocks: Bool = true, checksEnds: Bool = true,
    options: ArrayComparison.Options = ArrayComparison.Options(),
    watch: @escaping TraceWatch = { _ in }
  ) throws {
    var comparisons: [PlaceComparison] = []
    let placeCount = offline.places.count { $0.timeCount > 0 }
    let alignment = try TraceAlignment(
      offline: offline, stream: stream, names: names, latency: latency, options: options,
      watch: watch
    ) { pair in
      // Every place adds its own rounding to what it gets.
      var own = options
      own.depth = max(options.depth, min(comparisons.count + 1, 64))
      let progress = TraceProgress(.comparing, comparisons.count, of: placeCount)
      comparisons.append(
        try PlaceComparison(
          pair, offline: offline, stream: stream, options: own, goOn: { try watch(progress) }))
    }
    self.comparisons = comparisons
    obstacles = alignment.obstacles
    unmatched = alignment.unmatched
    self.names = options.names
    blocks = knowsBlocks ? stream.blocks : nil
    let flow = DataFlow(offline, stream, comparisons)
    let ends = MissingEnds(
      offline, stream, comparisons, knowsBlocks: knowsBlocks, latency: latency)
    let wrong = comparisons.indices.filter {
      comparisons[$0].verdict == .differ || checksEnds && ends.lacking[$0] != nil
    }
    let roots = flow.roots(of: Set(wrong))
    inside = flow.insideEqual(wrong)
    others = Array(roots.dropFirst())
    notes =
      ends.notes
      + inside.prefix(4).map {
        "\(comparisons[$0].pair.path) differs, but what it is inside of gives the same in both runs"
      }
    guard let root = roots.first else {
      (finding, left) = (nil, alignment.left)
      return
    }
    let none = (first: 0, last: 0)
    let lacking = checksEnds ? ends.lacking[root] ?? none : none
    var tested: (evidence: CauseEvidence, found: [CauseFinding], notFound: [Cause])?
    do {
      let progress = TraceProgress(.causes, placeCount, of: placeCount)
      let collector = EvidenceCollector(
        offline: offline, stream: stream, comparisons: comparisons, options: options,
        knowsBlocks: knowsBlocks, goOn: { try watch(progress) })
      let evidence = try collector.evidence(
        of: root, lacking: lacking, feeds: flow.nearFeeds(of: root))
      let (found, notFound) = CauseTable.ranked(evidence)
      tested = (evidence, found, notFound)
    } catch is TraceStop {}
    left = tested == nil ? alignment.left ?? 0 : alignment.left
    let comparison = comparisons[root]
    let place = comparison.firstPlace
    let lackingTime = lacking.first > 0 ? 0 : comparison.pair.times.upperBound
    let time = place?.time ?? lackingTime
    finding = Finding(
      index: root,
      moduleInput: stream.places[comparison.pair.stream].moduleInput
        ?? flow.onlyInputs[root]?.moduleInput,
      time: time, row: place?.row ?? 0,
      channel: comparison.first.flatMap { $0.time == time ? $0.channel : nil },
      block: tested?.evidence.blocks.first { $0.times.contains(time) }.map {
        ($0.index, time - $0.times.lowerBound)
      },
      feeds: flow.feeds[root],
      states: (tested?.evidence.states ?? []).filter(\.isOwn).map {
        "\($0.name) \(([$0.values.rowCount] + $0.values.channelShape).shapeText)"
      },
      causes: tested?.found ?? [], notFound: tested?.notFound ?? [], isTested: tested != nil)
  }
}
