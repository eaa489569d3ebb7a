import Diagnostics
import TerminalUI

/// The first line: which session, what stack, where in time, recording, running.
enum HeaderLine {
  static func draw(_ model: AppModel, into region: Region) {
    let right = rightText(model)
    let rightStart = region.columns - right.reduce(0) { $0 + $1.0.columns } - 1
    region.spans(row: 0, column: rightStart, right)
    let name = TextFormatting.fitted(" \(model.view.facts.name)", max(12, rightStart / 2))
    var column = region.text(row: 0, name, .role(.title), width: rightStart - 1) + 3
    // Warnings first: they must not be the ones that a narrow screen drops.
    for warning in warnings(model) where column + warning.0.columns < rightStart - 1 {
      column += region.text(row: 0, column: column, warning.0, warning.1) + 2
    }
    let facts = TextFormatting.fitting(
      facts(model), separator: " · ", width: rightStart - 2 - column
    )
    .joined(separator: " · ")
    guard column + facts.columns < rightStart - 1 else { return }
    region.text(row: 0, column: column, facts)
  }

  private static func warnings(_ model: AppModel) -> [(String, Style)] {
    let facts = model.view.facts
    var result: [(String, Style)] = facts.faults.map { ("FAULT \($0)", .role(.bad)) }
    if facts.isTraining { result.append(("TRAINING", .role(.caution))) }
    if facts.notSteppable != nil { result.append(("LAYER-WISE ONLY", .role(.caution))) }
    return result
  }

  private static func facts(_ model: AppModel) -> [(text: String, rank: Int)] {
    guard let stack = model.view.facts.stack else {
      return [(model.isOpening ? "" : "no stack", 0)]
    }
    let layers = stack.layerCount == 1 ? "1 layer" : "\(stack.layerCount) layers"
    let shape: [(text: String, rank: Int)] = [
      (stack.kind, 6), (layers, 4), ("block \(NumberText.grouped(stack.blockSize))", 2),
      ("ratio \(stack.outputRatio)", 5),
      ("latency \(stack.inputLatency)→\(stack.outputLatency)", 3),
    ]
    // Sizes are known only once the channels of an input are.
    guard model.view.facts.hasInput, !model.view.facts.isRecorded else { return shape }
    return shape + [
      ("\(NumberText.grouped(stack.parameterCount)) parameters", 0),
      ("state \(TextFormatting.bytes(stack.stateBytes))", 1),
    ]
  }

  private static func rightText(_ model: AppModel) -> [(String, Style)] {
    if model.isSlow {
      let text = model.progress?.text ?? model.runningName
      let waiting = model.pendingCount > 1 ? "\(model.pendingCount - 1) wait  " : ""
      return [("▶ \(text)  \(waiting)", .role(.caution)), ("^C stops", .role(.key))]
    }
    if model.seeksDifference { return [("▶ comparing all layers  ", .role(.caution))] }
    guard !model.isOpening else { return [] }
    let position = model.view.position
    var result: [(String, Style)] = [(position.text, .role(.title))]
    if let rate = model.view.facts.sampleRateHz, rate > 0 {
      result.append(("  \(TextFormatting.seconds(position.inputTime, rate))", .plain))
    }
    if model.view.facts.isRecording { result.append(("  ●rec", .role(.bad))) }
    return result
  }
}

/// The second line: the selected layer, the row, and whether the whole stack is right so far.
enum PathLine {
  static func draw(_ model: AppModel, into region: Region) {
    let shown = ShortNames.fitted(model.selectedPath, region.columns / 3)
    var column = region.text(row: 0, column: 1, shown, .role(.key)) + 1
    if let layer = model.view.layers.first(where: { $0.path == model.selectedPath }) {
      column += region.text(row: 0, column: column + 1, layer.kind, .role(.faint)) + 1
    }
    if model.view.facts.rowCount > 1 {
      column += region.text(row: 0, column: column + 2, rowText(model)) + 2
    }
    let width = region.columns - column - 4
    guard let (text, style) = verdict(model, width: width) else { return }
    region.textRight(row: 0, end: region.columns - 1, text, style)
  }

  /// `row 2 of 3`, and where it ended when it is over.
  private static func rowText(_ model: AppModel) -> String {
    let facts = model.view.facts
    let text = "row \(model.row) of \(facts.rowCount)"
    let position = model.view.position
    guard facts.rows.indices.contains(model.row) else { return text }
    let length = facts.rows[model.row].end
    let isOver = length < position.inputLength && length < position.inputTime
    return isOver ? "\(text): ended at \(NumberText.grouped(length))" : text
  }

  private static func verdict(_ model: AppModel, width: Int) -> (String, Style)? {
    guard let verdict = model.view.verdict else {
      guard model.view.facts.stack != nil, !model.isSlow else { return nil }
      guard model.view.facts.hasInput else { return ("no input yet", .role(.faint)) }
      guard let obstacle = model.view.facts.notSteppable else {
        return ("nothing compared yet: s steps", .role(.faint))
      }
      return (TextFormatting.fitted("cannot step: \(obstacle)", width), .role(.caution))
    }
    let unmet = model.view.expectations.first { !$0.verdict.isEqual }
    let warnings = [
      verdict.warning, unmet.map { "≠ expected \($0.file): \($0.verdict.brief)" },
    ].compactMap { $0 }
    // Beside the name of a layer it must be said that this is about the whole stack.
    let sign = model.selectedPath == "." ? verdict.sign : "stack \(verdict.sign)"
    let room = width - sign.columns - 1
    let wanted = (warnings + verdict.pieces.prefix(3)).joined(separator: " · ")
    let first = wanted.columns > room ? verdict.brief : verdict.pieces.first ?? ""
    // Where there is no room for both, what is not good news stays.
    let isTight = ([first] + warnings).joined(separator: " · ").columns > room
    let lead = isTight && !warnings.isEmpty ? warnings : [first] + warnings
    let text = TextFormatting.joined(lead + verdict.pieces.dropFirst(), width: room)
    let isGood = verdict.isEqual && warnings.isEmpty
    let style: Style = .role(isGood ? .good : verdict.isEqual ? .caution : .bad)
    return ("\(sign) \(text)", style)
  }
}
