import Datasets
import Execution
import Layers
import Runtime
import Tensors

/// An input that grows at the position, timestep by timestep, each stepped over before the next.
final class Decoding {
  private let session: Session
  private var document: Document
  private var run: ModelRun
  private var sequence: SequenceTensor
  private let name: String
  /// How many timesteps of the input stay.
  let keptTime: Int
  /// The numbers that a token can be.
  let tokens: ClosedRange<Int>

  /// Begins at the position; what is behind it is left out.
  ///
  /// With `samples` tokens are drawn from the output, which takes a stack that gives logits at every
  /// timestep without delay.
  /// - Throws: ``CommandError`` `.notReady` when the session has no steps or no such output.
  init(_ session: Session, samples: Bool) throws {
    let (run, plan) = try session.requireSteps()
    guard let source = session.document.input else {
      throw CommandError(.notReady, found: "there is no input yet", suggestion: "input text \"…\"")
    }
    self.session = session
    self.run = run
    name = samples ? "decode" : "force"
    let kept = min(plan.boundaries[run.position], source.sequence.time)
    keptTime = kept
    sequence = source.sequence.timesteps(0..<kept)
    document = session.document
    let shape = run.model.output.shape
    tokens = 0...(shape.count == 1 && shape[0] > 0 ? min(shape[0], 1 << 24) - 1 : 1 << 24)
    guard samples else { return }
    try checkSampling(position: run.position)
  }

  private func checkSampling(position: Int) throws(CommandError) {
    let layer = run.model.layer
    guard run.takesTokens else {
      throw CommandError(
        .notReady, found: "the input is \(sequence.channelSpec) a timestep",
        expected: "tokens: int32 [b, t]", suggestion: "input text \"…\"")
    }
    guard run.givesLogits else {
      throw CommandError(
        .notReady,
        found: "block \(layer.blockSize), output latency \(layer.outputLatency), output "
          + "\(run.model.output)",
        expected: "a stack of block size 1 without latency that gives logits [vocabulary]")
    }
    guard position > 0 else {
      throw CommandError(
        .notReady, found: "no output to sample from at step 0", suggestion: "step first")
    }
  }

  /// Whether the timesteps are token ids.
  var isTokens: Bool { sequence.values.dtype == .int32 && sequence.channelShape.isEmpty }

  /// The tokens of a row up to now.
  func tokens(of row: Int) -> [Int] {
    let time = sequence.time
    return (0..<time).filter { sequence.isValid(row: row, time: $0) }
      .map { Int(sequence.values.double(at: row * time + $0)) }
  }

  /// How many numbers a timestep has.
  var channelCount: Int { sequence.channelCount }

  /// Appends tokens, each chosen from the last logits of its row and its place in time.
  ///
  /// Where it takes long, it is written down as several commands: `canonical` gives the one that
  /// appends a range of these tokens.
  /// - Returns: the tokens of each row; fewer when the user stopped it.
  func append(
    _ count: Int, canonical: (Range<Int>) -> String,
    choose: ([Double], _ row: Int, _ place: Int) throws -> Int
  ) throws -> [[Int]] {
    var written = 0
    var chosen: [[Int]] = Array(repeating: [], count: sequence.batch)
    try advance(by: nil)
    for turn in 0..<count {
      if session.cancel.isRaised || session.context.wasStopped {
        session.context.wasStopped = true
        break
      }
      let logits = lastLogits()
      var block: [Int32] = []
      for row in 0..<sequence.batch {
        let token = try choose(logits[row], row, keptTime + turn)
        chosen[row].append(token)
        block.append(Int32(clamping: token))
      }
      try advance(by: Tensor(block, shape: [block.count, 1]))
      session.tell(turn + 1, of: count)
      guard session.isAppendDue else { continue }
      session.commit(document, run, as: name)
      session.context.canonical = canonical(written..<turn + 1)
      session.writeEvent()
      // The tokens behind these are no way to go, but appended in their turn.
      session.context.isMove = false
      written = turn + 1
    }
    let done = chosen.first?.count ?? 0
    if done > written {
      session.commit(document, run, as: name)
      session.context.canonical = canonical(written..<done)
    }
    return chosen
  }

