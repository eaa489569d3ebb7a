/// `trust FILE`: lets the session that was opened read a file outside its folder.
struct TrustCommand: Command {
  let name = "trust"
  let usage = "trust [FILE…]"
  let summary =
    "Lets the session that was opened read files outside its folder, now and whenever this version "
    + "of it is opened; without FILE says which it wants to read."
  let isRecorded = false
  let examples = ["trust"]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let requests = session.files.requests
    guard !line.operands.isEmpty else {
      return CommandOutput(
        requests.isEmpty
          ? ["this session wants to read no file outside its folder"]
          : requests.map { "\($0.operand)  \($0.place)" })
    }
    let places = try line.operands.map { try place(of: $0, requests, session) }
    guard let origin = session.openedPath else {
      throw CommandError(.notReady, found: "no session was opened from a file")
    }
    let obstacle = session.files.agreements.add(
      session: session.files.resolved(origin.path), digest: origin.digest, files: places)
    var output = CommandOutput(
      obstacle.map { ["for now only, because it cannot be kept: \($0)"] } ?? [])
    output.effect = .reopen(trusting: places)
    return output
  }

  private func place(
    of name: String, _ requests: [FileRequest], _ session: Session
  ) throws(CommandError) -> String {
    let real = RealPath.of(session.files.resolved(name))
    if let known = requests.first(where: { $0.name == name || $0.place == real }) {
      return known.place
    }
    throw CommandError(
      .invalidOperand, found: name,
      expected: requests.isEmpty
        ? "nothing: this session wants to read no file outside its folder"
        : requests.map(\.operand).joined(separator: " or "))
  }
}
