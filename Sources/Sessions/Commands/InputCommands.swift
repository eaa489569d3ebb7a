import Datasets
import Diagnostics
import Layers
import Runtime
import Serialization
import Tensors

/// Commands that change what the stack is run on and with.
enum InputCommands {
  static let all: [any Command] = [
    InputCommand(), ConstantsCommand(), WeightsCommand(), SeedCommand(), TrainingCommand(),
    DTypeCommand(), BlockCommand(), FaultCommand(), MemoryCommand(), NamesCommand(),
    CachesCommand(),
  ]
}

/// `input FILE… | text "…" | SIGNAL`.
struct InputCommand: Command {
  let name = "input"
  let usage =
    "input FILE… [--rate HZ] [--channel-axis] [--lengths 10,7] [--mask FILE] | text \"…\" | SIGNAL "
    + "[--channels C,…] [--time N] [--rows N | --lengths 10,7] | clear"
  let summary =
    "Gives the sequences to run: recordings, arrays, text as bytes, or a made-up signal "
    + "(sine, chirp, sweep, impulse, ramp, constant, noise, ids)."
  let flags: Set<String> = ["channel-axis"]
  let options: Set<String> = [
    "rate", "lengths", "mask", "channels", "time", "rows", "frequency", "from", "to", "over", "at",
    "step",
    "value", "seed", "count",
  ]
  let examples = [
    "input noise --channels 3 --lengths 9,5 --seed 1", "input impulse --at 2 --channels 3 --time 8",
    "input rows.npy --lengths 12,7", "input rows.npy --mask mask.npy",
    "input clear\nstack Dense(features: 2)\ninput voice.wav voice.wav --channel-axis",
    "input clear\nstack Dense(features: 2)\ninput voice.wav --rate 16000 --channel-axis",
    "input clear\nstack Embedding(dimension: 4, numEmbeddings: 256)\ninput text \"one\" \"another\"",
  ]

  /// More rows of a made-up signal are a slip of the pen.
  private static let mostRows = 1 << 14

  func perform(_ line: CommandLine, _ session: Session) throws -> CommandOutput {
    guard let first = line.operands.first else {
      throw CommandError(.invalidOperand, found: "no input", expected: usage)
    }
    if line.operands == ["clear"] {
      var document = session.document
      document.input = nil
      try session.commit(document, as: "input clear", changing: .input, restart: true)
      return CommandOutput("no input")
    }
    var source: InputSource
    if first == "text" {
      source = try text(line)
    } else if line.operands.count == 1, SyntheticSignal.allNames.contains(first) {
      source = try synthetic(first, line, session)
    } else {
      do { source = try files(line, session) } catch let error as FileError {
        throw Self.known(error, first)
      }
    }
    source.notes += InputFacts(source.sequence).notes + session.rateNotes(source)
    var document = session.document
    document.input = source
    try session.commit(document, as: "input", changing: .input, restart: true)
    let lengths = Self.text(of: source.sequence.ends)
    let shape = source.sequence.values.shape.shapeText
    let rate = source.sampleRateHz.map { " · \($0) Hz" } ?? ""
    return CommandOutput(
      ["\(shape) \(source.sequence.values.dtype.name)\(rate) · lengths \(lengths)"] + source.notes
        + session.stackSummary)
  }

  /// A file that is not there may be a signal with a slip in its name.
  private static func known(_ error: FileError, _ word: String) -> any Error {
    let nearest = NearestName.of(word, among: SyntheticSignal.allNames)
    guard error.code == .notFound, let nearest else { return error }
    return CommandError(
      .file, found: "\(error)", suggestion: "did you mean the signal \(nearest)?")
  }

  /// Lengths of rows; of many only the first.
  private static func text(of lengths: [Int]) -> String {
    let most = 12
    let shown = lengths.prefix(most).map(String.init).joined(separator: ", ")
    guard lengths.count > most else { return shown }
    if let first = lengths.first, lengths.allSatisfy({ $0 == first }) {
      return "\(first) in each of \(lengths.count) rows"
    }
    return "\(shown) … \(lengths.count - most) more, \(lengths.min() ?? 0) to \(lengths.max() ?? 0)"
  }

