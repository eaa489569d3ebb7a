import Tensors
import Traces

/// A small model, run whole and block by block, with one fault on purpose in the blocks: an input, what
/// keeps no state, the faulty place, and what comes behind it.
struct FaultyRun: Sendable, CustomStringConvertible {
  /// What is wrong with the streaming run.
  enum Fault: String, CaseIterable, Sendable {
    case none, stateReset, stateStale, windowTooShort, windowTooLong, positionAdded, positionTurned
    case noRightContext, rowsSwapped, statistics, bias, lost, repeated, noFlush, wrongTrim,
      notANumber
    case padding
  }

  let fault: Fault
  let blocks: [Int]
  let rows = 2
  let channels = 4
  var times: Int { blocks.reduce(0, +) }

  var description: String { "\(fault.rawValue) in blocks of \(blocks.prefix(3))" }

  /// The index of the block that a timestep is in, and the block's timesteps.
  private func block(_ time: Int) -> (index: Int, times: Range<Int>) {
    var start = 0
    for (index, size) in blocks.enumerated() {
      if time < start + size { return (index, start..<start + size) }
      start += size
    }
    return (blocks.count, start..<start)
  }

  private typealias Values = [[[Double]]]

  private func make(_ count: Int? = nil, _ body: (Int, Int, Int) -> Double) -> Values {
    (0..<rows).map { row in
      (0..<(count ?? times)).map { time in (0..<channels).map { body(row, time, $0) } }
    }
  }

  private var input: Values {
    var random = RandomStream(seed: 7, name: "faulty run")
    let values = make { _, _, _ in random.normal() }
    guard fault == .padding else { return values }
    // Row 1 ends early.
    return make { row, time, channel in
      row == 1 && time >= times - 6 ? 0 : values[row][time][channel]
    }
  }

  /// Both runs.
  var traces: (offline: MemoryTrace, stream: MemoryTrace) {
    let x = input
    let gate = make { x[$0][$1][$2] * 0.5 + 0.1 }
    let (whole, parts) = (layer(gate, isStream: false), layer(gate, isStream: true))
    func out(_ values: Values) -> Values {
      values.map { row in
        row.map { frame in
          let sum = frame.reduce(0, +)
          return frame.map { 0.25 * sum + $0 }
        }
      }
    }
    func trace(_ kind: TraceKind, _ blocks: [Int], _ layers: [Values]) -> MemoryTrace {
      let names = ["input/x", "gate", "layer", "out"]
      let entries = zip(names, layers).enumerated().map { index, pair in
        let values = pair.1.flatMap { $0.flatMap { $0 } }.map(Float.init)
        var entry = MemoryTrace.Entry(
          pair.0, kind: index == 0 ? .input : .operation(nil),
          inputs: index == 0 ? [] : [index - 1],
          output: Tensor(values, shape: [rows, pair.1[0].count, channels]))
        entry.latency = nil
        return entry
      }
      return MemoryTrace(kind, blocks: TraceBlocks(blocks), entries)
    }
    return (
      trace(.layerWise, [times], [x, gate, whole, out(whole)]),
      trace(.stepWise, blocks, [x, gate, parts, out(parts)])
    )
  }

