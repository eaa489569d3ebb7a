import ONNX

extension Fixtures {
  /// How a decoder learns where its block stands, or what is wrong with it.
  enum Decoder: CaseIterable {
    /// From the length of its cache.
    case plain
    /// It takes a mask over past and block besides.
    case masked
    /// It takes the positions as an input.
    case counted
    /// The same, by a name that tells nothing.
    case named
    /// The block stands before the past.
    case swapped
    /// Positions begin anew in every block.
    case restarted
  }

  /// `[1, t, 4]`: positions from a table are added, and one head attends to `past [1, p, 4]` and the block.
  static func decoder(_ kind: Decoder) -> OnnxFixture {
    var fixture = OnnxFixture()
    fixture.input("x", [.free("batch"), .free("t"), .fixed(4)])
    fixture.input("past", [.free("batch"), .free("p"), .fixed(4)])
    fixture.integers("zero", [], [0])
    fixture.integers("one", [], [1])
    fixture.integers("axis0", [1], [0])
    fixture.integers("axis1", [1], [1])
    func node(
      _ op: String, _ inputs: [String], _ output: String,
      _ attributes: [(String, OnnxFixture.Attribute)] = []
    ) { fixture.node(op, inputs, [output], name: "/attention/\(op)", attributes) }
    node("Shape", ["x"], "xs")
    node("Gather", ["xs", "one"], "t")
    node("Shape", ["past"], "ps")
    node("Gather", ["ps", "one"], "p")
    node("Add", ["p", "t"], "total")
    node("Range", ["p", "total", "one"], "queries")
    node("Range", ["zero", "total", "one"], "keys")
    var places = "queries"
    switch kind {
    case .counted, .named:
      places = kind == .counted ? "position_ids" : "where"
      fixture.input(places, [.free("batch"), .free("t")], type: 7)
    case .restarted:
      node("Range", ["zero", "t", "one"], "fresh")
      places = "fresh"
    case .plain, .masked, .swapped: break
    }
    fixture.weight("table", [32, 4], numbers(128, seed: 21))
    node("Gather", ["table", places], "positions")
    node("Add", ["x", "positions"], "h")
    fixture.weight("w", [4, 4], numbers(16, seed: 22))
    node("MatMul", ["h", "w"], "k")
    node(
      "Concat", kind == .swapped ? ["k", "past"] : ["past", "k"], "present", [("axis", .int(1))])
    node("Transpose", ["present"], "kt", [("perm", .ints([0, 2, 1]))])
    node("MatMul", ["h", "kt"], "all")
    node("Unsqueeze", ["queries", "axis1"], "rows")
    node("Unsqueeze", ["keys", "axis0"], "columns")
    node("LessOrEqual", ["columns", "rows"], "seen")
    fixture.weight("low", [1], [-1e9])
    node("Where", ["seen", "all", "low"], "logits")
    var logits = "logits"
    if kind == .masked {
      fixture.input("attention_mask", [.free("batch"), .free("total")], type: 7)
      node("Unsqueeze", ["attention_mask", "axis1"], "wide")
      node("Cast", ["wide"], "flags", [("to", .int(9))])
      node("Where", ["flags", "logits", "low"], "masked")
      logits = "masked"
    }
    node("Softmax", [logits], "weights", [("axis", .int(-1))])
    node("MatMul", ["weights", "present"], "y")
    fixture.output("y", [.free("batch"), .free("t"), .fixed(4)])
    fixture.output("present", [.free("batch"), .free("total"), .fixed(4)])
    return fixture
  }

  /// `[1, t, 4]` with positions from a table, which begin at `offset`.
  static func offsets() -> OnnxFixture {
    var fixture = OnnxFixture()
    fixture.input("x", [.fixed(1), .free("t"), .fixed(4)])
    fixture.input("offset", [], type: 7)
    fixture.integers("one", [], [1])
    fixture.integers("zero", [], [0])
    fixture.node("Shape", ["x"], ["xs"])
    fixture.node("Gather", ["xs", "one"], ["t"])
    fixture.node("Range", ["zero", "t", "one"], ["own"])
    fixture.node("Add", ["own", "offset"], ["places"])
    fixture.weight("table", [32, 4], numbers(128, seed: 21))
    fixture.node("Gather", ["table", "places"], ["positions"], name: "/positions/Gather")
    fixture.node("Add", ["x", "positions"], ["y"], name: "/positions/Add")
    fixture.output("y", [.fixed(1), .free("t"), .fixed(4)])
    return fixture
  }
}
