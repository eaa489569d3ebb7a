import Diagnostics
import Layers
import Runtime

/// `decode N`: samples from the root's output and appends what was sampled to the input.
struct DecodeCommand: Command {
  let name = "decode"
  let usage =
    "decode N [--greedy] [--temperature X] [--top-k K] [--top-p P] [--min-p P] "
    + "[--repetition-penalty X] [--seed S]"
  let summary =
    "Samples N tokens from the root's output (the likeliest unless a temperature or a cut is given), "
    + "appends them to the input in the place of what came later, and steps over them."
  let flags: Set<String> = ["greedy"]
  let options = Set(DecodeCommand.samplerOptions + ["seed"])
  let examples = [
    "input clear\nstack Serial([Embedding(dimension: 4, numEmbeddings: 256), Dense(features: 256)])\n"
      + "input text \"ab\"\nrun\ndecode 3\ndecode 3 --temperature 0.8 --top-k 20 --seed 1\n"
      + "decode 3 --top-p 0.9 --repetition-penalty 1.2"
  ]

  /// More at once are a slip of the pen.
  private static let mostTokens = 1 << 16

  /// What leaves tokens out that are not likely enough.
  private static let cuts = ["top-k", "top-p", "min-p"]
  private static let samplerOptions = ["temperature", "repetition-penalty"] + cuts

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let count = try line.count("a number of tokens")
    guard count <= Self.mostTokens else {
      throw CommandError(
        .invalidOperand, found: "\(count) tokens", expected: "at most \(Self.mostTokens)")
    }
    let sampler = try sampler(line, session)
    let decoding = try Decoding(session, samples: true)
    let looksBack = sampler.repetitionPenalty != 1
    let chosen = try decoding.append(count, canonical: { canonical(line, $0.count, sampler.seed) })
    {
      logits, row, place in
      sampler.sample(
        logits, rowKey: UInt32(truncatingIfNeeded: row), position: place,
        history: looksBack ? decoding.tokens(of: row) : [])
    }
    var output = decoding.output(chosen)
    output.isUnrecorded = chosen.first?.isEmpty ?? true
    return output
  }

  /// The sampler that a line names.
  func sampler(_ line: CommandLine, _ session: Session) throws -> TokenSampler {
    let draws = Self.cuts.contains { line.options[$0] != nil }
    let heat = try line.number("temperature", 0..., "0 for the likeliest token, or more")
    let sampler = TokenSampler(
      temperature: heat ?? (draws ? 1 : 0), topK: try line.integer("top-k", atLeast: 1),
      topP: try line.number("top-p", 0...1, "a probability, 0 to 1"),
      minP: try line.number("min-p", 0...1, "a share of the likeliest token's probability, 0 to 1"),
      repetitionPenalty: try line.number(
        "repetition-penalty", Double.leastNonzeroMagnitude..., "more than 0, 1 for none") ?? 1,
      seed: try line.integer("seed").map { UInt64($0) } ?? session.document.seed)
    guard line.options["greedy"] == nil || (heat == nil && !draws) else {
      throw CommandError(
        .invalidOperand, found: "--greedy with --temperature or a cut", expected: "one of them")
    }
    return sampler
  }

  /// The command with what was done: fewer tokens if it was stopped, and the seed.
  private func canonical(_ line: CommandLine, _ count: Int, _ seed: UInt64) -> String {
    var text = "decode \(count) --seed \(seed)"
    for option in Self.samplerOptions {
      if let value = line.options[option] { text += " --\(option) \(value)" }
    }
    return text
  }
}

extension CommandLine {
  /// A number within bounds.
  fileprivate func number(
    _ option: String, _ bounds: some RangeExpression<Double>, _ expected: String
  ) throws(CommandError) -> Double? {
    guard let value = try number(option) else { return nil }
    guard bounds.contains(value) else {
      throw CommandError(
        .invalidOperand, found: "--\(option) \(NumberText.short(value))", expected: expected)
    }
    return value
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
    let typed = session.context.canonical
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
