import Diagnostics
import Runtime

/// How long one row of a batch is.
package struct RowExtent: Hashable, Sendable {
  /// Timesteps up to its last valid one.
  package var end: Int
  /// How many of them are valid.
  package var valid: Int
  /// Invalid timesteps before its end.
  package var holes: Int { end - valid }

  package init(end: Int, valid: Int) {
    self.end = end
    self.valid = valid
  }
}

/// What is known of an input apart from its values.
package struct InputFacts: Hashable, Sendable {
  package var rows: [RowExtent]
  /// The first NaN at a valid timestep.
  package var firstNaN: NaNPlace?

  init(_ sequence: SequenceTensor) {
    rows = zip(sequence.ends, sequence.lengths).map { RowExtent(end: $0, valid: $1) }
    firstNaN = sequence.firstNaN
  }

  /// Notes for the user: a mask is no length, and a NaN is no signal.
  var notes: [String] {
    var notes: [String] = []
    if let row = rows.firstIndex(where: { $0.holes > 0 }) {
      let (valid, end) = (rows[row].valid, rows[row].end)
      let others = rows.count { $0.holes > 0 } - 1
      notes.append(
        "the mask has holes: of row \(row) \(NumberText.grouped(valid)) of "
          + "\(NumberText.grouped(end)) timesteps are valid"
          + (others > 0 ? ", and \(NumberText.counted(others, "other row")) with holes" : ""))
    }
    if let firstNaN {
      notes.append("warning: the input has NaN at valid timesteps, first at \(firstNaN.text)")
    }
    return notes
  }
}

extension Session {
  /// Facts of the present input, found once; nil without one.
  package var inputFacts: InputFacts? {
    guard let sequence = document.input?.sequence else { return nil }
    if let known = knownInput, known.revision == document.inputRevision { return known.facts }
    let facts = InputFacts(sequence)
    knownInput = (document.inputRevision, facts)
    return facts
  }
}
