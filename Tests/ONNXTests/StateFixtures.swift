import Tensors

extension Fixtures {
  /// How the next cache is made of the cache, the block and the two joined.
  enum CacheUpdate: String, CaseIterable, Sendable {
    // Right ones.
    case newest, newestByLength, newestOfBoth, transposed
    // Wrong ones.
    case oldest, unchanged, cleared, keepsOldest, offByOne, swapped, reversed, mixed
    case beforeActivation

    var isRight: Bool { Self.right.contains(self) }
    static let right: [CacheUpdate] = [.newest, .newestByLength, .newestOfBoth, .transposed]

    /// What the lint has to say.
    var words: String {
      switch self {
      case .newest, .newestByLength, .newestOfBoth, .transposed: ""
      case .oldest: "stays as cache was: it keeps the oldest timesteps"
      case .unchanged: "does not depend on the sequence: it stays as cache was"
      case .cleared: "does not depend on the sequence: it is set to zero"
      case .keepsOldest: "keeps the oldest 2 of the 3 timesteps of cache"
      case .offByOne: "moves on by 1 timesteps where a block brings 2: off by one"
      case .swapped: "has the timesteps of the block before those of the past"
      case .reversed: "has its timesteps in reverse"
      case .beforeActivation:
        "keeps timesteps of the input, but conv/y reads them before timesteps of conv/r"
      case .mixed: "has elements in another order"
      }
    }
  }

  /// A convolution of 4 taps over `[1, 4, t]` behind a cache of 3 timesteps.
  static func cached(_ update: CacheUpdate) -> OnnxFixture {
    var fixture = OnnxFixture()
    fixture.input("x", [.fixed(1), .fixed(4), .free("t")])
    fixture.input("cache", [.fixed(1), .fixed(4), .fixed(3)])
    fixture.weight("conv.weight", [4, 4, 4], numbers(64, seed: 1))
    if update == .beforeActivation { fixture.node("Relu", ["x"], ["r"], name: "/conv/Relu") }
    fixture.node(
      "Concat", ["cache", update == .beforeActivation ? "r" : "x"], ["joined"],
      name: "/conv/Concat",
      [("axis", .int(2))])
    fixture.node(
      "Conv", ["joined", "conv.weight"], ["y"], name: "/conv/Conv", [("kernel_shape", .ints([4]))])
    next(update, &fixture)
    fixture.output("y", [.fixed(1), .fixed(4), .free("t")])
    fixture.output("new_cache", [.fixed(1), .fixed(4), .fixed(3)])
    return fixture
  }

