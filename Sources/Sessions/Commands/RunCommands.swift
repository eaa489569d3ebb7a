import Diagnostics
import Layers
import Runtime
import Tensors

/// `seed N`.
struct SeedCommand: Command {
  let name = "seed"
  let usage = "seed N"
  let summary = "Draws all parameters anew from a seed."
  let examples = ["seed 7"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let text = try line.single("a number")
    guard let seed = UInt64(text) else {
      throw CommandError(.invalidOperand, found: text, expected: "a whole number from 0")
    }
    var document = session.document
    document.seed = seed
    document.parameters = [:]
    document.origins = [:]
    try session.commit(document, as: "seed \(seed)")
    return CommandOutput("parameters drawn from seed \(seed)")
  }
}

/// `training on|off`.
struct TrainingCommand: Command {
  let name = "training"
  let usage = "training on|off"
  let summary = "Lets layers behave as in training: dropout, noise, batch statistics."
  let examples = ["training off"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let word = try line.single("on or off")
    guard word == "on" || word == "off" else {
      throw CommandError(.invalidOperand, found: word, expected: "on or off")
    }
    var document = session.document
    document.training = word == "on"
    try session.commit(document, as: "training \(word)")
    return CommandOutput("training \(word)")
  }
}

/// `dtype D`.
struct DTypeCommand: Command {
  let name = "dtype"
  let usage = "dtype float32|float64|bfloat16|float16 | dtype input"
  let summary =
    "Converts floating input to a dtype, and with it what the layers compute in; input leaves it as "
    + "it came."
  let examples = ["dtype float64", "dtype input"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let word = try line.single("a dtype")
    var document = session.document
    if word == "input" {
      document.dtype = nil
    } else {
      guard let dtype = DType(name: word), dtype.isFloating else {
        throw CommandError(
          .invalidOperand, found: word, expected: "float32, float64, bfloat16, float16 or input")
      }
      document.dtype = dtype
    }
    try session.commit(document, as: "dtype \(word)")
    return CommandOutput(["dtype \(word)"] + session.stackSummary)
  }
}

/// `block K`.
struct BlockCommand: Command {
  let name = "block"
  let usage = "block K | block 1,2,3"
  let summary = "Feeds K blocks a step, or a repeating ragged schedule of blocks."
  let examples = ["block 2", "block 1,3,2"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let text = try line.single("a number of blocks")
    let numbers = text.split(separator: ",").map { Int($0) ?? 0 }
    guard !numbers.isEmpty, numbers.allSatisfy({ $0 >= 1 && $0 <= 1 << 20 }) else {
      throw CommandError(.invalidOperand, found: text, expected: "such as 2 or 1,2,3")
    }
    let before = session.plan.map { $0.boundaries[session.position] }
    var document = session.document
    document.schedule = BlockSchedule(numbers)
    try session.commit(document, as: "block \(text)", changing: .steps)
    let after = session.plan.map { $0.boundaries[session.position] }
    var lines = ["blocks a step: \(text)"]
    if let before, let after, before != after {
      lines.append("input timestep \(before) is no boundary any more: now at \(after)")
    }
    return CommandOutput(lines)
  }
}
