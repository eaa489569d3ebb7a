import Comparison
import Tensors
import Testing

/// A mistake of streaming code, made on purpose, and what must be said of it.
struct Mistake: CustomTestStringConvertible, Sendable {
  let testDescription: String
  var block: Int?
  let kind: Explanation.Kind
  /// What must stand in the statement.
  let statement: String
  var shift: Int?
  let make: @Sendable (Signal) -> Signal

  init(
    _ name: String, block: Int? = nil, _ kind: Explanation.Kind, _ statement: String,
    shift: Int? = nil, _ make: @escaping @Sendable (Signal) -> Signal
  ) {
    testDescription = name
    (self.block, self.kind, self.statement, self.shift, self.make) =
      (block, kind, statement, shift, make)
  }

  static let ofTime: [Mistake] = [
    Mistake("late", .shift, "STREAM is 5 timesteps late", shift: 5) { x in
      x.timesteps(Array(-5..<x.times))
    },
    Mistake("early", .shift, "STREAM is 1 timestep early", shift: -1) { x in
      x.timesteps(Array(1..<x.times))
    },
    Mistake("late within every block", block: 16, .shift, "1 timestep late", shift: 1) { x in
      x.timesteps((0..<x.times).map { $0 % 16 == 0 ? -1 : $0 - 1 })
    },
    Mistake(
      "repeated", .drift,
      "at every seam of 16 timesteps of OFFLINE 3 timesteps come again (STREAM is 27 timesteps longer): "
        + "the shift grows by 3 a block, first at timestep 16 of STREAM"
    ) { x in
      x.timesteps(stride(from: 0, to: x.times, by: 16).flatMap { Array(max(0, $0 - 3)..<$0 + 16) })
    },
    Mistake(
      "lost", .drift, "1 timestep is lost (STREAM is 10 timesteps shorter): the shift falls by 1"
    ) { x in
      x.timesteps(stride(from: 0, to: x.times, by: 16).flatMap { Array($0..<$0 + 15) })
    },
    Mistake("zeros between blocks", .drift, "2 timesteps are inserted") { x in
      x.timesteps(
        stride(from: 0, to: x.times, by: 20).flatMap { Array($0..<$0 + 20) + [-1, -1] })
    },
    Mistake("every second", .drift, "every seam of 2 timesteps of OFFLINE 1 timestep is lost") {
      x in
      x.timesteps(Array(stride(from: 0, to: x.times, by: 2)))
    },
    Mistake("backward", .timeOrder, "STREAM runs backward in time") { x in
      x.timesteps((0..<x.times).reversed())
    },
    Mistake("blocks backward", .timeOrder, "backward in each block of 16") { x in
      x.timesteps(stride(from: 0, to: x.times, by: 16).flatMap { ($0..<$0 + 16).reversed() })
    },
    Mistake("blocks exchanged", .timeOrder, "blocks of 16 timesteps stand in another order") { x in
      x.timesteps(
        stride(from: 0, to: x.times, by: 32).flatMap { start in
          Array(start + 16..<start + 32) + Array(start..<start + 16)
        })
    },
    Mistake("folded", .timeOrder, "reshaped to [10, 16] and transposed") { x in
      x.timesteps((0..<x.times).map { $0 % 10 * 16 + $0 / 10 })
    },
  ]

  static let ofAxes: [Mistake] = [
    Mistake("channels reversed", .channelOrder, "channels stand in reversed order") { x in
      Signal(x.rows, x.times, x.channels) { x[$0, $1, x.channels - 1 - $2] }
    },
    Mistake("channels rolled", .channelOrder, "channels are rolled by +1") { x in
      Signal(x.rows, x.times, x.channels) { x[$0, $1, ($2 + x.channels - 1) % x.channels] }
    },
    Mistake("two channels exchanged", .channelOrder, "channels are exchanged: 2 and 5") { x in
      Signal(x.rows, x.times, x.channels) { x[$0, $1, $2 == 2 ? 5 : $2 == 5 ? 2 : $2] }
    },
    Mistake(
      "channels exchanged in one block", .channelOrder,
      "channels are exchanged: 0 and 1, where they differ"
    ) { x in
      Signal(x.rows, x.times, x.channels) { x[$0, $1, $1 / 16 == 3 && $2 < 2 ? 1 - $2 : $2] }
    },
    Mistake("heads transposed", .channelOrder, "those of [4, 2] transposed to [2, 4]") { x in
      Signal(x.rows, x.times, x.channels) { x[$0, $1, $2 % 4 * 2 + $2 / 4] }
    },
    Mistake("rows exchanged", .rowOrder, "rows are exchanged: 0 and 2") { x in
      Signal(x.rows, x.times, x.channels) { x[$0 == 1 ? 1 : 2 - $0, $1, $2] }
    },
  ]

