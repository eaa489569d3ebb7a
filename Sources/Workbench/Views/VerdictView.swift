import Comparison
import Diagnostics
import Sessions

extension VerdictView {
  /// A verdict in words and numbers, the most important first.
  init(_ verdict: Verdict) {
    let masks = verdict.masksEqual ? "masks equal" : "masks differ"
    let rows = verdict.rows == 1 ? "1 row" : "\(verdict.rows) rows"
    let made = NumberText.grouped(verdict.comparedSteps)
    let extent = ["\(made) of \(NumberText.grouped(verdict.allSteps)) timesteps", rows]
    guard let first = verdict.first else {
      let largest = verdict.largest == 0 ? [] : [verdict.largestText]
      self.init(
        isEqual: verdict.isEqual, pieces: [verdict.closenessText, masks] + largest + extent)
      isRounding = verdict.closeness == .rounding
      return
    }
    let place = "row \(first.row), t \(NumberText.grouped(first.time))"
    guard let step = first.step, let layer = first.layer else {
      self.init(
        isEqual: false, pieces: ["masks differ first at \(place)"] + extent,
        brief: "masks differ: \(place)")
      return
    }
    let channel = first.channel.map(String.init).joined(separator: ",")
    let difference = NumberText.short(abs(step - layer), digits: 3)
    let ulps = first.ulps.map { ["\(NumberText.grouped($0)) ulp"] } ?? []
    self.init(
      isEqual: false,
      pieces: [
        "differs first at \(place)" + (channel.isEmpty ? "" : ", channel \(channel)"),
        "|Δ| \(difference)", masks,
      ] + extent + ulps, brief: "differs: \(place)")
  }
}