  /// A row for each quoted text; words without quotes are one text.
  private func text(_ line: CommandLine) throws -> InputSource {
    let words = line.operands.dropFirst()
    let isQuoted = line.rest.dropFirst("text".count).drop { $0.isWhitespace }.hasPrefix("\"")
    let texts = isQuoted ? Array(words) : [words.joined(separator: " ")]
    guard !words.isEmpty else {
      throw CommandError(.invalidOperand, found: "no text", expected: "input text \"…\"")
    }
    let batch = try Batcher.batch(texts.map { (name: "text", values: TextBytes.ids($0)) })
    return InputSource(
      command: line.rest, sequence: try SequenceTensor(values: batch.values, mask: batch.mask),
      names: batch.names, isText: true)
  }

  private func synthetic(
    _ name: String, _ line: CommandLine, _ session: Session
  ) throws -> InputSource {
    let shape = try line.channelShape("channels") ?? []
    let lengths: [Int]
    if let given = try line.lengths("lengths") {
      lengths = given
    } else {
      let time = try line.integer("time", atLeast: 0) ?? 100
      let rows = try line.integer("rows", atLeast: 1) ?? 1
      guard rows <= Self.mostRows else {
        throw CommandError(
          .invalidOperand, found: "--rows \(rows)", expected: "at most \(Self.mostRows)")
      }
      lengths = Array(repeating: time, count: rows)
    }
    var options: [String: Double] = [:]
    for option in SyntheticSignal.options(of: name)?.keys.sorted() ?? [] {
      if let value = try line.number(option) { options[option] = value }
    }
    let batch = try SyntheticSignal(name: name, options: options)
      .batch(lengths: lengths, channelShape: shape, goOn: session.goOn)
    return InputSource(
      command: line.rest, sequence: try SequenceTensor(values: batch.values, mask: batch.mask),
      names: batch.names)
  }

  private func files(_ line: CommandLine, _ session: Session) throws -> InputSource {
    let options = Batcher.Options(
      keepsChannelAxis: line.options["channel-axis"] != nil, lengths: try line.lengths("lengths"),
      maskPath: line.options["mask"], sampleRateHz: try line.integer("rate", atLeast: 1))
    let batch = try Batcher.load(line.operands, options: options, open: session.files.open)
    return InputSource(
      command: line.rest, sequence: try SequenceTensor(values: batch.values, mask: batch.mask),
      names: batch.names, sampleRateHz: batch.sampleRateHz,
      isText: batch.values.dtype == .int32 && line.operands.allSatisfy { $0.hasSuffix(".txt") },
      notes: batch.notes)
  }
}

extension Session {
  /// Warnings about an input whose rate is not the one that a layer was configured for.
  func rateNotes(_ source: InputSource) -> [String] {
    guard let rate = source.sampleRateHz, let layer = document.layer else { return [] }
    return LayerTree(layer).nodes.compactMap { node in
      let spec = (try? self.spec(of: node.layer))?.layerCase?.node
      guard case .number(let expected)? = spec?["sample_rate"]?.values.first,
        expected != Double(rate)
      else { return nil }
      let wanted = NumberText.short(expected, digits: 8)
      let cure = Int(exactly: expected).map { "; input FILE --rate \($0) resamples" } ?? ""
      return "warning: the input has \(rate) Hz, \(node.path.shown) expects \(wanted) Hz" + cure
    }
  }
}

extension CommandLine {
  /// A channel shape option such as `80` or `4,3`; empty text is no channel axis.
  func channelShape(_ option: String) throws(CommandError) -> Shape? {
    guard let text = options[option] else { return nil }
    let numbers = text.split(separator: ",").map { Int($0) ?? -1 }
    guard numbers.allSatisfy({ $0 >= 1 }) else {
      throw CommandError(
        .invalidOperand, found: "--\(option) \(text)", expected: "extents such as 80 or 4,3")
    }
    return numbers
  }

  /// Lengths such as `10,7`.
  func lengths(_ option: String) throws(CommandError) -> [Int]? {
    guard let text = options[option] else { return nil }
    let numbers = text.split(separator: ",").map { Int($0) ?? -1 }
    guard !numbers.isEmpty, numbers.allSatisfy({ $0 >= 0 }) else {
      throw CommandError(
        .invalidOperand, found: "--\(option) \(text)", expected: "lengths such as 10,7")
    }
    return numbers
  }
}