  private static func next(_ update: CacheUpdate, _ fixture: inout OnnxFixture) {
    fixture.integers("axis", [1], [2])
    func number(_ name: String, _ value: Int64) { fixture.integers(name, [1], [value]) }
    func slice(_ from: String, _ start: Int64, _ end: Int64, _ into: String) {
      number("\(into)_start", start)
      number("\(into)_end", end)
      fixture.node(
        "Slice", [from, "\(into)_start", "\(into)_end", "axis"], [into], name: "/conv/Slice_\(into)"
      )
    }
    /// The length of the block as an array of one number.
    func length() {
      number("place", 2)
      fixture.node("Shape", ["x"], ["shape"])
      fixture.node("Gather", ["shape", "place"], ["length"], [("axis", .int(0))])
    }
    let end = Int64.max
    switch update {
    case .newest: slice("joined", -3, end, "new_cache")
    case .newestByLength:
      length()
      number("end", end)
      fixture.node(
        "Slice", ["joined", "length", "end", "axis"], ["new_cache"], name: "/conv/Slice")
    case .newestOfBoth:
      length()
      number("end", end)
      fixture.node("Slice", ["cache", "length", "end", "axis"], ["old"])
      slice("x", -3, end, "new")
      fixture.node("Concat", ["old", "new"], ["new_cache"], [("axis", .int(2))])
    case .transposed:
      slice("joined", -3, end, "kept")
      fixture.node("Transpose", ["kept"], ["moved"], [("perm", .ints([2, 0, 1]))])
      fixture.node("Transpose", ["moved"], ["new_cache"], [("perm", .ints([1, 2, 0]))])
    case .oldest: slice("joined", 0, 3, "new_cache")
    case .unchanged: fixture.node("Identity", ["cache"], ["new_cache"])
    case .cleared:
      fixture.integers("sizes", [3], [1, 4, 3])
      fixture.node("ConstantOfShape", ["sizes"], ["new_cache"])
    case .keepsOldest:
      length()
      number("three", 3)
      number("zero", 0)
      fixture.node("Sub", ["three", "length"], ["rest"])
      fixture.node("Max", ["rest", "zero"], ["count"])
      fixture.node("Slice", ["cache", "zero", "count", "axis"], ["old"])
      slice("x", -3, end, "new")
      fixture.node("Concat", ["old", "new"], ["new_cache"], [("axis", .int(2))])
    case .offByOne: slice("joined", -4, -1, "new_cache")
    case .swapped:
      fixture.node("Concat", ["x", "cache"], ["wrong"], [("axis", .int(2))])
      slice("wrong", 0, 3, "new_cache")
    case .reversed:
      number("last", -1)
      number("first", -4)
      number("back", -1)
      fixture.node("Slice", ["joined", "last", "first", "axis", "back"], ["new_cache"])
    case .beforeActivation:
      fixture.node("Concat", ["cache", "x"], ["other"], [("axis", .int(2))])
      slice("other", -3, end, "new_cache")
    case .mixed:
      slice("joined", -3, end, "kept")
      fixture.node("Transpose", ["kept"], ["moved"], [("perm", .ints([0, 2, 1]))])
      fixture.integers("sizes", [3], [1, 4, 3])
      fixture.node("Reshape", ["moved", "sizes"], ["new_cache"])
    }
  }

  /// How the last state of a recurrence is handed on.
  enum RecurrenceUpdate: String, CaseIterable, Sendable {
    case last, lastOutput
    case unchanged, firstOutput

    var words: String? {
      switch self {
      case .last, .lastOutput: nil
      case .unchanged: "does not depend on the sequence: it stays as h was"
      case .firstOutput: "is what the recurrence was 1 timesteps before the end of the block"
      }
    }
  }

  /// A GRU over `[t, 1, 4]`.
  static func recurrent(_ update: RecurrenceUpdate) -> OnnxFixture {
    var fixture = OnnxFixture()
    fixture.input("x", [.free("t"), .fixed(1), .fixed(4)])
    fixture.input("h", [.fixed(1), .fixed(1), .fixed(4)])
    fixture.weight("gru.w", [1, 12, 4], numbers(48, seed: 3))
    fixture.weight("gru.r", [1, 12, 4], numbers(48, seed: 4))
    fixture.node(
      "GRU", ["x", "gru.w", "gru.r", "", "", "h"], ["g", "end"], name: "/gru/GRU",
      [("hidden_size", .int(4))])
    fixture.integers("place", [], [update == .firstOutput ? 0 : -1])
    switch update {
    case .last: fixture.node("Identity", ["end"], ["hn"])
    case .lastOutput, .firstOutput:
      fixture.node("Gather", ["g", "place"], ["hn"], [("axis", .int(0))])
    case .unchanged: fixture.node("Identity", ["h"], ["hn"])
    }
    fixture.integers("one", [1], [1])
    fixture.node("Squeeze", ["g", "one"], ["y"], name: "/gru/Squeeze")
    fixture.output("y", [.free("t"), .fixed(1), .fixed(4)])
    fixture.output("hn", [.fixed(1), .fixed(1), .fixed(4)])
    return fixture
  }

  /// An LSTM over `[t, 1, 4]` whose h and c are one state, in the order of the input or exchanged.
  static func packed(isExchanged: Bool) -> OnnxFixture {
    var fixture = OnnxFixture()
    fixture.input("x", [.free("t"), .fixed(1), .fixed(4)])
    fixture.input("state", [.fixed(2), .fixed(1), .fixed(4)])
    fixture.weight("lstm.w", [1, 16, 4], numbers(64, seed: 3))
    fixture.weight("lstm.r", [1, 16, 4], numbers(64, seed: 4))
    fixture.node("Split", ["state"], ["h", "c"], [("axis", .int(0))])
    fixture.node(
      "LSTM", ["x", "lstm.w", "lstm.r", "", "", "h", "c"], ["g", "hn", "cn"], name: "/lstm/LSTM",
      [("hidden_size", .int(4))])
    fixture.node(
      "Concat", isExchanged ? ["cn", "hn"] : ["hn", "cn"], ["new_state"], [("axis", .int(0))])
    fixture.integers("one", [1], [1])
    fixture.node("Squeeze", ["g", "one"], ["y"], name: "/lstm/Squeeze")
    fixture.output("y", [.free("t"), .fixed(1), .fixed(4)])
    fixture.output("new_state", [.fixed(2), .fixed(1), .fixed(4)])
    return fixture
  }

