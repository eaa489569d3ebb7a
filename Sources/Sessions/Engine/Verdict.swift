package import Runtime
import Tensors

/// What a comparison of two sequences found.
package struct Verdict: Hashable, Sendable {
  /// The first place where they differ by more than the tolerance.
  package struct Difference: Hashable, Sendable {
    package var row: Int
    package var time: Int
    package var channel: [Int]
    /// Step-wise value; nil where the masks differ.
    package var step: Double?
    /// Layer-wise value.
    package var layer: Double?
    /// Distance in units in the last place, for singles.
    package var ulps: Int?

    /// Such as `[1, 41, 7]`.
    package var index: String { "\([row, time] + channel)" }
  }

  /// Timesteps that both runs have.
  package var comparedSteps: Int
  /// Timesteps that the layer-wise run has.
  package var allSteps: Int
  package var rows: Int
  package var tolerance: Double
  package var masksEqual: Bool
  /// The greatest difference at valid timesteps, and where.
  package var largest: Double
  package var largestIndex: [Int]
  package var first: Difference?

  /// Whether everything that was compared is equal; false before anything was.
  package var isEqual: Bool { comparedSteps > 0 && first == nil && masksEqual }

  /// Nothing compared yet.
  init(layer: SequenceTensor, tolerance: Double) {
    rows = layer.batch
    self.tolerance = tolerance
    comparedSteps = 0
    allSteps = layer.time
    masksEqual = true
    largest = 0
    largestIndex = []
  }

  /// Compares two aligned sequences up to the end of the shorter one; what is beyond the end of the
  /// second must be invalid.
  package init(step: SequenceTensor?, layer: SequenceTensor, tolerance: Double) {
    self.init(layer: layer, tolerance: tolerance)
    if let step { add(step, at: 0, layer: layer) }
  }

  /// Compares further timesteps of the step-wise output; `start` is the layer-wise timestep of the
  /// first.
  mutating func add(_ step: SequenceTensor, at start: Int, layer: SequenceTensor) {
    comparedSteps = min(start + step.time, allSteps)
    guard step.time > 0, step.channelShape == layer.channelShape, step.batch == rows else { return }
    let channels = layer.channelCount
    let common = max(0, min(step.time, layer.time - start))
    let a = step.values.doubles()
    let b = common > 0 ? layer.timesteps(start..<start + common).values.doubles() : []
    for time in 0..<step.time {
      for row in 0..<rows {
        let seen = step.isValid(row: row, time: time)
        let wanted = time < common && layer.isValid(row: row, time: start + time)
        if seen != wanted { addMaskDifference(row, start + time) }
        guard seen, wanted else { continue }
        let ours = (row * step.time + time) * channels
        let theirs = (row * common + time) * channels
        for channel in 0..<channels {
          compare(
            a[ours + channel], b[theirs + channel], row, start + time, channel, layer.channelShape)
        }
      }
    }
  }

  private mutating func addMaskDifference(_ row: Int, _ time: Int) {
    masksEqual = false
    guard first == nil else { return }
    first = Difference(row: row, time: time, channel: [], step: nil, layer: nil, ulps: nil)
  }

  private mutating func compare(
    _ x: Double, _ y: Double, _ row: Int, _ time: Int, _ channel: Int, _ shape: Shape
  ) {
    if x == y || (x.isNaN && y.isNaN) { return }
    let difference = abs(x - y).isNaN ? Double.infinity : abs(x - y)
    let index = zip(shape.rowMajorStrides, shape).map { channel / $0 % max($1, 1) }
    if difference > largest {
      largest = difference
      largestIndex = [row, time] + index
    }
    if difference > tolerance, first == nil {
      first = Difference(
        row: row, time: time, channel: index, step: x, layer: y,
        ulps: Verdict.ulps(Float(x), Float(y)))
    }
  }

  /// How many singles lie between two; nil with NaN or infinity.
  package static func ulps(_ a: Float, _ b: Float) -> Int? {
    guard a.isFinite, b.isFinite else { return nil }
    func order(_ x: Float) -> Int {
      let bits = Int(x.bitPattern & 0x7FFF_FFFF)
      return x.sign == .minus ? -bits : bits
    }
    return abs(order(a) - order(b))
  }

  /// The verdict in words and numbers.
  package var text: String { text(ours: "step", other: "layer") }

  /// The verdict with other names for the two sides.
  func text(ours: String, other: String) -> String {
    guard comparedSteps > 0 else { return "nothing to compare yet" }
    let masks = masksEqual ? "masks equal" : "masks differ"
    let extent = "\(comparedSteps) of \(allSteps) timesteps · \(rows) \(rows == 1 ? "row" : "rows")"
    guard let first else {
      let bound = largest == 0 ? "0" : NumberText.short(tolerance)
      return "equal within \(bound) · \(masks) · \(extent)"
    }
    guard let step = first.step, let layer = first.layer else {
      return "masks differ first at row \(first.row), t \(first.time) · \(extent)"
    }
    let distance = first.ulps.map { " (\(NumberText.grouped($0)) ulp)" } ?? ""
    let channel = first.channel.map(String.init).joined(separator: ",")
    let place = channel.isEmpty ? "" : ", channel \(channel)"
    return
      "differs first at row \(first.row), t \(first.time)\(place): \(ours) "
      + "\(NumberText.short(step)), \(other) \(NumberText.short(layer))\(distance) · \(masks) · "
      + extent
  }
}
