import Diagnostics
import Layers
import Runtime

// Checks of facts about the stack and its numbers.
extension CheckCommand {
  /// `no-nan [PATH]`: neither run has a NaN at a valid timestep.
  func checkNoNaN(_ words: [String], _ session: Session) throws -> CommandOutput {
    let (_, tree) = try session.requireTree()
    guard words.count <= 2 else {
      throw CommandError(
        .invalidOperand, found: words.joined(separator: " "), expected: "no-nan [PATH]")
    }
    let inside = try tree.resolve(words.count > 1 ? words[1] : ".").path
    let run = try session.requireRun()
    let layerWise = try session.layerWise(run)
    if inside.isEmpty, let place = session.inputFacts?.firstNaN {
      return answer(false, "the input has NaN at \(place.text)")
    }
    for place in layerWise.layers where place.path.isInside(inside) {
      if let found = run.firstNaN(place.path) {
        return answer(false, "\(place.path.shown):layer has NaN at \(found.text)")
      }
    }
    _ = try run.verdict("", tolerance: nil, cancel: session.cancel) { done in
      try session.goOn(done, of: max(1, run.position))
    }
    for place in run.places where place.path.isInside(inside) {
      if let step = try run.firstNaNStep(place.path) {
        return answer(
          false, "\(place.path.shown) has NaN in step \(step + 1), and its layer-wise run has none")
      }
    }
    let steps = run.position > 0 ? " and in \(NumberText.counted(run.position, "step"))" : ""
    return answer(true, "no NaN layer-wise\(steps)")
  }

  /// `receptive-field == FROM..TO`.
  func checkReceptiveField(_ words: [String], _ session: Session) throws -> CommandOutput {
    guard words.count == 3, words[1] == "==", let wanted = ReceptiveFieldText.parse(words[2]) else {
      throw CommandError(
        .invalidOperand, found: words.joined(separator: " "),
        expected:
          "receptive-field == -6..0, with -inf or inf for all that is before or behind, or none")
    }
    let (layer, _) = try session.requireTree()
    let field = layer.receptiveFieldPerStep.overall
    let found = field.map { [$0.start, $0.end] } ?? []
    let text = field.map { ReceptiveFieldText.text($0.start, $0.end) } ?? "none"
    return answer(found == wanted, "receptive-field is \(text)")
  }
}

/// Receptive fields as they are typed.
enum ReceptiveFieldText {
  /// The first and the last timestep; empty for `none`, nil for what is no field.
  static func parse(_ text: String) -> [Double]? {
    if text == "none" { return [] }
    guard let dots = text.firstRange(of: "..") else { return nil }
    let bounds = [text[..<dots.lowerBound], text[dots.upperBound...]].map { part -> Double? in
      switch part {
      case "-inf": -.infinity
      case "inf": .infinity
      default: Int(part).map(Double.init)
      }
    }
    guard let low = bounds[0], let high = bounds[1], low <= high else { return nil }
    return [low, high]
  }

  static func text(_ start: Double, _ end: Double) -> String {
    func bound(_ value: Double) -> String {
      value.isFinite ? "\(Int(value))" : value < 0 ? "-inf" : "inf"
    }
    return "\(bound(start))..\(bound(end))"
  }
}

extension ModelRun {
  /// The first step made, up to the position, in which a layer gives NaN at a valid timestep; nil where none
  /// does.
  ///
  /// - Precondition: the steps were compared.
  func firstNaNStep(_ path: String) throws -> Int? {
    guard let comparison, let trace else { return nil }
    var step = 0
    while step < position {
      let end = min(position, comparison.statistics.spanEnd(step))
      let count = (0..<input.batch).reduce(0) { sum, row in
        sum + Int(comparison.statistics(path, row: row, step..<end)?.nanCount ?? 0)
      }
      // A span may reach beyond the position.
      if count > 0 {
        for own in step..<end where try trace.output(of: path, in: own..<own + 1)?.firstNaN != nil {
          return own
        }
      }
      step = end
    }
    return nil
  }
}
