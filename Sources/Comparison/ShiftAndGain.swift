import Diagnostics

/// Looks for a shift together with gain, offset or sign, which no timestep equal to another shows.
struct ShiftAndGain: Hypothesis {
  func predictions(for pair: ComparedPair) -> [Prediction] {
    guard let shift = TimeLikeness.correlated(pair), shift != 0 else { return [] }
    let moved = pair.replacingOffline(pair.offlineMoved(by: shift))
    let linear = LinearChange(groupings: [[], .row, .channel])
    guard let fit = linear.fitted(to: moved, onlyDiffering: false, leastShare: 0.5) else {
      return []
    }
    let steps = NumberText.counted(Int(shift.magnitude), "timestep")
    let late = "\(steps) \(shift > 0 ? "late" : "early")"
    return [
      Prediction(
        kind: .shiftAndGain, statement: "STREAM is \(late), and \(fit.statement(moved))",
        shift: shift, values: fit.applied(to: moved))
    ]
  }
}
