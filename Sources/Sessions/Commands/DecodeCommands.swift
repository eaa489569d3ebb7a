import Layers
import Runtime
import Tensors

/// `decode N`: samples from the root's output and appends what was sampled to the input.
struct DecodeCommand: Command {
  let name = "decode"
  let usage = "decode N [--greedy] [--temperature X] [--top-k K] [--seed S]"
  let summary =
    "Samples N tokens from the root's output (the likeliest unless a temperature or top-k is given), "
    + "appends them to the input in the place of what came later, and steps over them."
  let flags: Set<String> = ["greedy"]
  let options: Set<String> = ["temperature", "top-k", "seed"]
  let examples = [
    "input clear\nstack Serial([Embedding(dimension: 4, numEmbeddings: 256), Dense(features: 256)])\n"
      + "input text \"ab\"\nrun\ndecode 3\ndecode 3 --temperature 0.8 --top-k 20 --seed 1"
  ]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let count = try line.count("a number of tokens")
    let seed = try line.integer("seed").map { UInt64($0) } ?? session.document.seed
    var sampler = TokenSampler(
      temperature: try line.number("temperature"), topK: try line.integer("top-k", atLeast: 1),
      seed: seed)
    if let heat = sampler.temperature, heat < 0 {
      throw CommandError(
        .invalidOperand, found: "--temperature \(NumberText.short(heat))",
        expected: "0 for the likeliest token, or more")
    }
    if line.options["greedy"] != nil {
      guard sampler.temperature == nil, sampler.topK == nil else {
        throw CommandError(
          .invalidOperand, found: "--greedy with --temperature or --top-k", expected: "one of them")
      }
      sampler.temperature = 0
    }
    let decoding = try Decoding(session, samples: true)
    let chosen = try decoding.append(count, canonical: { canonical(line, $0.count, seed) }) {
      logits, row, place in
      sampler.sample(logits, row: row, position: place)
    }
    var output = decoding.output(chosen)
    output.isUnrecorded = chosen.first?.isEmpty ?? true
    return output
  }

  /// The command with what was done: fewer tokens if it was stopped, and the seed.
  private func canonical(_ line: CommandLine, _ count: Int, _ seed: UInt64) -> String {
    var text = "decode \(count) --seed \(seed)"
    for option in ["temperature", "top-k"] {
      if let value = line.options[option] { text += " --\(option) \(value)" }
    }
    return text
  }
}

/// `force V`: appends what is given.
struct ForceCommand: Command {
  let name = "force"
  let usage = "force TOKEN[,TOKEN…] | force \"text\" | force NUMBER[,NUMBER…]"
  let summary =
    "Appends given tokens, a text, or the numbers of one timestep to the input at the position, in "
    + "the place of what came later, and steps over them."
  let examples = [
    "step 3\nforce 0.5,-1,2",
    "input clear\nstack Serial([Embedding(dimension: 4, numEmbeddings: 256), Dense(features: 256)])\n"
      + "input text \"ab\"\nstep\nforce \"cd\"",
  ]

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let text = try line.single("a token, numbers, or a quoted text")
    let decoding = try Decoding(session, samples: false)
    guard decoding.isTokens else { return try force(numbers: text, decoding) }
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    let isQuoted = line.rest.hasPrefix("\"")
    let tokens =
      isQuoted || parts.contains(nil) ? text.utf8.map { Int($0) } : parts.compactMap { $0 }
    guard isQuoted || !parts.contains(nil) else {
      throw CommandError(
        .invalidOperand, found: text, expected: "a token such as 97, or a text in quotes")
    }
    if let wrong = tokens.first(where: { !decoding.tokens.contains($0) }) {
      throw CommandError(
        .invalidOperand, found: "token \(wrong)",
        expected: "\(decoding.tokens.lowerBound) to \(decoding.tokens.upperBound)")
    }
    guard !tokens.isEmpty else {
      throw CommandError(.invalidOperand, found: "an empty text", expected: "at least one token")
    }
    let start = decoding.keptTime
    let typed = session.pace.canonical
    let spelled: (Range<Int>) -> String = { range in
      range.count == tokens.count
        ? typed : "force " + tokens[range].map(String.init).joined(separator: ",")
    }
    let chosen = try decoding.append(tokens.count, canonical: spelled) { _, _, place in
      tokens[place - start]
    }
    var output = decoding.output(chosen)
    output.isUnrecorded = chosen.first?.isEmpty ?? true
    return output
  }

  private func force(numbers text: String, _ decoding: Decoding) throws -> CommandOutput {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
    let numbers = parts.compactMap { $0 }
    guard numbers.count == parts.count, numbers.count == decoding.channelCount else {
      throw CommandError(
        .invalidOperand, found: "\(text)",
        expected: "\(decoding.channelCount) numbers, one a channel, such as "
          + (0..<min(decoding.channelCount, 4)).map { "\($0)" }.joined(separator: ","))
    }
    try decoding.append(numbers)
    return decoding.output([])
  }
}
