import Comparison
import Diagnostics

/// What can be said without looking for a pattern: NaN, masks, rounding, and what goes in.
struct ValidityTest: CauseTest {
  func findings(_ evidence: CauseEvidence) -> [CauseFinding] {
    var result: [CauseFinding] = []
    if let first = evidence.comparison.first, !first.stream.isFinite, first.offline.isFinite {
      var finding = CauseFinding(.notFinite)
      finding.support(
        true, 6,
        "STREAM is \(NumberText.short(first.stream)) where OFFLINE is \(NumberText.short(first.offline)): "
          + "look for a row of attention without a valid key, 0 · inf, or a state that was never set"
      )
      result.append(finding)
    }
    if let mask = evidence.comparison.firstMask {
      var finding = CauseFinding(.maskDiffers)
      let side = mask.isValidInOffline ? "OFFLINE" : "STREAM"
      finding.support(true, 4, "row \(mask.row), t \(mask.time) is valid in \(side) only")
      result.append(finding)
    }
    if let before = evidence.before, before.verdict == .rounding,
      let first = before.largest?.difference, let here = evidence.comparison.largest?.difference,
      before.criterion.roundingBound > 0, here.isFinite
    {
      var finding = CauseFinding(.roundingGrows)
      let used = first / before.criterion.roundingBound
      let ratio = here / max(evidence.comparison.criterion.roundingBound, .leastNormalMagnitude)
      finding.support(
        used > 0.1 && ratio < 20, 2.5,
        "\(before.pair.path), before it, differs by \(NumberText.short(first, digits: 2)), which rounding "
          + "explains; here it is \(NumberText.short(here, digits: 2)), "
          + "\(NumberText.short(ratio, digits: 2)) times what rounding explains")
      finding.contradict(
        evidence.firstTime > 0 && evidence.firstBlock?.index ?? 0 > 0, 1,
        "all before t \(evidence.firstTime) is equal")
      result.append(finding)
    }
    if !evidence.hasBefore {
      var finding = CauseFinding(.inputDiffers)
      let isInput = evidence.place.kind == .input || evidence.place.path.hasPrefix("input/")
      finding.support(isInput, 8, "\(evidence.place.path) is what is fed to the model")
      finding.support(
        !isInput && evidence.firstTime == 0 && evidence.explained?.explanations.isEmpty == true, 1,
        "nothing before it was recorded, so that what feeds it may differ")
      result.append(finding)
    }
    return result
  }
}
