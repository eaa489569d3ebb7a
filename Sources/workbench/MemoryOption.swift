import ArgumentParser
import Tensors

/// `--memory SIZE`: what one request may take of the machine's memory.
struct MemoryOption: ParsableArguments {
  @Option(
    name: .customLong("memory"),
    help: ArgumentHelp(
      "The most memory that one request may take, such as 4GB; otherwise half of what is free.",
      valueName: "size"))
  var size: String?

  /// Makes it the budget of all that is made from now on.
  func apply() throws {
    guard let size else { return }
    guard let byteCount = MemoryBudget.byteCount(size) else {
      throw Failure("--memory \(size): expected a size such as 4GB or 512MB")
    }
    MemoryBudget.setStandard(MemoryBudget(byteCount, origin: "--memory"))
  }
}

/// A command that allocates what files and options ask for.
protocol MemoryLimited {
  var memory: MemoryOption { get }
}
