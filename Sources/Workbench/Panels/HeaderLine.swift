import Tensors
import TerminalUI

/// The first line: which session, what stack, where in time, recording, running.
enum HeaderLine {
  static func draw(_ model: AppModel, into region: Region) {
    let right = rightText(model)
    let rightStart = region.columns - right.reduce(0) { $0 + $1.0.columns } - 1
    region.spans(row: 0, column: rightStart, right)
    let name = Words.fitted(" \(model.view.facts.name)", max(12, rightStart / 2))
    var column = region.text(row: 0, name, .role(.title), width: rightStart - 1) + 3
    // Warnings first: they must not be the ones that a narrow screen drops.
    for warning in warnings(model) where column + warning.0.columns < rightStart - 1 {
      column += region.text(row: 0, column: column, warning.0, warning.1) + 2
    }
    let facts = Words.fitting(facts(model), separator: " · ", width: rightStart - 2 - column)
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
    guard model.view.facts.hasInput else { return shape }
    return shape + [
      ("\(NumberText.grouped(stack.parameterCount)) parameters", 0),
      ("state \(Words.bytes(stack.stateBytes))", 1),
    ]
  }

  private static func rightText(_ model: AppModel) -> [(String, Style)] {
    if model.isSlow {
      let text = model.progress?.text ?? "running"
      return [("▶ \(text)  ", .role(.caution)), ("^C stops", .role(.key))]
    }
    guard !model.isOpening else { return [] }
    let position = model.view.position
    var result: [(String, Style)] = [(position.text, .role(.title))]
    if let rate = model.view.facts.sampleRateHz, rate > 0 {
      let seconds = Words.decimal(Double(position.inputTime) / rate, digits: 2)
      result.append(("  \(seconds) s", .plain))
    }
    if model.view.facts.isRecording { result.append(("  ●rec", .role(.bad))) }
    return result
  }
}

/// The second line: the selected layer, the row, and whether the whole stack is right so far.
enum PathLine {
  static func draw(_ model: AppModel, into region: Region) {
    let shown = Words.pathFitted(model.selectedPath, region.columns / 3)
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
    guard facts.rowLengths.indices.contains(model.row) else { return text }
    let length = facts.rowLengths[model.row]
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
      return (Words.fitted("cannot step: \(obstacle)", width), .role(.caution))
    }
    let wanted = verdict.pieces.prefix(3).joined(separator: " · ")
    let isNarrow = wanted.columns > width - 2
    let pieces = isNarrow ? [verdict.brief] + verdict.pieces.dropFirst() : verdict.pieces
    let text = Words.joined(pieces, width: width - 2)
    return ("\(verdict.sign) \(text)", .role(verdict.isEqual ? .good : .bad))
  }
}
