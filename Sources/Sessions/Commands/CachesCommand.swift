import Diagnostics
import Runtime

/// `caches [N]`.
struct CachesCommand: Command {
  let name = "caches"
  let usage = "caches [N]"
  let summary =
    "Says how many timesteps attention with an unlimited past may remember in steps, or sets it; a step "
    + "that needs more is refused."
  let examples = ["caches", "caches 4096"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    guard !line.operands.isEmpty else {
      let stream = session.run?.stream
      var output = CommandOutput(["at most \(timesteps(session.document.caches.maximum))"])
      if let stream, let capacity = stream.cacheCapacity {
        output.lines.append("room now for \(timesteps(capacity))")
        output.lines += stream.cachedTime.sorted { $0.key < $1.key }
          .map { "\($0.key.shown): \(timesteps($0.value)) cached" }
      }
      output.isUnrecorded = true
      return output
    }
    let text = try line.single("a number of timesteps")
    guard let most = Int(text), (1...(1 << 30)).contains(most) else {
      throw CommandError(
        .invalidOperand, found: text, expected: "timesteps from 1 to \(1 << 30), such as 4096")
    }
    var document = session.document
    let usual = CacheCapacity()
    document.caches = CacheCapacity(initial: min(usual.initial, most), maximum: most)
    try session.commit(document, as: "caches \(text)")
    return CommandOutput("at most \(timesteps(most))")
  }

  private func timesteps(_ count: Int) -> String {
    NumberText.counted(count, "timestep")
  }
}
