package import Comparison
import Diagnostics
package import Runtime
package import Tensors

/// What a comparison of two sequences found so far.
package struct Verdict: Hashable, Sendable {
  /// The first place where they differ by more than was requested or than rounding explains.
  package struct Difference: Hashable, Sendable {
    package var row: Int
    package var time: Int
    package var channel: [Int]
    /// Step-wise value; nil where the masks differ.
    package var step: Double?
    /// Layer-wise value.
    package var layer: Double?
    /// Distance in units in the last place of the type of the values.
    package var ulps: Int?

    /// Such as `[1, 41, 7]`.
    package var index: String { "\([row, time] + channel)" }
  }

  /// Timesteps that both runs have.
  package var comparedSteps: Int
  /// Timesteps that the layer-wise run has.
  package var allSteps: Int
  package var rows: Int
  /// By what values are judged.
  package var criterion: Criterion
  package var masksEqual: Bool
  /// The greatest difference at valid timesteps, where, and in units in the last place there.
  package var largest: Double
  package var largestIndex: [Int]
  package var largestUlps: Int?
  package var first: Difference?

  /// What the two are to each other; `differ` before anything was compared.
  package var closeness: Closeness {
    guard comparedSteps > 0 else { return .differ }
    return criterion.closeness(largest: largest, anyDiffers: first != nil || !masksEqual)
  }

  /// Whether nothing that was compared differs by more than rounding, or than was requested; false
  /// before anything was.
  package var isEqual: Bool { closeness != .differ }

  /// Nothing compared yet, of a layer-wise output of so many rows and timesteps whose largest finite
  /// magnitude is known.
  init(rows: Int, time: Int, largest: Double, tolerance: Tolerance?, budget: ErrorBudget) {
    self.rows = rows
    criterion = Criterion(asked: tolerance, budget: budget, largest: largest)
    comparedSteps = 0
    allSteps = time
    masksEqual = true
    self.largest = 0
    largestIndex = []
  }

  /// Nothing compared yet.
  init(layer: SequenceTensor, tolerance: Tolerance?, budget: ErrorBudget) {
    self.init(
      rows: layer.batch, time: layer.time, largest: Self.largestMagnitude(layer),
      tolerance: tolerance, budget: budget)
  }

  /// The largest finite magnitude of valid timesteps.
  static func largestMagnitude(_ layer: SequenceTensor) -> Double {
    // A part at a time: as doubles, a long sequence would need much memory.
    stride(from: 0, to: layer.time, by: 1024).reduce(0.0) { largest, start in
      let part = layer.timesteps(start..<min(start + 1024, layer.time))
      return max(largest, ComparedArray(part.values, mask: part.mask).largestMagnitude)
    }
  }

  /// Compares two aligned sequences up to the end of the shorter one; what is beyond the end of the
  /// second must be invalid.
  package init(
    step: SequenceTensor?, layer: SequenceTensor, tolerance: Tolerance?, budget: ErrorBudget
  ) {
    self.init(layer: layer, tolerance: tolerance, budget: budget)
    guard let step else { return }
    add(step, at: 0, layer: layer.timesteps(0..<min(step.time, layer.time)))
  }

  /// Compares further timesteps of the step-wise output with the layer-wise ones that belong to them, as
  /// far as there are such; `start` is the layer-wise timestep of the first.
  mutating func add(_ step: SequenceTensor, at start: Int, layer part: SequenceTensor) {
    comparedSteps = min(start + step.time, allSteps)
    guard step.time > 0, step.channelShape == part.channelShape, step.batch == rows else { return }
    let ours = ComparedArray(step.values, mask: step.mask)
    let theirs = ComparedArray(part.values, mask: part.mask)
    for time in 0..<step.time {
      for row in 0..<rows {
        let seen = ours.isValid(row, time)
        let wanted = theirs.isValid(row, time)
        if seen != wanted { addMaskDifference(row, start + time) }
        guard seen, wanted else { continue }
        let (a, b) = (ours.start(row, time), theirs.start(row, time))
        for channel in 0..<ours.channelCount {
          let (x, y) = (ours.values[a + channel], theirs.values[b + channel])
          let difference = ValueDifference.between(x, y)
          let isFirst = difference > 0 && first == nil && criterion.differs(y, x)
          guard difference > largest || isFirst else { continue }
          let place = Difference(
            row: row, time: start + time, channel: ours.channelIndex(channel), step: x, layer: y,
            ulps: Verdict.ulps(x, y, criterion.budget.dtype))
          if isFirst { first = place }
          guard difference > largest else { continue }
          largest = difference
          largestIndex = [place.row, place.time] + place.channel
          largestUlps = place.ulps
        }
      }
    }
  }

  /// Adds what a comparison of further timesteps by the same criterion found.
  mutating func add(_ later: Verdict) {
    comparedSteps = later.comparedSteps
    masksEqual = masksEqual && later.masksEqual
    first = first ?? later.first
    guard later.largest > largest else { return }
    (largest, largestIndex, largestUlps) = (later.largest, later.largestIndex, later.largestUlps)
  }

  private mutating func addMaskDifference(_ row: Int, _ time: Int) {
    masksEqual = false
    guard first == nil else { return }
    first = Difference(row: row, time: time, channel: [], step: nil, layer: nil, ulps: nil)
  }

  /// How many numbers of a type lie between two; nil with NaN or infinity, and for whole numbers.
  package static func ulps(_ a: Double, _ b: Double, _ dtype: DType) -> Int? {
    guard a.isFinite, b.isFinite else { return nil }
    return ValueDifference.ulps(a, b, dtype).map { Int(clamping: $0) }
  }

  /// The verdict in words and numbers.
  package var text: String { text(ours: "step", other: "layer") }

  /// The verdict with other names for the two sides.
  func text(ours: String, other: String) -> String {
    guard comparedSteps > 0 else { return "nothing to compare yet" }
    let masks = masksEqual ? "masks equal" : "masks differ"
    let extent = "\(comparedSteps) of \(allSteps) timesteps · \(rows) \(rows == 1 ? "row" : "rows")"
    guard let first else {
      return "\(closenessText) · \(masks) · \(extent)" + (largest > 0 ? " · \(largestText)" : "")
    }
    guard let step = first.step, let layer = first.layer else {
      return "masks differ first at row \(first.row), t \(first.time) · \(extent)"
    }
    let distance = first.ulps.map { " (\(criterion.budget.ulpText($0)))" } ?? ""
    let channel = first.channel.map(String.init).joined(separator: ",")
    let place = channel.isEmpty ? "" : ", channel \(channel)"
    return
      "differs first at row \(first.row), t \(first.time)\(place): \(ours) "
      + "\(NumberText.short(step)), \(other) \(NumberText.short(layer))\(distance) · \(masks) · "
      + extent
  }

  /// Such as `equal within 0`, or `rounding: equal within 1.2e-06`.
  package var closenessText: String {
    let bound = largest == 0 ? "0" : criterion.boundText
    return (closeness == .rounding ? "rounding: " : "") + "equal within \(bound)"
  }

  /// The largest difference, in units in the last place and beside the largest value.
  package var largestText: String {
    let ulps = largestUlps.map { ", \(criterion.budget.ulpText($0))" } ?? ""
    let share = largest / criterion.largest
    let relative =
      share.isFinite ? ", \(NumberText.short(share, digits: 2)) of the largest value" : ""
    return "largest |Δ| \(NumberText.short(largest, digits: 2))\(ulps)\(relative)"
  }
}
