import Execution
import Layers
import Runtime
import Tensors

/// `decode N`: samples from the root's output and appends what was sampled to the input.
struct DecodeCommand: Command {
  let name = "decode"
  let usage = "decode N [--temperature X] [--top-k K] [--seed S]"
  let summary =
    "Samples N tokens from the root's output (greedy unless a temperature or top-k is given), "
    + "appends them to the input and steps."
  let options: Set<String> = ["temperature", "top-k", "seed"]
  let examples: [String] = []

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let count = try line.count("a number of tokens")
    let sampler = TokenSampler(
      temperature: try line.number("temperature"), topK: try line.integer("top-k", atLeast: 1),
      seed: UInt64(try line.integer("seed") ?? Int(truncatingIfNeeded: session.document.seed)))
    return CommandOutput(
      try session.decode(count) { logits, row, place in
        sampler.sample(logits, row: row, position: place)
      })
  }
}

/// `force V`: appends a given token.
struct ForceCommand: Command {
  let name = "force"
  let usage = "force TOKEN | force \"text\""
  let summary = "Appends given tokens to the input at the position and steps."
  let examples: [String] = []

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    let text = try line.single("a token or a quoted text")
    let tokens = Int(text).map { [$0] } ?? Array(text.utf8).map(Int.init)
    var next = 0
    return CommandOutput(
      try session.decode(tokens.count) { _, row, _ in
        defer { if row == 0 { next += 1 } }
        return tokens[min(row == 0 ? next : next - 1, tokens.count - 1)]
      })
  }
}

/// Draws tokens from logits.
package struct TokenSampler: Sendable {
  /// Greedy if nil or 0, unless `topK` is given.
  package var temperature: Double?
  package var topK: Int?
  package var seed: UInt64

  package init(temperature: Double? = nil, topK: Int? = nil, seed: UInt64 = 0) {
    self.temperature = temperature
    self.topK = topK
    self.seed = seed
  }

  /// A token for one row at one position; it depends on nothing else.
  package func sample(_ logits: [Double], row: Int, position: Int) -> Int {
    let order = logits.indices.sorted { a, b in
      logits[a] == logits[b] ? a < b : logits[a] > logits[b]
    }
    guard let best = order.first else { return 0 }
    let heat = temperature ?? (topK == nil ? 0 : 1)
    guard heat > 0 else { return best }
    let kept = order.prefix(topK ?? order.count)
    let weights = kept.map { Exponential.of((logits[$0] - logits[best]) / heat) }
    let total = weights.reduce(0, +)
    let words = Philox.words(
      key: SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32)),
      counter: SIMD4(
        UInt32(truncatingIfNeeded: row), UInt32(truncatingIfNeeded: position), 0, 0xDEC0DE))
    var rest = Double(Philox.uniform(words[0])) * total
    for (token, weight) in zip(kept, weights) {
      rest -= weight
      if rest < 0 { return token }
    }
    return kept.last ?? best
  }
}

/// `e^x`, the same on every machine.
enum Exponential {
  static func of(_ x: Double) -> Double {
    guard x > -700 else { return 0 }
    let halvings = 10
    let small = x / Double(1 << halvings)
    var term = 1.0
    var sum = 1.0
    for n in 1...16 {
      term *= small / Double(n)
      sum += term
    }
    for _ in 0..<halvings { sum *= sum }
    return sum
  }
}

extension Session {
  /// Appends tokens one by one, each chosen from the root's last output, and steps over them.
  func decode(_ count: Int, choose: ([Double], Int, Int) -> Int) throws -> [String] {
    let (run, plan) = try requireSteps()
    guard let source = document.input, source.sequence.values.dtype == .int32,
      source.sequence.channelShape.isEmpty
    else {
      throw CommandError(
        .notReady, found: "the input is not a sequence of tokens", expected: "int32 [b, t]",
        suggestion: "input text \"…\"")
    }
    guard run.model.layer.blockSize == 1, run.model.layer.outputRatio == 1,
      run.model.layer.outputLatency == 0, run.model.output.shape.count == 1
    else {
      throw CommandError(
        .notReady, found: "block \(run.model.layer.blockSize), output \(run.model.output)",
        expected: "a stack of block size 1 without latency that gives logits [vocabulary]")
    }
    guard run.position > 0 else {
      throw CommandError(
        .notReady, found: "no output to sample from yet", expected: "", suggestion: "step first")
    }
    var document = self.document
    let kept = plan.boundaries[run.position]
    var sequence = run.input.timesteps(0..<kept)
    let stream = try run.model.makeStream(batch: run.input.batch, constants: run.constants)
    var last = try stream.step(sequence).y
    var chosen: [Int] = []
    for turn in 0..<count {
      if cancel.isRaised { break }
      let width = run.model.output.shape[0]
      let logits = last.values.doubles()
      let rows = (0..<last.batch).map { row -> Int32 in
        let start = (row * last.time + last.time - 1) * width
        return Int32(choose(Array(logits[start..<(start + width)]), row, kept + turn))
      }
      chosen.append(Int(rows[0]))
      let block = try SequenceTensor(values: Tensor(rows, shape: [rows.count, 1]))
      sequence = SequenceTensor.concatenate([sequence, block])
      last = try stream.step(block).y
      progress(turn + 1, count)
    }
    document.input?.sequence = sequence
    try commit(document, as: "decode")
    try go(to: sequence.time)
    let text = source.isText ? [TextShown.of(chosen)] : []
    return text + ["tokens " + chosen.map(String.init).joined(separator: " "), positionLine]
  }
}

/// Bytes as text for a terminal.
enum TextShown {
  static func of(_ bytes: [Int]) -> String {
    let text = String(decoding: bytes.map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
    return "\"" + text.map { $0.isNewline ? "⏎" : $0 == "\t" ? "⇥" : String($0) }.joined() + "\""
  }
}