  static let ofValues: [Mistake] = [
    Mistake("gain", .gain, "STREAM = 1.5 · OFFLINE") { $0.changed { 1.5 * $3 } },
    Mistake("sign", .sign, "STREAM = -OFFLINE: the sign is flipped") { $0.changed { -$3 } },
    Mistake("sign of channels", .sign, "the sign is flipped in channels 1, 3") { x in
      x.changed { $2 == 1 || $2 == 3 ? -$3 : $3 }
    },
    Mistake("offset", .offset, "STREAM = OFFLINE + 0.25") { $0.changed { $3 + 0.25 } },
    Mistake("bias left out", .offset, "the difference is one number a channel (channel 0: -0.1") {
      x in
      x.changed { $3 - Float($2 + 1) * 0.1 }
    },
    Mistake(
      "bias added twice behind seams", block: 32, .offset,
      "where they differ, the difference is one number a channel"
    ) { x in
      x.changed { $1 >= 32 && $1 % 32 < 16 ? $3 + Float($2 + 1) * 0.1 : $3 }
    },
    Mistake("gain and offset", .gainAndOffset, "STREAM = 2 · OFFLINE - 1") { x in
      x.changed { 2 * $3 - 1 }
    },
    Mistake(
      "gain of a row", .gain, "with a gain for each row (row 1: 0.5; row 2: 2, nothing elsewhere)"
    ) { x in
      x.changed { $0 == 1 ? 0.5 * $3 : $0 == 2 ? 2 * $3 : $3 }
    },
    Mistake(
      "statistics of blocks", block: 40, .gainAndOffset,
      "for each block of 40 and each channel, as statistics of each block give"
    ) { x in
      x.changed { $3 * (1 + 0.1 * Float($1 / 40 + $2)) + 0.3 * Float($1 / 40 - $2) }
    },
    Mistake(
      "statistics of blocks of unknown length", .gainAndOffset,
      "for each block of 40 and each channel"
    ) { x in
      x.changed { $3 * (1 + 0.1 * Float($1 / 40 + $2)) + 0.3 * Float($1 / 40 - $2) }
    },
    Mistake("window applied twice", block: 20, .gain, "a gain for each place within 20 timesteps") {
      x in
      x.changed { $3 * (0.5 + 0.02 * Float($1 % 20)) }
    },
    Mistake("zeros", .constant, "where they differ, STREAM is 0") { x in
      x.changed { (64..<80).contains($1) ? 0 : $3 }
    },
    Mistake("NaN", .constant, "where they differ, STREAM is not a number") { x in
      x.changed { $1 >= 100 ? .nan : $3 }
    },
    Mistake("clipped", .clipping, "STREAM is clipped to -1 to 1") { x in
      x.changed { min(max($3, -1), 1) }
    },
    Mistake("activation left out", .function, "a function of that of OFFLINE alone") { x in
      x.changed { $3 / (1 + $3.magnitude) }
    },
    Mistake("magnitude", .function, "a function of that of OFFLINE alone") { x in
      x.changed { $3 * $3 }
    },
    Mistake(
      "late and louder", .shiftAndGain, "STREAM is 7 timesteps late, and STREAM = 1.5 · OFFLINE",
      shift: 7
    ) { x in
      x.timesteps(Array(-7..<x.times)).changed { 1.5 * $3 }
    },
  ]
}

@Suite("Explanations of differences") struct ExplanationTests {
  @Test(
    "a mistake is named, with how much of the differences it explains",
    arguments: Mistake.ofTime + Mistake.ofAxes + Mistake.ofValues)
  func naming(_ mistake: Mistake) throws {
    let offline = Signal.noise(3, 160, 8)
    let stream = mistake.make(offline)
    let found = try ArrayComparison(
      offline: offline.tensor, stream: stream.tensor, options: .init(block: mistake.block))
    #expect(found.verdict == .differ)
    let first = try #require(found.explanations.first, "\(found.lines.joined(separator: "\n"))")
    #expect(first.kind == mistake.kind)
    #expect(first.statement.contains(mistake.statement), "\(first.statement)")
    #expect(first.share > 0.9)
    #expect(found.shift == mistake.shift ?? 0)
  }

  @Test(
    "one channel is as good as many", arguments: Mistake.ofTime.filter { $0.kind != .timeOrder })
  func oneChannel(_ mistake: Mistake) throws {
    // Every second timestep, one value at a time, might be found anywhere by chance.
    guard mistake.testDescription != "every second" else { return }
    let offline = Signal.noise(1, 160, 1)
    let found = try ArrayComparison(
      offline: offline.tensor, stream: mistake.make(offline).tensor)
    #expect(found.explanations.first?.statement.contains(mistake.statement) == true)
  }

  @Test("rows moved by different shifts are told apart")
  func rows() throws {
    let x = Signal.noise(3, 90, 4)
    let y = Signal(3, 90, 4) { row, time, channel in
      let source = row == 1 ? time - 4 : time
      return source < 0 ? 0 : x[row, source, channel]
    }
    let found = try ArrayComparison(offline: x.tensor, stream: y.tensor)
    let statement = try #require(found.explanations.first?.statement)
    #expect(statement.contains("row 1: STREAM is 4 timesteps late"), "\(statement)")
    #expect(found.shift == 0)
  }

