import ONNX
import Testing

/// Faults that exports of PyTorch models have, one rule each, and what no rule judges.
@Suite struct LintRuleTests {
  private func report(
    _ time: OnnxFixture.Extent = .free("t"), _ body: (inout OnnxFixture) -> Void
  ) throws -> LintReport {
    var fixture = OnnxFixture()
    fixture.input("x", [.fixed(1), time, .fixed(4)])
    body(&fixture)
    fixture.output("y", [.fixed(1), time, .fixed(4)])
    return LayerLint.report(try Fixtures.graph(fixture))
  }

  @Test("positions that begin anew in every block are named, a table of weights and a counted one")
  func positions() throws {
    for isTable in [false, true] {
      let found = try report { fixture in
        fixture.integers("one", [], [1])
        fixture.integers("zero", [], [0])
        fixture.integers("axes", [1], [1])
        fixture.node("Shape", ["x"], ["shape"])
        fixture.node("Gather", ["shape", "one"], ["t"])
        if isTable {
          fixture.weight("table", [64, 4], Fixtures.numbers(256, seed: 3))
          fixture.integers("start", [1], [0])
          fixture.node("Unsqueeze", ["t", "start"], ["end"])
          fixture.integers("axis0", [1], [0])
          fixture.node("Slice", ["table", "start", "end", "axis0"], ["p"])
        } else {
          fixture.node("Range", ["zero", "t", "one"], ["n"])
          fixture.node("Cast", ["n"], ["f"], [("to", .int(1))])
          fixture.node("Unsqueeze", ["f", "axes"], ["wide"])
          fixture.node("Sin", ["wide"], ["p"])
        }
        fixture.node("Add", ["x", "p"], ["y"], name: "/positions/Add")
      }.findings
      #expect(found.map(\.place) == ["positions/y"])
      #expect(found.first?.cause.contains("begin at the start of every block") == true)
    }
  }

  @Test("a block that is turned around is named")
  func reversal() throws {
    let found = try report { fixture in
      fixture.integers("from", [1], [-1])
      fixture.integers("to", [1], [Int64.min + 1])
      fixture.integers("axis", [1], [1])
      fixture.node("Slice", ["x", "from", "to", "axis", "from"], ["y"], name: "/flip/Slice")
    }.findings
    #expect(found.first?.cause == "turns the timesteps of its block around")
  }

  @Test("a recurrence from a constant of the shape of its state is named")
  func constantStart() throws {
    let found = try report { fixture in
      fixture.input("h", [.fixed(1), .fixed(1), .fixed(4)])
      fixture.weight("w", [1, 12, 4], Fixtures.numbers(48, seed: 3))
      fixture.weight("r", [1, 12, 4], Fixtures.numbers(48, seed: 4))
      fixture.node("Shape", ["h"], ["hs"])
      fixture.node("ConstantOfShape", ["hs"], ["none"])
      fixture.node("Transpose", ["x"], ["s"], [("perm", .ints([1, 0, 2]))])
      fixture.node(
        "GRU", ["s", "w", "r", "", "", "none"], ["g", "hn"], name: "/gru/GRU",
        [("hidden_size", .int(4))])
      fixture.integers("one", [1], [1])
      fixture.node("Squeeze", ["g", "one"], ["q"])
      fixture.node("Transpose", ["q"], ["y"], [("perm", .ints([1, 0, 2]))])
      fixture.output("hn", [.fixed(1), .fixed(1), .fixed(4)])
    }.findings
    #expect(found.contains { $0.cause.hasPrefix("starts from a constant") })
  }

  @Test("a state that is a stored constant is named")
  func storedState() throws {
    let found = try report { fixture in
      fixture.input("cache", [.fixed(1), .fixed(2), .fixed(4)])
      fixture.weight("zeros", [1, 2, 4], Array(repeating: 0, count: 8))
      fixture.node("Concat", ["cache", "x"], ["joined"], [("axis", .int(1))])
      fixture.integers("from", [1], [0])
      fixture.integers("to", [1], [-2])
      fixture.integers("axis", [1], [1])
      fixture.node("Slice", ["joined", "from", "to", "axis"], ["late"])
      fixture.node("Tanh", ["late"], ["y"])
      fixture.node("Identity", ["zeros"], ["new_cache"])
      fixture.output("new_cache", [.fixed(1), .fixed(2), .fixed(4)])
    }.findings
    #expect(found.first?.cause.contains("set to zero in every step") == true, "\(found)")
  }