  /// Appends one timestep of numbers, the same in every row.
  func append(_ numbers: [Double]) throws {
    try advance(by: nil)
    let shape = [sequence.batch, 1] + sequence.channelShape
    let values = (0..<sequence.batch).flatMap { _ in numbers }
    try advance(by: Tensor(values, shape: shape).converted(to: sequence.values.dtype))
    session.commit(document, run, as: name)
  }

  /// The output at the newest timestep, a list a row; empty before the first.
  private func lastLogits() -> [[Double]] {
    let time = sequence.time
    guard time > 0, let last = try? run.stepWise("", (time - 1)..<time) else {
      return Array(repeating: [], count: sequence.batch)
    }
    let values = last.values.doubles()
    let width = values.count / max(1, sequence.batch)
    return (0..<sequence.batch).map { Array(values[($0 * width)..<(($0 + 1) * width)]) }
  }

  /// Steps to the end of the input with another timestep behind it.
  private func advance(by block: Tensor?) throws {
    if let block {
      // A row that has ended stays ended.
      let flags = (0..<sequence.batch).map { row in
        sequence.time == 0 || sequence.isValid(row: row, time: sequence.time - 1)
      }
      let mask = Tensor(flags, shape: [flags.count, 1])
      let next = try SequenceTensor(values: block, mask: mask).maskedInvalid()
      document.input?.append(name == "decode" ? .sampled : .forced, at: sequence.time)
      sequence = SequenceTensor.concatenate([sequence, next])
    }
    document.input?.sequence = sequence
    document.inputRevision = session.nextRevision()
    guard let input = document.modelInput else { return }
    run = try ModelRun(document, continuing: run, input: input)
    // What is appended is stepped over even when the user has just asked to stop.
    try run.go(to: run.plan?.endStep ?? 0)
  }

  /// What there is to say about it.
  func output(_ chosen: [[Int]]) -> CommandOutput {
    var lines: [String] = []
    for (row, tokens) in chosen.enumerated() where !tokens.isEmpty {
      let label = chosen.count == 1 ? "" : "row \(row): "
      if let names = document.tokenNames {
        lines.append(label + "\"" + tokens.map(names.shown).joined() + "\"")
      } else if document.input?.isText == true {
        lines.append(label + TextShown.of(tokens))
      }
      lines.append("\(label)tokens \(tokens.map(String.init).joined(separator: " "))")
    }
    return CommandOutput(lines + [session.positionLine])
  }
}

extension ModelRun {
  /// Whether the input is token ids.
  var takesTokens: Bool { input.values.dtype == .int32 && input.channelShape.isEmpty }

  /// Whether every timestep gives logits of the next token, without delay.
  var givesLogits: Bool {
    let layer = model.layer
    return layer.supportsStep && layer.blockSize == 1 && layer.outputRatio == 1
      && layer.outputLatency == 0 && model.output.shape.count == 1 && model.output.shape[0] > 0
  }
}

extension Session {
  /// Whether tokens can be sampled from the output here.
  package var canDecode: Bool {
    guard let run else { return false }
    return position > 0 && run.takesTokens && run.givesLogits
  }
}

/// Bytes as text for a terminal.
package enum TextShown {
  /// One byte as a character that a cell of a screen can hold.
  package static func scalar(_ byte: Int) -> Unicode.Scalar {
    switch byte {
    case 0x0A, 0x0D: "⏎"
    case 0x09: "⇥"
    case 0x20: "␣"
    case 0x21...0x7E: Unicode.Scalar(UInt8(byte))
    default: "�"
    }
  }

  static func of(_ bytes: [Int]) -> String {
    let text = TextBytes.text(bytes)
    let shown = text.map { character -> String in
      if character.isNewline { return "⏎" }
      if character == "\t" { return "⇥" }
      let isControl = character.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
      return isControl ? "�" : String(character)
    }
    return "\"\(shown.joined())\""
  }
}
