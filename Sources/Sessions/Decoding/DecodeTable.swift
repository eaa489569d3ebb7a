import Layers
import Runtime
import Tensors

/// What the model made of the tokens that it read, and what it expects next.
package struct DecodeTable: Hashable, Sendable {
  /// A token of the text.
  package struct Token: Hashable, Sendable {
    package let id: Int
    package let text: String
    /// How it was chosen; nil for one of the prompt.
    package let source: AppendedTokens.Source?
    /// How unlikely it was, in bits; nil for the first, which nothing predicts.
    package let surprise: Double?
    /// How unsure the model is of the next one, in bits; nil before the token is stepped over.
    package let entropy: Double?

    /// `p` of the prompt, `d` decoded, `f` forced.
    package var sourceSign: Character {
      switch source {
      case nil: "p"
      case .sampled: "d"
      case .forced: "f"
      }
    }
  }

  /// A token that could be next.
  package struct Candidate: Hashable, Sendable {
    package let id: Int
    package let text: String
    /// Its probability, and that behind the sampler's temperature and cuts.
    package let probability: Double
    package let sampled: Double
    /// Its place among all, from 1.
    package let rank: Int
    /// Its logit step-wise and layer-wise.
    package let step: Double
    package let layer: Double?
    /// Whether it is what follows in the text.
    package let isTaken: Bool
  }

  package let row: Int
  /// The timesteps that are shown, of all of the text.
  package let times: Range<Int>
  package let timeCount: Int
  package let tokens: [Token]
  /// The timestep behind which the candidates come; nil where nothing was stepped over.
  package let time: Int?
  package let candidates: [Candidate]
  package let vocabulary: Int
  /// What each layer says through the output head.
  package let lens: LensTable?
}

extension Session {
  /// The text of a row around a timestep, and the likeliest tokens behind it.
  ///
  /// - Parameters:
  ///   - row: the row of the batch.
  ///   - time: the timestep; nil for the newest that was stepped over.
  ///   - count: how many tokens of the text are shown at most.
  ///   - candidates: how many tokens that could be next.
  ///   - options: those of `decode`, such as ` --temperature 0.8`.
  ///   - extent: which layers are read by the output head.
  /// - Returns: tokens, candidates, and what layers say.
  /// - Throws: ``CommandError`` `.notReady` where the stack gives no logits of tokens.
  package func decodeTable(
    row: Int, time: Int? = nil, count: Int, candidates: Int, options: String = "",
    lens extent: LensTable.Extent = LensTable.Extent()
  ) throws -> DecodeTable {
    let (run, plan) = try requireSteps()
    guard run.takesTokens, run.givesLogits, let input = document.input else {
      throw CommandError(
        .notReady, found: "this stack gives no logits of tokens",
        expected: "int32 tokens in, logits [vocabulary] out, without latency",
        suggestion: "input text \"…\" gives bytes")
    }
    let sequence = input.sequence
    let end = sequence.ends[row]
    let made = min(plan.boundaries[position], end)
    let newest = made > 0 ? min(time ?? made - 1, made - 1) : nil
    let shown = min(count, end)
    let first = min(max(0, (newest ?? 0) - shown * 3 / 4), end - shown)
    let times = first..<first + shown
    let before = max(0, first - 1)
    // Of the timestep before the first one too, which predicts it.
    let logits = try logits(row, before..<max(before, min(made, times.upperBound)), run)
    let ids = sequence.values.elements(as: Int32.self)
    func id(_ time: Int) -> Int { Int(ids[row * sequence.time + time]) }
    let tokens = times.map { time -> DecodeTable.Token in
      let predicted = time > 0 && time - 1 - before < logits.count ? logits[time - 1 - before] : nil
      let own = time - before < logits.count ? logits[time - before] : nil
      return DecodeTable.Token(
        id: id(time), text: tokenText(id(time)), source: input.source(at: time),
        surprise: predicted.map { TokenInformation($0).surprise(of: id(time)) },
        entropy: own.map { TokenInformation($0).entropy })
    }
    guard let newest else {
      return DecodeTable(
        row: row, times: times, timeCount: end, tokens: tokens, time: nil, candidates: [],
        vocabulary: run.model.output.shape[0], lens: nil)
    }
    let own = try self.logits(row, newest..<newest + 1, run)[0]
    let layer = try layerWise(run).sequence("", newest..<newest + 1)
      .map { $0.rows([row]).values.doubles() }
    let taken = newest + 1 < end ? id(newest + 1) : nil
    return DecodeTable(
      row: row, times: times, timeCount: end, tokens: tokens, time: newest,
      candidates: try self.candidates(
        own, layer, taken: taken, history: (0...newest).map(id), count: candidates, options),
      vocabulary: own.count, lens: try lens(row: row, time: newest, final: own, extent))
  }

  /// The step-wise logits of some timesteps, a list each.
  private func logits(_ row: Int, _ times: Range<Int>, _ run: ModelRun) throws -> [[Double]] {
    guard !times.isEmpty, let output = try run.stepWise("", times, cancel: cancel) else {
      return []
    }
    let values = output.rows([row]).values.doubles()
    let width = output.channelCount
    return (0..<times.count).map { Array(values[$0 * width..<($0 + 1) * width]) }
  }

  private func candidates(
    _ logits: [Double], _ layer: [Double]?, taken: Int?, history: [Int], count: Int,
    _ options: String
  ) throws -> [DecodeTable.Candidate] {
    let line = CommandLine("decode 1" + options, flags: DecodeCommand().allFlags)
    let sampler = try line.map { try DecodeCommand().sampler($0, self) } ?? .greedy
    let cut = Dictionary(
      sampler.candidates(logits, history: history).map { ($0.token, $0.probability) }
    ) { first, _ in first }
    let information = TokenInformation(logits)
    var order = TokenSampler.likeliest(logits.map { $0.isNaN ? -.infinity : $0 }, count)
    // What the text goes on with is shown however unlikely it is.
    if let taken, logits.indices.contains(taken), !order.contains(taken), !order.isEmpty {
      order[order.count - 1] = taken
    }
    return order.map { id in
      DecodeTable.Candidate(
        id: id, text: tokenText(id), probability: information.probability(of: id),
        sampled: cut[id] ?? 0, rank: information.rank(of: id), step: logits[id],
        layer: layer.map { $0[id] }, isTaken: id == taken)
    }
  }
}