  @Test("a counter that does not count timesteps is named")
  func counter() throws {
    for isRight in [true, false] {
      let found = try report { fixture in
        fixture.input("seen", [.fixed(1)], type: 7)
        fixture.integers("one", [1], [1])
        fixture.node("Shape", ["x"], ["shape"])
        fixture.node("Gather", ["shape", "one"], ["t"])
        fixture.node("Add", ["seen", isRight ? "t" : "one"], ["new_seen"], name: "/count/Add")
        fixture.node("Cast", ["seen"], ["offset"], [("to", .int(1))])
        fixture.node("Add", ["x", "offset"], ["y"])
        fixture.output("new_seen", [.fixed(1)], type: 7)
      }.findings
      #expect(found.map(\.place) == (isRight ? [] : ["count/new_seen"]))
    }
  }

  @Test("an overlap that the next block adds is no finding, but not judged either")
  func overlap() throws {
    func report(keeps: Bool) throws -> LintReport {
      try self.report { fixture in
        fixture.weight("w", [4, 4, 2], Fixtures.numbers(32, seed: 3))
        fixture.node("Transpose", ["x"], ["s"], [("perm", .ints([0, 2, 1]))])
        fixture.node("ConvTranspose", ["s", "w"], ["all"], name: "/up/ConvTranspose")
        fixture.integers("axis", [1], [2])
        fixture.integers("zero", [1], [0])
        fixture.integers("last", [1], [-1])
        fixture.integers("end", [1], [Int64.max])
        fixture.node("Slice", ["all", "zero", "last", "axis"], ["own"])
        fixture.node("Transpose", ["own"], ["y"], [("perm", .ints([0, 2, 1]))])
        guard keeps else { return }
        fixture.input("tail", [.fixed(1), .fixed(4), .fixed(1)])
        fixture.node("Slice", ["all", "last", "end", "axis"], ["new_tail"])
        fixture.output("new_tail", [.fixed(1), .fixed(4), .fixed(1)])
      }
    }
    #expect(try report(keeps: false).findings.first?.cause.contains("outputs overlap by 1") == true)
    let kept = try report(keeps: true)
    #expect(!kept.findings.contains { $0.operation == "ConvTranspose" })
    #expect(kept.limits.contains { $0.contains("new_tail is the overlap") })
  }

  @Test("of a wrong value the findings are told that reach it, the nearest first")
  func explaining() throws {
    let graph = try Fixtures.graph(Fixtures.causal(isFixed: false))
    func places(_ place: String) -> [String] { graph.findings(explaining: place).map(\.place) }
    #expect(places("decoder/gru/g") == ["decoder/gru/g", "encoder/conv/c"])
    #expect(places("encoder/relu/r") == ["encoder/conv/c"])
    #expect(places("nowhere") == [])
    let stale = try Fixtures.graph(Fixtures.cached(.oldest))
    #expect(LayerLint.findings(stale).map(\.state) == ["cache"])
  }

  @Test("what is not judged is said, and then no finding is no claim")
  func limits() throws {
    let one = try report(.fixed(1)) { $0.node("Tanh", ["x"], ["y"]) }
    #expect(one.limits.first?.contains("one timestep a run") == true)
    #expect(one.lines.last?.contains("no finding in what was judged") == true)
    let found = try report { fixture in
      fixture.node("ReduceMean", ["x"], ["m"], [("axes", .ints([1]))])
      fixture.node("Sub", ["x", "m"], ["y"])
    }
    #expect(found.lines.last == "1 finding")
    let frames = try report { $0.node("Tanh", ["x"], ["y"]) }
    #expect(frames.lines == ["no operation mixes time without a state"])
  }
}
