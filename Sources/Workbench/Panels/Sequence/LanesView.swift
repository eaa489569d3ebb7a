import Diagnostics

/// Sequences along one time axis, cut into the columns that the screen has.
package struct LanesView: Hashable, Sendable {
  /// The first input timestep shown, and how many; time before 0 is warm-up.
  package var start = 0
  package var count = 0
  package var lanes: [Lane] = []
  /// What the layer whose mask counts here did to what arrived, in words.
  package var loss: LossView?

  package init() {}

  /// The columns that show an input timestep among `columns`; nil when none does.
  package func columns(of time: Int, among columns: Int) -> Range<Int>? {
    guard count > 0, time >= start, time < start + count else { return nil }
    let place = time - start
    let first = (place * columns + count - 1) / count
    let end = ((place + 1) * columns + count - 1) / count
    // Where several timesteps share a column, the one that holds it.
    return first < end ? first..<end : place * columns / count..<place * columns / count + 1
  }

  /// The input timestep that begins in a column.
  package func time(ofColumn column: Int, among columns: Int) -> Int {
    start + column * count / max(1, columns)
  }
}

/// One sequence: values above, and what of them is valid.
package struct Lane: Hashable, Sendable {
  /// What a lane shows, which decides its colour.
  package enum Kind: Hashable, Sendable {
    case input, step, layer, selected, expected
  }

  package var kind: Kind
  package var name: String
  /// One a screen column, stretched to input time.
  package var columns: [LaneColumn]
  /// The magnitude of a full bar; the same for both outputs of a layer.
  package var peak: Float
  /// Valid timesteps of all, warm-up left out.
  package var validCount: Int
  package var timeCount: Int
  package var underCursor: LanePoint

  package init(
    kind: Kind, name: String, columns: [LaneColumn], peak: Float, validCount: Int, timeCount: Int,
    underCursor: LanePoint
  ) {
    self.kind = kind
    self.name = name
    self.columns = columns
    self.peak = peak
    self.validCount = validCount
    self.timeCount = timeCount
    self.underCursor = underCursor
  }
}

/// The timesteps of a sequence behind one column of the screen.
package struct LaneColumn: Hashable, Sendable {
  /// What stands there; `mixed` when some are valid and some are not.
  package enum Mark: Hashable, Sendable {
    case valid, padding, mixed, warmUp, none
  }

  /// The magnitude that stands for them; nil where nothing is valid.
  package var value: Float?
  package var mark: Mark
  /// The character of a byte of text that begins here, where a column holds no more than one.
  package var character: Unicode.Scalar?

  package init(value: Float? = nil, mark: Mark, character: Unicode.Scalar? = nil) {
    self.value = value
    self.mark = mark
    self.character = character
  }
}

/// One timestep of a sequence in words.
package struct LanePoint: Hashable, Sendable {
  /// `t 58`, or `w2` in the warm-up.
  package var time: String
  /// The first channels, or a word such as `padding`.
  package var values: [String]
  package var channelCount: Int

  package init(time: String, values: [String], channelCount: Int) {
    self.time = time
    self.values = values
    self.channelCount = channelCount
  }
}

/// How many valid timesteps a layer kept, lost or gained.
package struct LossView: Hashable, Sendable {
  package var name: String
  package var validCount: Int
  /// Valid timesteps of the layer's own input.
  package var arriving: Int
  /// Lost beyond what its rate explains; negative when gained.
  package var lost: Int

  package init(name: String, validCount: Int, arriving: Int, lost: Int) {
    self.name = name
    self.validCount = validCount
    self.arriving = arriving
    self.lost = lost
  }

  /// `c2 valid 75 · of its input 150 · lost 0`.
  package var text: String {
    let change = lost < 0 ? "gained" : "lost"
    let valid = NumberText.grouped(validCount)
    let all = NumberText.grouped(arriving)
    return
      "\(name) valid \(valid) · of its input \(all) · \(change) \(NumberText.grouped(abs(lost)))"
  }
}
