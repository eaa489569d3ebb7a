import Diagnostics
import Export
import Runtime

/// `export FORMAT DIR`: the stack with its weights for another runtime.
struct ExportCommand: Command {
  let name = "export"
  let usage =
    "export tflite|onnx|stablehlo DIR [--blocks 1,4] [--capacity N] [--time N] [--batch N] [--emits] [--replace]"
  let summary =
    "Writes stack and weights for LiteRT, ONNX or XLA into a new folder, with data and a script that "
    + "check it there: workbench verify export DIR."
  let flags: Set<String> = ["emits", "replace"]
  let options: Set<String> = ["blocks", "capacity", "time", "batch"]
  let isRecorded = false
  let examples = ["export onnx out.export --blocks 1,4 --replace"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    guard line.operands.count == 2 else {
      throw CommandError(.invalidOperand, found: line.rest, expected: usage)
    }
    guard let target = ExportTarget(rawValue: line.operands[0]) else {
      throw CommandError(
        .invalidOperand, found: line.operands[0], expected: "tflite, onnx or stablehlo")
    }
    let blocks = try numbers("blocks", line) ?? [1]
    let capacity = try number("capacity", line)
    let model = try session.exportModel(
      batch: try number("batch", line) ?? 1, time: try number("time", line), version: ""
    ) { request in
      request.blocks = blocks
      request.cacheCapacity = capacity
      request.emits = line.options["emits"] != nil
    }
    let report = try Export.write(
      model, to: session.files.resolved(line.operands[1]), options: ExportOptions(target: target),
      replaces: line.options["replace"] != nil, memory: session.memory)
    let files = report.files.map { "\($0.name) \(NumberText.bytes($0.byteCount))" }
    let obstacle = model.facts.stepObstacle.map { ["no step: \($0)"] } ?? []
    return CommandOutput(
      ["\(line.operands[1]): " + files.joined(separator: ", ")] + report.lines + obstacle)
  }

  private func number(_ option: String, _ line: CommandLine) throws(CommandError) -> Int? {
    guard let values = try numbers(option, line) else { return nil }
    guard values.count == 1 else { throw unfit(option, line) }
    return values[0]
  }

  private func numbers(_ option: String, _ line: CommandLine) throws(CommandError) -> [Int]? {
    guard let text = line.options[option] else { return nil }
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let values = parts.compactMap { Int($0) }.filter { (1...(1 << 24)).contains($0) }
    guard values.count == parts.count, Set(values).count == values.count else {
      throw unfit(option, line)
    }
    return values
  }

  private func unfit(_ option: String, _ line: CommandLine) -> CommandError {
    CommandError(
      .invalidOperand, found: "--\(option) \(line.options[option] ?? "")",
      expected: "positive numbers such as 1,4")
  }
}
