import Layers
public import Tensors

/// What a decoding loop gave, one entry a row.
public struct DecodedTokens: Hashable, Sendable {
  /// The tokens that were chosen, without the prompts.
  public var tokens: [[Int]]
  /// The log-probability that the model gave each of them, in nats.
  public var logProbabilities: [[Double]]
}

// Autoregressive use: the output at a timestep are the logits of the next token.
extension Model {
  /// Continues prompts token by token: samples from the last output, feeds the token back, steps.
  ///
  /// Prompts may differ in length; a row whose prompt is over starts to sample while others are still
  /// fed. Each row depends on its own prompt, constants and row key (its place) alone.
  ///
  /// - Parameters:
  ///   - prompts: tokens `int32 [b, t]`, every row with at least one valid timestep, from the first.
  ///   - count: how many tokens to add to each row.
  ///   - sampler: chooses tokens.
  ///   - constants: what the layers need besides.
  ///   - rowKeys: the rows' own random keys for the sampler; their places if not given.
  /// - Returns: the tokens added, with their log-probabilities before the sampler changes them.
  /// - Throws: ``RuntimeError`` `.invalidInput` when the model does not take one token a timestep and
  ///   give logits `[vocabulary]` without latency, or a prompt is empty.
  public func decode(
    _ prompts: SequenceTensor, count: Int, sampler: TokenSampler = .greedy,
    constants: Constants = [:], rowKeys: [UInt32]? = nil
  ) throws -> DecodedTokens {
    try checkTakesTokens(prompts)
    let lengths = prompts.lengths
    guard let shortest = lengths.min(), shortest > 0 else {
      throw RuntimeError(
        .invalidInput, found: "prompts of lengths \(lengths)",
        expected: "at least one token in every row")
    }
    let keys = rowKeys ?? lengths.indices.map(UInt32.init)
    let given = prompts.values.elements(as: Int32.self)
    var rows = lengths.indices.map { row in
      (0..<lengths[row]).map { Int(given[row * prompts.time + $0]) }
    }
    var result = DecodedTokens(
      tokens: lengths.map { _ in [] }, logProbabilities: lengths.map { _ in [] })
    let stream = try makeStream(batch: prompts.batch, constants: constants)
    var block = prompts.timesteps(0..<shortest)
    while result.tokens.contains(where: { $0.count < count }) {
      let y = try stream.step(block).y
      let logits = y.values.doubles()
      let width = output.shape[0]
      for row in lengths.indices
      where rows[row].count == stream.position && result.tokens[row].count < count {
        let start = (row * y.time + y.time - 1) * width
        let own = logits[start..<(start + width)]
        let token = sampler.sample(
          Array(own), rowKey: keys[row], position: rows[row].count, history: rows[row])
        rows[row].append(token)
        result.tokens[row].append(token)
        result.logProbabilities[row].append(DecodingMath.logProbability(of: token, own))
      }
      let place = stream.position
      block = try SequenceTensor(
        values: Tensor(
          rows.map { Int32($0.count > place ? $0[place] : 0) }, shape: [rows.count, 1]),
        mask: Tensor(rows.map { $0.count > place }, shape: [rows.count, 1]))
    }
    return result
  }

  /// The log-probability of every given token after those before it, by one layer-wise run, in nats.
  ///
  /// It equals what ``decode(_:count:sampler:constants:rowKeys:)`` reports for the same tokens, up to
  /// rounding.
  ///
  /// - Parameters:
  ///   - tokens: tokens `int32 [b, t]`.
  ///   - constants: what the layers need besides.
  /// - Returns: `float64 [b, t]`; 0 for first tokens, which nothing predicts, and at invalid timesteps.
  /// - Throws: ``RuntimeError`` `.invalidInput` as `decode` does.
  public func logProbabilities(
    of tokens: SequenceTensor, constants: Constants = [:]
  ) throws -> Tensor {
    try checkTakesTokens(tokens)
    let y = try layer(tokens, constants: constants).y
    let logits = y.values.doubles()
    let given = tokens.values.elements(as: Int32.self)
    let width = output.shape[0]
    var result = Array(repeating: 0.0, count: tokens.batch * tokens.time)
    for row in 0..<tokens.batch {
      for time in 1..<max(1, tokens.time) where tokens.isValid(row: row, time: time) {
        let place = row * tokens.time + time
        let start = (place - 1) * width
        result[place] = DecodingMath.logProbability(
          of: Int(given[place]), logits[start..<(start + width)])
      }
    }
    return Tensor(result, shape: [tokens.batch, tokens.time])
  }

  private func checkTakesTokens(_ x: SequenceTensor) throws {
    try check(x)
    guard input == ChannelSpec([], .int32), output.shape.count == 1, output.dtype.isFloating,
      layer.blockSize == 1, layer.outputRatio == 1, layer.outputLatency == 0
    else {
      throw RuntimeError(
        .invalidInput,
        found: "input \(input), output \(output), block \(layer.blockSize), "
          + "ratio \(layer.outputRatio), latency \(layer.outputLatency)",
        expected: "one int32 token in, logits [vocabulary] out, at ratio 1 without latency")
    }
  }
}
