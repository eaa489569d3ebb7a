import Diagnostics
import LayerTesting
import Layers
import Runtime

/// `fault PATH KIND [at T|from T]`.
struct FaultCommand: Command {
  let name = "fault"
  let usage = "fault PATH KIND [at T | from T] | fault list | fault clear"
  let summary =
    "Seeds a mistake into the step-wise run of a layer, to see what it looks like: in all steps, in one, or "
    + "from one on; fault list says what kinds there are."
  let examples = [
    "fault c1 drop-state at 2", "fault out bias-twice from 3", "fault list", "fault clear",
  ]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    var document = session.document
    switch line.operands {
    case ["clear"]:
      document.faults = []
      try session.commit(document, as: "fault clear", changing: .steps)
      return CommandOutput("no faults")
    case ["list"]:
      var output = CommandOutput(
        TextTable.lines(Fault.Kind.allCases.map { [$0.rawValue, $0.text] }))
      output.isUnrecorded = true
      return output
    default: break
    }
    let words = line.operands
    guard words.count == 2 || (words.count == 4 && ["at", "from"].contains(words[2])) else {
      throw CommandError(.invalidOperand, found: line.rest, expected: usage)
    }
    let (_, tree) = try session.requireTree()
    let node = try tree.resolve(words[0])
    guard let kind = Fault.Kind(rawValue: words[1]) else {
      let names = Fault.Kind.allCases.map(\.rawValue)
      throw CommandError(
        .invalidOperand, found: "the fault '\(words[1])'",
        expected: names.joined(separator: ", "),
        suggestion: NearestName.of(words[1], among: names).map { "did you mean \($0)?" })
    }
    var fault = Fault(path: node.path, kind: kind)
    if words.count == 4 {
      fault.step = try session.step(of: try TimeExpression(words[3])).step
      fault.goesOn = words[2] == "from"
    }
    document.faults.removeAll { $0 == fault }
    document.faults.append(fault)
    try session.commit(document, as: "fault", changing: .steps)
    return CommandOutput(
      ["FAULT " + document.faults.map(\.text).joined(separator: ", ")]
        + (try notes(fault, session)))
  }

  private func notes(_ fault: Fault, _ session: Session) throws -> [String] {
    var lines: [String] = []
    if let step = fault.step {
      lines.append(
        fault.goesOn
          ? "it happens from step \(step) on"
          : "it happens in the step from \(step) to \(step + 1)")
    }
    guard let run = session.run, run.stream != nil else { return lines }
    if let obstacle = try run.obstacle(to: fault, session.document) {
      return lines + ["\(fault.path.shown) \(obstacle), so this changes nothing"]
    }
    lines.append(fault.kind.text)
    if fault.kind == .doubleBias, run.biasesAreZero(inside: fault.path) {
      lines.append("all of these biases are 0, so this changes nothing: set PATH:param.bias VALUE")
    }
    guard fault.kind == .maskMultiply else { return lines }
    let text =
      "invalid timesteps hold NaN now, to show where it is multiplied by 0 instead of replaced"
    let hasGaps = run.input.lengths != run.input.ends
    return lines + [
      hasGaps
        ? text
        : "\(text); behind the ends of rows only layers that look ahead see it: give gaps by "
          + "input … --mask FILE, or verify, which tries gaps"
    ]
  }
}
