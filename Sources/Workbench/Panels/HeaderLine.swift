import Tensors
import TerminalUI

/// The first line: which session, what stack, where in time, recording, running.
enum HeaderLine {
  static func draw(_ model: AppModel, into region: Region) {
    let right = rightText(model)
    let rightStart = region.columns - right.reduce(0) { $0 + $1.0.columns } - 1
    region.spans(row: 0, column: rightStart, right)
    let name = " \(model.view.facts.name)"
    var column = region.text(row: 0, name, .role(.title), width: rightStart - 1) + 3
    var isFirst = true
    for fact in facts(model) {
      let text = isFirst ? fact.0 : " · \(fact.0)"
      guard column + text.columns < rightStart - 1 else { break }
      column += region.text(row: 0, column: column, text, fact.1)
      isFirst = false
    }
  }

  /// Warnings first: they must not be the ones that a narrow screen drops.
  private static func facts(_ model: AppModel) -> [(String, Style)] {
    let facts = model.view.facts
    var result: [(String, Style)] = facts.faults.map { ("FAULT \($0)", .role(.bad)) }
    if facts.isTraining { result.append(("TRAINING", .role(.caution))) }
    if facts.notSteppable != nil { result.append(("layer-wise only", .role(.caution))) }
    guard let stack = facts.stack else {
      return result + [("no stack", .role(.faint))]
    }
    let plain = [
      stack.kind, stack.layerCount == 1 ? "1 layer" : "\(stack.layerCount) layers",
      "block \(stack.blockSize)", "ratio \(stack.outputRatio)",
      "latency \(stack.inputLatency)→\(stack.outputLatency)",
      "\(NumberText.grouped(stack.parameterCount)) parameters",
      "state \(Words.bytes(stack.stateBytes))",
    ]
    return result + plain.map { ($0, .plain) }
  }

  private static func rightText(_ model: AppModel) -> [(String, Style)] {
    if model.isBusy {
      let text = model.progress?.text ?? "running"
      return [("▶ \(text)  ", .role(.caution)), ("^C stops", .role(.key))]
    }
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

/// The second line of a single-panel screen: the selected layer, and whether all is right so far.
enum PathLine {
  static func draw(_ model: AppModel, into region: Region) {
    var column = region.text(row: 0, column: 1, model.selectedPath, .role(.key)) + 1
    if let layer = model.view.layers.first(where: { $0.path == model.selectedPath }) {
      column += region.text(row: 0, column: column + 1, layer.kind, .role(.faint)) + 1
    }
    if model.view.facts.rowCount > 1 {
      let text = "row \(model.row) of \(model.view.facts.rowCount)"
      column += region.text(row: 0, column: column + 2, text) + 2
    }
    guard let verdict = VerdictText.spans(model.view.verdict) else { return }
    let width = region.columns - column - 4
    let text = Words.fitted(verdict.0, width)
    region.textRight(row: 0, end: region.columns - 1, text, verdict.1)
  }
}

/// The verdict with its sign, so that it is read without colour.
enum VerdictText {
  static func spans(_ verdict: Verdict) -> (String, Style)? {
    switch verdict {
    case .none: nil
    case .equal(let text): ("= \(text)", .role(.good))
    case .different(let text): ("≠ \(text)", .role(.bad))
    }
  }
}