  @Test("channels moved by different shifts are told apart")
  func channels() throws {
    let x = Signal.noise(1, 90, 3)
    let y = Signal(1, 90, 3) { row, time, channel in
      let source = channel == 2 ? time - 5 : time
      return source < 0 ? 0 : x[row, source, channel]
    }
    let found = try ArrayComparison(offline: x.tensor, stream: y.tensor)
    let statement = try #require(found.explanations.first?.statement)
    #expect(statement.contains("channel 2: STREAM is 5 timesteps late"), "\(statement)")
  }

  @Test("a timestep that is held is named")
  func held() throws {
    let x = Signal.noise(1, 160, 8)
    let y = x.timesteps((0..<160).map { (64..<80).contains($0) ? 63 : $0 })
    let found = try ArrayComparison(offline: x.tensor, stream: y.tensor)
    let statement = try #require(found.explanations.first?.statement)
    #expect(statement.contains("STREAM's timestep 64 to 79 is OFFLINE's 63"), "\(statement)")
  }

  @Test("what a shift leaves is explained too")
  func twoMistakes() throws {
    let x = Signal.noise(1, 200, 4)
    let late = x.timesteps(Array(-3..<200))
    let y = late.changed { $1 > 3 && ($1 - 3) % 20 < 6 ? $3 + Float($2 + 1) : $3 }
    let found = try ArrayComparison(offline: x.tensor, stream: y.tensor)
    #expect(found.explanations.map(\.kind) == [.shift, .offset])
    #expect(found.explanations.last?.remaining.differingCount == 0)
    #expect(found.seams?.period == 20)
  }

  @Test("nothing is claimed of arrays that have nothing in common", arguments: [1, 2, 8])
  func nothing(channels: Int) throws {
    for seed in 1...6 {
      let x = Signal.noise(2, 120, channels, seed: UInt64(seed))
      let y = Signal.noise(2, 120, channels, seed: UInt64(seed + 100))
      for block in [nil, 10] {
        let found = try ArrayComparison(
          offline: x.tensor, stream: y.tensor, options: .init(block: block))
        #expect(found.explanations.isEmpty, "\(found.lines.joined(separator: "\n"))")
        #expect(found.seams == nil)
      }
    }
  }

  @Test("values that are few are found again by chance, which is no order of time")
  func fewValues() throws {
    func wave(_ step: Double) -> Signal {
      Signal(1, 3000, 1) { _, time, _ in
        let phase = Double(time) * step
        let turn = phase - phase.rounded(.down)
        return Float((100 * (turn < 0.5 ? turn : 1 - turn)).rounded())
      }
    }
    let found = try ArrayComparison(offline: wave(0.0101).tensor, stream: wave(0.01025).tensor)
    #expect(found.explanations.isEmpty, "\(found.lines.joined(separator: "\n"))")
  }

  @Test("frames that begin between others are no shift")
  func betweenTimesteps() throws {
    func sound(_ time: Double, _ channel: Int) -> Float {
      let phase = time * (0.11 + 0.03 * Double(channel)) + Double(channel)
      let turn = phase - phase.rounded(.down)
      return Float(4 * (turn < 0.5 ? turn : 1 - turn) + 0.01 * time)
    }
    let x = Signal(1, 98, 6) { sound(Double($1), $2) }
    let y = Signal(1, 100, 6) { sound(Double($1) - 0.75, $2) }
    let found = try ArrayComparison(offline: x.tensor, stream: y.tensor)
    #expect(found.explanations.isEmpty)
    let text = found.lines.joined(separator: "\n")
    #expect(text.contains("no whole shift explains it"), "\(text)")
    #expect(text.contains("near t + 0.7"), "\(text)")
    #expect(text.contains("STREAM has 2 valid timesteps behind the end of OFFLINE"))
  }

  @Test("a shift that changes evenly is told as likeness, and no more")
  func otherRate() throws {
    var random = RandomStream(seed: 4, name: "rate")
    let points = (0..<500).map { _ in random.normal() }
    func sound(_ time: Double) -> Float {
      let place = time / 8
      let index = Int(place.rounded(.down))
      let turn = place - place.rounded(.down)
      return Float(points[index] * (1 - turn) + points[index + 1] * turn)
    }
    let x = Signal(1, 3000, 1) { _, time, _ in sound(Double(time)) }
    let y = Signal(1, 3000, 1) { _, time, _ in sound(Double(time) * 1.004) }
    let found = try ArrayComparison(offline: x.tensor, stream: y.tensor)
    #expect(found.explanations.isEmpty)
    let text = found.lines.joined(separator: "\n")
    #expect(text.contains("with a shift that goes evenly from 0 to -12"), "\(text)")
  }

  @Test("a change of a few timesteps is not explained away")
  func smallChange() throws {
    let x = Signal.noise(1, 100, 16)
    let y = x.changed { $1 >= 57 && $2 == 3 ? $3 + 0.01 : $3 }
    let found = try ArrayComparison(offline: x.tensor, stream: y.tensor)
    #expect(found.lines[0].hasPrefix("differ first at row 0, timestep 57, channel 3"))
    #expect(found.lines.contains("channels: 1 of 16 differ: 3 · timesteps 57 to 99"))
    #expect(found.explanations.first?.statement == "where they differ, STREAM = OFFLINE + 0.01")
  }
}
