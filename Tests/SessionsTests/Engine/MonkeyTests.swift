import Sessions
import Tensors
import Testing

/// Lines as nobody would type them, and as everybody does, in random order.
struct LineMonkey {
  private var random: RandomStream

  init(seed: UInt64) { random = RandomStream(seed: seed, name: "monkey") }

  private mutating func pick(_ words: [String]) -> String {
    words[Int.random(in: 0..<words.count, using: &random)]
  }

  private mutating func chance(_ percent: Int) -> Bool {
    Int.random(in: 0..<100, using: &random) < percent
  }

  private mutating func number() -> String {
    chance(85)
      ? "\(Int.random(in: -3...13, using: &random))"
      : pick([
        "9223372036854775807", "-9223372036854775808", "99999999999999999999", "1e300", "nan",
        "0.5",
        "1e-5", "-0", "٣", "0x10", "",
      ])
  }

  private mutating func path() -> String {
    pick([
      ".", "%", "c1", "c2", "lstm", "layers_1", "layers_2", "r/c2", "r", "/0", "/1/0", "/9", "/",
      "rep[1]/child_layer", "rep[9]", "c1[0]", "", "..", "a b", "é", "\"c1\"", "[", "%%", "rep",
    ])
  }

  private mutating func layer(_ depth: Int = 0) -> String {
    switch Int.random(in: 0..<(depth > 2 ? 12 : 17), using: &random) {
    case 0: return "Dense(features: \(number()))"
    case 1:
      return "Conv1D(filters: \(number()), kernelSize: \(number()), padding: "
        + pick([".causal", ".same", ".reverseCausal", ".valid", ".semicausal", ".odd", "3"])
        + pick(["", ", strides: 2", ", dilationRate: 2", ", groups: 2", ", name: \"c1\""]) + ")"
    case 2: return "LSTM(units: \(number()), name: \"lstm\")"
    case 3:
      return pick(["Relu()", "Tanh()", "Identity()", "Softmax()", "Log()", "Relu", "relu {}"])
    case 4: return "Delay(length: \(number()))"
    case 5: return "Lookahead(length: \(number()))"
    case 6: return "Downsample1D(rate: \(number()))"
    case 7: return "Upsample1D(rate: \(number()))"
    case 8:
      return "DotProductSelfAttention(numHeads: 1, unitsPerHead: 2, maxPastHorizon: \(number()))"
    case 9: return pick(["RMSNormalization()", "LayerNormalization()", "BatchNormalization()"])
    case 10: return "Embedding(dimension: 2, numEmbeddings: \(number()))"
    case 11:
      return pick(["MaxPooling1D(poolSize: 2)", "Flatten()", "Scale(scale: 2)", "Nothing()"])
    case 12: return "Repeat(\(layer(depth + 1)), numRepeats: \(number()), name: \"rep\")"
    case 13: return "Residual([\(layer(depth + 1))], name: \"r\")"
    case 14: return "Parallel([\(layer(depth + 1)), \(layer(depth + 1))])"
    case 15: return "Blockwise(\(layer(depth + 1)), blockSize: \(number()))"
    default: return "Serial([\(layer(depth + 1)), \(layer(depth + 1))])"
    }
  }

  private mutating func facet() -> String {
    let facet = pick([
      "", ":in", ":out", ":layer", ":expected", ":diff", ":mask", ":state", ":state.buffer",
      ":param",
      ":param.kernel", ":emit", ":emit.x", ".kernelSize", ".features", ".x", ":", ":zzz", ".",
    ])
    let slice =
      chance(40)
      ? "[\(pick([number(), ":", "w0", "::2", "a", "1:", "\(number()):\(number())"])), "
        + "\(pick([number(), ":", "w1", "::-1", "::0"]))]" : ""
    return path() + facet + slice
  }