  /// Two convolutions whose caches are of one shape, handed on as they should be or exchanged.
  static func twoCaches(areExchanged: Bool) -> OnnxFixture {
    var fixture = OnnxFixture()
    fixture.input("x", [.fixed(1), .fixed(4), .free("t")])
    fixture.integers("axis", [1], [2])
    fixture.integers("start", [1], [-3])
    fixture.integers("end", [1], [.max])
    var value = "x"
    for name in ["a", "b"] {
      fixture.input("cache_\(name)", [.fixed(1), .fixed(4), .fixed(3)])
      fixture.weight("\(name).weight", [4, 4, 4], numbers(64, seed: 1))
      fixture.node(
        "Concat", ["cache_\(name)", value], ["joined_\(name)"], name: "/\(name)/Concat",
        [("axis", .int(2))])
      value = name == "b" ? "y" : "out_\(name)"
      fixture.node(
        "Conv", ["joined_\(name)", "\(name).weight"], [value], name: "/\(name)/Conv",
        [("kernel_shape", .ints([4]))])
      let other = areExchanged ? (name == "a" ? "b" : "a") : name
      fixture.node("Slice", ["joined_\(name)", "start", "end", "axis"], ["new_cache_\(other)"])
    }
    fixture.output("y", [.fixed(1), .fixed(4), .free("t")])
    for name in ["a", "b"] {
      fixture.output("new_cache_\(name)", [.fixed(1), .fixed(4), .fixed(3)])
    }
    return fixture
  }

  /// A convolution of 3 taps, one timestep a run, whose cache stands behind the new timestep, newest first.
  static func newestFirst(isRight: Bool) -> OnnxFixture {
    var fixture = OnnxFixture()
    fixture.input("x", [.fixed(1), .fixed(4), .fixed(1)])
    fixture.input("cache", [.fixed(1), .fixed(4), .fixed(2)])
    fixture.weight("w", [4, 4, 3], numbers(48, seed: 2))
    fixture.node("Concat", ["x", "cache"], ["joined"], name: "/c/Concat", [("axis", .int(2))])
    fixture.node("Conv", ["joined", "w"], ["y"], name: "/c/Conv", [("kernel_shape", .ints([3]))])
    fixture.integers("axis", [1], [2])
    fixture.integers("start", [1], [isRight ? 0 : 1])
    fixture.integers("end", [1], [isRight ? 2 : 3])
    fixture.node("Slice", ["joined", "start", "end", "axis"], ["new_cache"], name: "/c/Slice")
    fixture.output("y", [.fixed(1), .fixed(4), .fixed(1)])
    fixture.output("new_cache", [.fixed(1), .fixed(4), .fixed(2)])
    return fixture
  }

  /// The cached convolution with its parts in the branch that a fixed switch takes.
  static func inBranch(_ update: CacheUpdate) -> OnnxFixture {
    var fixture = OnnxFixture()
    fixture.input("x", [.fixed(1), .fixed(4), .free("t")])
    fixture.input("cache", [.fixed(1), .fixed(4), .fixed(3)])
    fixture.input("mode", [], type: 7)
    fixture.integers("zero", [], [0])
    fixture.node("Equal", ["mode", "zero"], ["isFirst"])
    fixture.branch(
      "isFirst", ["y", "new_cache"], name: "/If", then: cached(update), else: cached(.newest))
    fixture.output("y", [.fixed(1), .fixed(4), .free("t")])
    fixture.output("new_cache", [.fixed(1), .fixed(4), .fixed(3)])
    return fixture
  }
}
