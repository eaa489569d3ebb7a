import Comparison
import Diagnostics
import LayerTesting
import Layers
import Tensors

/// Commands that say whether something holds.
enum CheckCommands {
  static let all: [any Command] = [
    BisectCommand(), CheckCommand(), ExpectCommand(), SweepCommand(), VerifyCommand(),
    SessionDifferenceCommand(), ReportCommand(),
  ]
}

/// `check COND`.
struct CheckCommand: Command {
  let name = "check"
  let usage =
    "check equal [PATH|expected] [--tol X] [--rtol X] [--ulp N] | max-diff [PATH] < X | latency == N | "
    + "output-latency == N | block == N | receptive-field == FROM..TO | no-nan [PATH] | FACET valid N…"
  let summary = "Holds a condition; in a script a false one ends with exit status 1."
  let options = CommandLine.toleranceOptions
  let examples = [
    "check latency == 0", "run\ncheck equal", "run\ncheck max-diff < 1e-5",
    "check c1 valid 12 12", "check receptive-field == -2..0", "check no-nan",
    "run\ncheck no-nan c1",
  ]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let words = line.operands
    switch words.first ?? "" {
    case "equal": return try checkEqual(words, line, session)
    case "max-diff": return try checkLargest(words, line, session)
    case "no-nan": return try checkNoNaN(words, session)
    case "receptive-field": return try checkReceptiveField(words, session)
    case "latency", "output-latency", "block":
      guard words.count == 3, words[1] == "==", let wanted = Int(words[2]) else {
        throw CommandError(.invalidOperand, found: line.rest, expected: "\(words[0]) == 2")
      }
      let (layer, _) = try session.requireTree()
      let found =
        switch words[0] {
        case "latency": layer.inputLatency
        case "output-latency": layer.outputLatency
        default: layer.blockSize
        }
      return answer(found == wanted, "\(words[0]) is \(found)")
    default: return try checkValid(words, line, session)
    }
  }

  private func checkEqual(
    _ words: [String], _ line: CommandLine, _ session: Session
  ) throws -> CommandOutput {
    let tolerance = try line.tolerance()
    guard words.count <= 2 else {
      throw CommandError(.invalidOperand, found: line.rest, expected: "equal [PATH|expected]")
    }
    if words.count > 1, words[1] == "expected" {
      let lines = try session.expectedLines(tolerance)
      return answer(try session.meetsExpectations(tolerance), lines.joined(separator: "; "))
    }
    let (_, tree) = try session.requireTree()
    let path = try tree.resolve(words.count > 1 ? words[1] : ".").path
    let verdict = try session.verdict(of: path, tolerance: tolerance)
    return answer(verdict.isEqual, verdict.text)
  }

  private func checkLargest(
    _ words: [String], _ line: CommandLine, _ session: Session
  ) throws -> CommandOutput {
    guard words.count == 3 || words.count == 4, ["<", "<="].contains(words[words.count - 2]),
      let bound = Double(words[words.count - 1])
    else {
      throw CommandError(.invalidOperand, found: line.rest, expected: "max-diff < 1e-5")
    }
    let (_, tree) = try session.requireTree()
    let path = try tree.resolve(words.count == 4 ? words[1] : ".").path
    let verdict = try session.verdict(of: path, tolerance: Tolerance(absolute: .infinity))
    guard verdict.comparedSteps > 0 else { return answer(false, verdict.text) }
    let isStrict = words[words.count - 2] == "<"
    let holds = isStrict ? verdict.largest < bound : verdict.largest <= bound
    let place = verdict.largest > 0 ? " at \(verdict.largestIndex)" : ""
    let masks = verdict.masksEqual ? "" : " · masks differ"
    return answer(
      holds && verdict.masksEqual,
      "largest difference \(NumberText.short(verdict.largest))\(place)\(masks)")
  }

  private func checkValid(
    _ words: [String], _ line: CommandLine, _ session: Session
  ) throws -> CommandOutput {
    // Without a facet the root is meant.
    let words = words.first == "valid" ? ["."] + words : words
    let wanted = words.dropFirst(2).map { Int($0) ?? -1 }
    guard words.count >= 3, words[1] == "valid", wanted.allSatisfy({ $0 >= 0 }) else {
      throw CommandError(
        .invalidOperand, found: line.rest.isEmpty ? "no condition" : line.rest, expected: usage,
        suggestion: NearestName.of(words.first ?? "", among: Self.names).map {
          "did you mean \($0)?"
        })
    }
    let facet = try Facet(words[0])
    // A bare path means the layer-wise output: what the whole input leaves valid.
    let isBare = !words[0].contains(":")
    let value = try session.value(of: isBare ? try Facet("\(facet.path):layer") : facet)
    guard let mask = value.mask ?? (value.tensor.dtype == .bool ? value.tensor : nil),
      mask.rank == 2
    else { throw CommandError(.unknownFacet, found: "\(words[0]) has no mask") }
    let found = MaskListing.validCounts(mask)
    let text = found.map(String.init).joined(separator: " ")
    return answer(found == Array(wanted), "\(words[0]) valid \(text)")
  }

  private static let names = [
    "equal", "max-diff", "latency", "output-latency", "block", "receptive-field", "no-nan",
  ]

  func answer(_ holds: Bool, _ text: String) -> CommandOutput {
    var output = CommandOutput("\(holds ? "holds" : "does not hold"): \(text)")
    output.holds = holds
    return output
  }
}

/// `verify`: the contract of sequence layers on the stack.
struct VerifyCommand: Command {
  let name = "verify"
  let usage = "verify"
  let summary =
    "Verifies the contract of sequence layers on the stack with this input, its constants, weights and "
    + "faults: step equals layer, padding and neighbouring rows change nothing, any blocks, saved "
    + "state, gradients."
  let isRecorded = false
  let examples = ["verify"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    try line.none()
    let report = try session.contractReport()
    let broken = Set(report.violations.map(\.check))
    var output = CommandOutput(
      report.checked.map { "\(broken.contains($0) ? "FAIL" : "ok  ") \($0.rawValue)" }
        + report.violations.map { "     \($0)" }
        + report.skipped.map { "skip \($0.check.rawValue): \($0.reason)" }
        + [report.summary])
    // What was stopped has answered nothing unless it found something.
    output.holds = report.isStopped && report.violations.isEmpty ? nil : report.holds
    return output
  }
}