  /// The next line.
  mutating func line() -> String {
    let line: String
    switch Int.random(in: 0..<30, using: &random) {
    case 0: line = "stack \(layer())"
    case 1: line = "stack Serial([\(layer(1)), \(layer(1))])"
    case 2: line = "add \(layer(1)) \(pick(["", "to \(path())"]))"
    case 3: line = "insert \(layer(1)) \(pick(["before", "after", "at"])) \(path())"
    case 4: line = "\(pick(["remove", "edit"])) \(path())"
    case 5: line = "replace \(path()) \(layer(1))"
    case 6:
      line =
        "set \(path()).\(pick(["kernelSize", "features", "padding", "units", "x"])) "
        + pick([number(), ".causal", ".same", "nil", "\"a\""])
    case 7: line = "wrap \(path()) \(pick(["Residual", "Serial", "Parallel", "Dense"]))"
    case 8, 9: line = pick(["undo", "redo", "u", "U", "undo 2"])
    case 10, 11:
      line =
        "input \(pick(["sine", "noise", "ids", "impulse", "ramp", "chirp", "hum"])) --channels "
        + pick(["3", "3", "3", "", "2,2", "0", "-1", "x"]) + " --lengths "
        + pick(["9,4", "12", "5,0,7", "0", "1", "\(number())"])
    case 12:
      line = pick(["input text \"abc\"", "input text", "input clear", "input", "input none.wav"])
    case 13, 14, 15: line = "step \(pick(["", number()]))"
    case 16: line = "back \(pick(["", number()]))"
    case 17:
      line = "goto \(pick([number(), "i:\(number())", "o:\(number())", "end", "flushed", "1s"]))"
    case 18: line = pick(["run", "run end", "flush", "flush --here", "reset", "run \(number())"])
    case 19: line = "block \(pick([number(), "1,2,3", "2", "1", "0,1", ","]))"
    case 20, 21:
      line = "show \(pick([facet(), "masks", "state", "time", "params", "stack", "x y"]))"
    case 22: line = "diff \(pick(["", "all", "expected", path(), "--tol \(number())"]))"
    case 23:
      line =
        "check "
        + pick([
          "equal", "equal \(path())", "max-diff < \(number())", "latency == \(number())",
          "\(facet()) valid 9 4", "valid 1", "", "max-diff > 1",
        ])
    case 24:
      line =
        "fault \(path()) \(pick(["stale-state", "drop-state", "mask-multiply", "x"])) "
        + pick(["", "at \(number())", "at end", "clear"])
    case 25:
      line = pick([
        "seed \(number())", "training on", "training off", "dtype float64", "dtype input",
      ])
    case 26: line = "decode \(pick(["", "2", "--top-k 3", "--temperature \(number())"]))"
    case 27: line = "force \(pick([number(), "1,2,3", "\"ab\"", "\"", ","]))"
    case 28:
      line = pick([
        "help", "help step", "log", "convert text", "convert swift", "constants", "save",
      ])
    default:
      line = pick([
        "", "#", "(", "\"", "🦆", "stack {", "> x", "show >", "open", "quit now", "a;b", "\u{0}",
      ])
    }
    return chance(3) ? String(line.prefix(Int.random(in: 0...line.count, using: &random))) : line
  }
}

@Suite struct MonkeyTests {
  /// What must be as it was after a line that failed.
  private struct Fingerprint: Equatable {
    var stack: String?
    var position: Int
    var parameters: Int
    var undo: String?
    var events: Int

    init(_ workspace: Workspace) {
      let session = workspace.session
      stack = session.stackText
      position = session.position
      parameters = session.parameterCount
      undo = session.undoName
      events = workspace.recording.events.count
    }
  }

  @Test("no line brings the engine down, and one that fails changes nothing", arguments: [1, 2, 3])
  func lines(seed: UInt64) throws {
    var monkey = LineMonkey(seed: seed)
    let workspace = try Scratch().workspace([Small.stack, Small.input])
    for _ in 0..<150 {
      let line = monkey.line()
      let before = Fingerprint(workspace)
      let outcome = workspace.perform(line)
      guard outcome.status == 3 else { continue }
      #expect(outcome.error.map { !"\($0)".isEmpty } == true, "\(line)")
      #expect(Fingerprint(workspace) == before, "\(line)")
    }
    guard case .same = Replay.run(workspace.recording) else {
      Issue.record("what a monkey did does not replay")
      return
    }
  }
}
