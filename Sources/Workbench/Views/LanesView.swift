/// Sequences along one time axis, cut into the columns that the screen has.
package struct LanesView: Hashable, Sendable {
  /// The first input timestep shown, and how many.
  package var start = 0
  package var count = 0
  package var lanes: [Lane] = []

  package init() {}

  /// The column that shows an input timestep among `columns`; nil when none does.
  package func column(of time: Int, columns: Int) -> Int? {
    guard count > 0, time >= start, time < start + count else { return nil }
    return (time - start) * columns / count
  }
}

/// One sequence: values above, and what of them is valid.
package struct Lane: Hashable, Sendable {
  /// What a lane shows, which decides its colour.
  package enum Kind: Hashable, Sendable {
    case input, step, layer, selected
  }

  package var kind: Kind
  package var name: String
  /// One a screen column, stretched to input time.
  package var columns: [LaneColumn]
  /// Valid and all timesteps so far, and their count against the lane's own input.
  package var summary: String
  /// The value and index under the cursor, in words.
  package var underCursor: String

  package init(
    kind: Kind, name: String, columns: [LaneColumn], summary: String = "", underCursor: String = ""
  ) {
    self.kind = kind
    self.name = name
    self.columns = columns
    self.summary = summary
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

  package init(value: Float? = nil, mark: Mark) {
    self.value = value
    self.mark = mark
  }
}