  /// The faulty place: of another kind for each fault.
  private func layer(_ x: Values, isStream: Bool) -> Values {
    let isWrong = isStream
    func at(_ row: Int, _ time: Int, _ channel: Int) -> Double {
      (0..<times).contains(time) ? x[row][time][channel] : 0
    }
    let taps = [0.9, -0.4, 0.3, 0.2]
    switch fault {
    case .none:
      return make { row, t, c in (0..<4).reduce(0) { $0 + taps[$1] * at(row, t - $1, c) } }
    case .stateReset:
      return make { row, t, c in
        let first = isWrong ? block(t).times.lowerBound : 0
        return (0..<4).reduce(0) { $0 + (t - $1 >= first ? taps[$1] * at(row, t - $1, c) : 0) }
      }
    case .stateStale:
      // From block 2 on the cache is that of one block earlier.
      return make { row, t, c in
        let (index, span) = block(t)
        return (0..<4).reduce(0) { sum, tap in
          let isCached = t - tap < span.lowerBound && isWrong && index >= 2
          let source = t - tap - (isCached ? blocks[index - 1] : 0)
          return sum + taps[tap] * at(row, source, c)
        }
      }
    case .windowTooShort, .windowTooLong:
      let change = fault == .windowTooShort ? -1 : 1
      let width = 7 + (isWrong ? change : 0)
      return make { row, t, c in (0..<width).reduce(0) { $0 + at(row, t - $1, c) } }
    case .positionAdded:
      return make { row, t, c in
        let position = isWrong ? t - block(t).times.lowerBound : t
        return at(row, t, c) + Double((position * 7 + c * 3) % 11) * 0.3
      }
    case .positionTurned:
      return make { row, t, c in
        let position = isWrong ? t - block(t).times.lowerBound : t
        let angle = Double(position) * (c % 2 == 0 ? 0.7 : 0.07)
        let (a, b) = (at(row, t, c % 2), at(row, t, c % 2 + 2))
        let (cosine, sine) = Self.turn(angle)
        return c < 2 ? a * cosine - b * sine : a * sine + b * cosine
      }
    case .noRightContext:
      return make { row, t, c in
        let end = isWrong ? block(t).times.upperBound : times
        return (0..<3).reduce(0) { $0 + (t + $1 < end ? taps[$1] * at(row, t + $1, c) : 0) }
      }
    case .rowsSwapped:
      return make { row, t, c in
        at(isWrong && block(t).index >= 2 ? 1 - row : row, t, c) * 2
      }
    case .statistics:
      return make { row, t, c in
        let span = isWrong ? block(t).times : 0..<times
        let mean = span.reduce(0) { $0 + at(row, $1, c) } / Double(span.count)
        let square = span.reduce(0) { $0 + (at(row, $1, c) - mean) * (at(row, $1, c) - mean) }
        return (at(row, t, c) - mean) / (square / Double(span.count) + 0.01).squareRoot()
      }
    case .bias:
      return make { row, t, c in
        at(row, t, c) * 1.5 + (isWrong ? 2 : 1) * [0.3, -0.2, 0.7, 0.1][c]
      }
    case .lost, .repeated:
      // At the start of each block from block 1 on, one timestep.
      var sources: [Int] = []
      for time in 0..<times {
        let isSeam = block(time).times.lowerBound == time && time > 0 && isWrong
        if isSeam, fault == .lost { continue }
        if isSeam { sources.append(time - 1) }
        sources.append(time)
      }
      return make(sources.count) { row, t, c in at(row, sources[t], c) * 1.5 }
    case .noFlush:
      // Three timesteps of look-ahead, as a latency that is never flushed.
      return make { row, t, c in
        let time = isWrong ? t - 3 : t
        return time < 0 ? 0 : (0..<4).reduce(0) { $0 + taps[$1] * at(row, time + $1, c) }
      }
    case .wrongTrim:
      return make { row, t, c in
        let time = isWrong ? t + 2 : t
        return (0..<3).reduce(0) { $0 + taps[$1] * at(row, time - $1, c) }
      }
    case .notANumber:
      return make { row, t, c in isWrong && t == 9 && row == 1 ? .nan : at(row, t, c) * 2 }
    case .padding:
      // A smoothing of both sides, which in STREAM sees ones where row 1 has ended.
      return make { row, t, c in
        (-2...2).reduce(0) { sum, offset in
          let time = t + offset
          let isEnd = row == 1 && time >= times - 6
          return sum + (isEnd ? (isWrong ? 1 : 0) : at(row, time, c))
        }
      }
    }
  }

  /// Cosine and sine, by their series.
  private static func turn(_ angle: Double) -> (Double, Double) {
    let angle = angle.remainder(dividingBy: 2 * .pi)
    var (cosine, sine, term) = (0.0, 0.0, 1.0)
    for power in 0..<60 {
      switch power % 4 {
      case 0: cosine += term
      case 1: sine += term
      case 2: cosine -= term
      default: sine -= term
      }
      term *= angle / Double(power + 1)
    }
    return (cosine, sine)
  }
}
