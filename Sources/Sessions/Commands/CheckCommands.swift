import Datasets
import Layers
import Runtime
import Tensors

/// Commands that say whether something holds.
enum CheckCommands {
  static let all: [any Command] = [CheckCommand(), ExpectCommand()]
}

/// `check COND`.
struct CheckCommand: Command {
  let name = "check"
  let usage =
    "check equal [PATH] [--tol X] | max-diff < X | latency == N | block == N | PATH valid N…"
  let summary = "Holds a condition; in a script a false one ends with exit status 1."
  let options: Set<String> = ["tol"]
  let examples = ["check latency == 0", "check c1 valid 12 12"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let words = line.operands
    switch words.first ?? "" {
    case "equal":
      let (_, tree) = try session.requireTree()
      let path = try tree.resolve(session.expand(words.count > 1 ? words[1] : ".")).path
      let verdict = try session.verdict(of: path, tolerance: try line.number("tol") ?? 1e-6)
      return answer(verdict.isEqual, verdict.text)
    case "max-diff":
      guard words.count == 3, words[1] == "<" || words[1] == "<=", let bound = Double(words[2])
      else {
        throw CommandError(.invalidOperand, found: line.rest, expected: "max-diff < 1e-5")
      }
      let verdict = try session.verdict(of: "", tolerance: .infinity)
      let holds =
        verdict.comparedSteps > 0
        && (words[1] == "<" ? verdict.largest < bound : verdict.largest <= bound)
      return answer(holds, "largest difference \(NumberText.short(verdict.largest))")
    case "latency", "block":
      guard words.count == 3, words[1] == "==", let wanted = Int(words[2]) else {
        throw CommandError(.invalidOperand, found: line.rest, expected: "\(words[0]) == 2")
      }
      let layer = try session.requireRun().model.layer
      let found = words[0] == "latency" ? layer.inputLatency : layer.blockSize
      return answer(found == wanted, "\(words[0]) is \(found)")
    default: return try checkValid(words, line, session)
    }
  }

  private func checkValid(
    _ words: [String], _ line: CommandLine, _ session: Session
  ) throws -> CommandOutput {
    guard words.count >= 3, words[1] == "valid" else {
      throw CommandError(.invalidOperand, found: line.rest, expected: usage)
    }
    let wanted = words.dropFirst(2).map { Int($0) ?? -1 }
    let facet = try Facet(words[0])
    let value = try session.value(of: facet.kind == .out ? try Facet("\(facet.path):layer") : facet)
    guard let mask = value.mask ?? (value.tensor.dtype == .bool ? value.tensor : nil) else {
      throw CommandError(.unknownFacet, found: "\(words[0]) has no mask")
    }
    let flags = mask.elements(as: Bool.self)
    let time = mask.shape[1]
    let found = (0..<mask.shape[0]).map { row in
      flags[(row * time)..<((row + 1) * time)].count { $0 }
    }
    let text = found.map(String.init).joined(separator: " ")
    return answer(found == Array(wanted), "valid \(text)")
  }

  private func answer(_ holds: Bool, _ text: String) -> CommandOutput {
    var output = CommandOutput("\(holds ? "holds" : "does not hold"): \(text)")
    output.isFailedCheck = !holds
    return output
  }
}

/// `expect F at PATH`.
struct ExpectCommand: Command {
  let name = "expect"
  let usage = "expect FILE at PATH [--shift N]"
  let summary = "Takes an array of another framework as what a layer should give; joins diff."
  let options: Set<String> = ["shift"]
  let examples: [String] = []

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    guard line.operands.count == 3, line.operands[1] == "at" else {
      throw CommandError(.invalidOperand, found: line.rest, expected: usage)
    }
    let (_, tree) = try session.requireTree()
    let path = try tree.resolve(session.expand(try Facet(line.operands[2]).path)).path
    let values = try ArrayFile.read(line.operands[0])
    let run = try session.requireRun()
    guard let ours = try run.layerWiseResult(cancel: session.cancel).taps[path] else {
      throw CommandError(.unknownPath, found: "\(path.shown) has no output")
    }
    guard values.rank >= 2, Array(values.shape.dropFirst(2)) == ours.channelShape,
      values.shape[0] == ours.batch
    else {
      throw CommandError(
        .invalidOperand, found: "an array \(values.shape.shapeText)",
        expected: "[\(ours.batch), t] and channels \(ours.channelShape.shapeText)")
    }
    var document = session.document
    document.expectations.append(
      Expectation(
        path: path, file: line.operands[0], values: values, shift: try line.integer("shift") ?? 0))
    try session.commit(document, as: "expect")
    return CommandOutput(try session.expectedLines(1e-6))
  }
}
