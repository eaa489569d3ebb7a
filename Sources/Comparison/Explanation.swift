/// A way in which STREAM comes out of OFFLINE, and how much of the differences it explains.
package struct Explanation: Hashable, Sendable {
  /// What kind of change it is.
  package enum Kind: String, CaseIterable, Hashable, Sendable {
    case shift, drift
    case timeOrder = "order of time"
    case rowOrder = "order of rows"
    case channelOrder = "order of channels"
    case sign, gain, offset
    case gainAndOffset = "gain and offset"
    case shiftAndGain = "shift with gain"
    case constant = "one value"
    case clipping
    case function = "function of the value"
  }

  package let kind: Kind
  /// What is the case, as people say it: `STREAM is 3 timesteps late`.
  package let statement: String
  /// By how many timesteps STREAM is later, where the explanation is such a shift.
  package let shift: Int?
  /// The length of the blocks that it names.
  package let period: Int?
  /// The share of the differences that are gone when OFFLINE is changed in this way.
  package let share: Double
  /// What still differs then, in the time of STREAM.
  package let remaining: Differences
  /// The largest difference that counts as none there.
  package let bound: Double

  /// Less is never claimed.
  package static let leastShare = 0.5
  /// From here on nothing more is looked for.
  package static let wholeShare = 0.95
}

/// What STREAM would be if something were the case.
struct Prediction {
  let kind: Explanation.Kind
  let statement: String
  var shift: Int?
  var period: Int?
  /// The array that STREAM is compared with.
  let values: ComparedArray
  /// The least share of the differences that must be explained for this to be claimed.
  var leastShare = Explanation.leastShare

  /// What the data say of it; nil if it explains too little.
  ///
  /// A prediction that says nothing about most of STREAM explains nothing.
  func explanation(of pair: ComparedPair) -> Explanation? {
    let remaining = Differences.find(values, pair.stream, pair.matching)
    let channelCount = pair.offline.channelCount
    guard 2 * remaining.comparedCount >= pair.unmoved.comparedCount else { return nil }
    let before = pair.unmoved.share(channelCount: channelCount)
    let after = remaining.share(channelCount: channelCount)
    guard before > 0 else { return nil }
    let share = 1 - after / before
    guard share >= leastShare else { return nil }
    return Explanation(
      kind: kind, statement: statement, shift: shift, period: period, share: share,
      remaining: remaining, bound: pair.bound)
  }
}

/// A kind of change that is looked for in two arrays.
protocol Hypothesis: Sendable {
  /// What STREAM would be, with the numbers that fit the data best; most specific first.
  func predictions(for pair: ComparedPair) -> [Prediction]
}
