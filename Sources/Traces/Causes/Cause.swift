/// A known way in which a streaming run goes wrong.
package enum Cause: String, CaseIterable, Hashable, Sendable {
  case cacheNotCarried = "cache-not-carried"
  case resetEachBlock = "reset-each-block"
  case windowOffByOne = "window-off-by-one"
  case wrongPosition = "wrong-position"
  case rightContextMissing = "right-context-missing"
  case paddingRead = "padding-read"
  case rowMixed = "row-mixed"
  case statisticsPerBlock = "statistics-per-block"
  case biasAddedTwice = "bias-added-twice"
  case timestepLost = "timestep-lost"
  case timestepRepeated = "timestep-repeated"
  case flushMissing = "flush-missing"
  case tailTrimmed = "tail-trimmed-on-the-wrong-side"
  case notFinite = "not-finite"
  case maskDiffers = "mask-differs"
  case scaled = "scaled"
  case roundingGrows = "rounding-grows"
  case inputDiffers = "input-differs"

  /// What is the case if it is this.
  package var text: String {
    switch self {
    case .cacheNotCarried: "a cache is not carried right from one block to the next"
    case .resetEachBlock: "the state begins anew in each block"
    case .windowOffByOne: "a window sees one timestep too few or too many"
    case .wrongPosition: "the position is wrong from some block on"
    case .rightContextMissing: "the timesteps behind a block (right context) are missing"
    case .paddingRead: "padding is read as if it were input"
    case .rowMixed: "rows are mixed"
    case .statisticsPerBlock: "statistics are taken over each block instead of the whole"
    case .biasAddedTwice: "a bias is added twice, or not at all"
    case .timestepLost: "timesteps are lost"
    case .timestepRepeated: "timesteps are repeated"
    case .flushMissing: "the end is not flushed"
    case .tailTrimmed: "the start is trimmed instead of the end"
    case .notFinite: "values that are no numbers appear in STREAM only"
    case .maskDiffers: "other timesteps are valid"
    case .scaled: "the values are scaled"
    case .roundingGrows: "rounding that grows from place to place"
    case .inputDiffers: "what goes in differs already"
    }
  }
}

/// What the traces say of one cause.
package struct CauseFinding: Hashable, Sendable {
  /// Something seen in the traces, and how much it says.
  package struct Point: Hashable, Sendable {
    package let text: String
    package let weight: Double
  }

  package let cause: Cause
  package private(set) var supports: [Point] = []
  package private(set) var contradicts: [Point] = []

  init(_ cause: Cause) { self.cause = cause }

  /// The evidence for it less the evidence against it.
  package var score: Double {
    supports.reduce(0) { $0 + $1.weight } - contradicts.reduce(0) { $0 + $1.weight }
  }

  /// Adds evidence for it, if that was seen.
  mutating func support(_ isSeen: Bool, _ weight: Double, _ text: @autoclosure () -> String) {
    if isSeen { supports.append(Point(text: text(), weight: weight)) }
  }

  /// Adds evidence against it, if that was seen.
  mutating func contradict(_ isSeen: Bool, _ weight: Double, _ text: @autoclosure () -> String) {
    if isSeen { contradicts.append(Point(text: text(), weight: weight)) }
  }

  /// Whether the values themselves show it: something was seen that other causes do not explain, and not only
  /// where the differences lie.
  package var isShown: Bool {
    score >= Self.shownScore && supports.contains { $0.weight >= Self.directWeight }
  }

  /// A cause is named if the evidence for it outweighs that against it by this.
  package static let leastScore = 1.0
  private static let shownScore = 3.0
  private static let directWeight = 2.0
}

/// A test of one cause, or of a few that one look at the values tells apart.
protocol CauseTest: Sendable {
  /// What the traces say; nothing where they cannot say anything.
  func findings(_ evidence: CauseEvidence) -> [CauseFinding]
}

/// All causes that are known here, each with its test.
enum CauseTable {
  static let tests: [any CauseTest] = [
    StateHandOverTest(), WindowTest(), PositionTest(), RightContextTest(), PaddingTest(),
    RowTest(), ValueChangeTest(), TimeOrderTest(), EndTest(), ValidityTest(),
  ]

  /// The causes that have something for them, likeliest first, and those that were tested and not found.
  static func ranked(_ evidence: CauseEvidence) -> (found: [CauseFinding], notFound: [Cause]) {
    let findings = tests.flatMap { $0.findings(evidence) }
    let found = findings.filter { $0.score >= CauseFinding.leastScore }
      .enumerated().sorted { ($0.element.score, -$0.offset) > ($1.element.score, -$1.offset) }
      .map(\.element)
    // Several tests may look for one cause.
    var named: Set<Cause> = []
    let first = found.filter { named.insert($0.cause).inserted }
    return (first, findings.map(\.cause).filter { named.insert($0).inserted })
  }
}
