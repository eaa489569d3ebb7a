import Comparison
import Diagnostics
package import Traces

/// A mistake that real projects have shipped, as a small pair of sessions: the one with the mistake put in on
/// purpose, the other without.
package struct GalleryEntry: Sendable {
  /// The name of the pair and of its page.
  package let name: String
  /// Public reports of it, by project and number.
  package let reports: [String]
  /// What the user saw.
  package let seen: String
  /// What was wrong.
  package let reason: String
  /// Stack, input and blocks.
  package let setUp: [String]
  /// The operands of `fault`.
  package let fault: String
  /// The first wrong layer, its first wrong timestep, and the cause that explains it.
  package let layer: String
  package let time: Int
  package let cause: Cause

  init(
    _ name: String, _ reports: [String], saw seen: String, because reason: String,
    _ setUp: [String], fault: String, at layer: String, _ time: Int, _ cause: Cause
  ) {
    (self.name, self.reports, self.seen, self.reason) = (name, reports, seen, reason)
    (self.setUp, self.fault) = (setUp, fault)
    (self.layer, self.time, self.cause) = (layer, time, cause)
  }

  /// What the session with the mistake consists of; its check does not hold.
  package var brokenLines: [String] { setUp + ["fault \(fault)", "run", "check equal"] }
  /// What the session without it consists of; its check holds.
  package var fixedLines: [String] { setUp + ["run", "check equal"] }

  /// The files of the pair, in `Sessions/gallery`.
  package var brokenFile: String { "\(name)-broken.session" }
  package var fixedFile: String { "\(name)-fixed.session" }

  /// The page.
  package var page: [String] {
    [
      "\(name) · after \(reports.joined(separator: ", "))",
      "seen: \(seen)",
      "found: open Sessions/gallery/\(brokenFile), then bisect: \(layer) is the first wrong layer, from "
        + "t \(time) on, and the likeliest cause: "
        + ComparisonNames.runs.applied(to: cause.text),
      "reason: \(reason)",
      "put in on purpose by: fault \(fault)",
      "right: open Sessions/gallery/\(fixedFile), in which step and layer are equal",
      "both from the beginning:",
    ] + brokenLines.map { "  \($0)" }
  }
}

/// All pairs.
package enum Gallery {
  package static let all: [GalleryEntry] = caches + positions + edges + rows

  /// The pages in one table.
  static var lines: [String] {
    TextTable.lines(all.map { [$0.name, $0.seen] }) + [
      "help gallery NAME tells how it is found and what was wrong; both sessions lie in Sessions/gallery"
    ]
  }

  static func entry(named name: String) throws(CommandError) -> GalleryEntry {
    guard let found = all.first(where: { $0.name == name }) else {
      throw CommandError(
        .invalidOperand, found: "the gallery has no '\(name)'",
        expected: "a name that help gallery lists",
        suggestion: NearestName.of(name, among: all.map(\.name)).map { "did you mean \($0)?" })
    }
    return found
  }
}

/// Stacks that several pairs share.
enum GalleryStack {
  static let noise = "input noise --channels 3 --time 40 --rows 2 --seed 1"
  static let ragged = "input noise --channels 3 --lengths 40,25 --seed 1"

  static let convolutions = serial(
    "Conv1D(filters: 4, kernelSize: 3, padding: .causal, name: \"c1\"), Relu(name: \"relu\"), "
      + "Conv1D(filters: 4, kernelSize: 3, padding: .causal, name: \"c2\")")
  static let recurrent = serial("Dense(features: 4, name: \"in\"), LSTM(units: 4, name: \"lstm\")")
  static let ahead = serial(
    "Dense(features: 4, name: \"in\"), "
      + "Conv1D(filters: 4, kernelSize: 3, padding: .reverseCausal, name: \"ahead\")")
  static let attention = serial(
    "Dense(features: 4, name: \"in\"), DotProductSelfAttention(numHeads: 2, unitsPerHead: 2, "
      + "maxPastHorizon: 6, name: \"attn\"), Flatten(name: \"heads\")")

  /// Layers with a projection behind them.
  static func serial(_ layers: String) -> String {
    "stack Serial([\(layers), Dense(features: 2, name: \"out\")])"
  }
}
