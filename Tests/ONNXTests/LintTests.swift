import Foundation
import ONNX
import Serialization
import Testing

/// What is said of a graph before it runs.
@Suite struct LintTests {
  private func causes(_ fixture: OnnxFixture) throws -> [String] {
    LayerLint.findings(try Fixtures.graph(fixture)).map { "\($0.place): \($0.cause)" }
  }

  @Test("a graph whose states are fed is clean")
  func clean() throws { #expect(try causes(Fixtures.causal(isFixed: true)) == []) }

  @Test("padding and a recurrence without a state are named with their places")
  func broken() throws {
    let found = try causes(Fixtures.causal(isFixed: false))
    #expect(found.count == 2)
    #expect(found.first?.hasPrefix("encoder/conv/c: pads time with zeros: 2 before") == true)
    #expect(found.last?.hasPrefix("decoder/gru/g: starts from zero") == true)
  }

  @Test(
    "the bundled exports: the right one is clean, in the other the stale cache is named",
    arguments: [("streaming", nil), ("stale", "encoder/depthwise/new_depthwise_cache")]
      as [(String, String?)])
  func bundled(_ name: String, _ place: String?) throws {
    let path = OracleProgram.root.appending(path: "Sessions/onnx/\(name).onnx").path()
    var config = OnnxGraph.Config()
    config.file = path
    let found = try LayerLint.report(config, ByteFile(path: path)).findings
    #expect(found.map(\.place) == [place].compactMap { $0 })
  }

  @Test("a state that is handed on unchanged is named")
  func deadState() throws {
    var fixture = OnnxFixture()
    fixture.input("x", [.fixed(1), .free("t"), .fixed(4)])
    fixture.input("h", [.fixed(1), .fixed(1), .fixed(4)])
    fixture.node("Add", ["x", "h"], ["y"])
    fixture.node("Identity", ["h"], ["hn"])
    fixture.output("y", [.fixed(1), .free("t"), .fixed(4)])
    fixture.output("hn", [.fixed(1), .fixed(1), .fixed(4)])
    let cause = try causes(fixture).first
    #expect(cause?.hasPrefix("hn: the state hn does not depend on the sequence") == true)
  }

  /// A graph of one operation over `[1, t, 4]`.
  private func graph(
    _ op: String, _ attributes: [(String, OnnxFixture.Attribute)] = [], keepsTime: Bool = true
  ) -> OnnxFixture {
    var fixture = OnnxFixture()
    fixture.input("x", [.fixed(1), .free("t"), .fixed(4)])
    fixture.node(op, ["x"], ["a"], name: "/mix/\(op)", attributes)
    fixture.node("Add", ["x", "a"], ["y"])
    fixture.output("y", [.fixed(1), .free("t"), .fixed(4)])
    return fixture
  }

  @Test("reductions over time are named, over channels not")
  func reductions() throws {
    #expect(try causes(graph("ReduceMean", [("axes", .ints([1]))])).count == 1)
    #expect(try causes(graph("ReduceMean", [("axes", .ints([2]))])) == [])
    #expect(try causes(graph("Softmax", [("axis", .int(1))])).count == 1)
    #expect(try causes(graph("Softmax", [("axis", .int(2))])) == [])
  }

  @Test("attention over the block alone is named")
  func attention() throws {
    var fixture = OnnxFixture()
    fixture.input("x", [.fixed(1), .free("t"), .fixed(4)])
    fixture.node("Transpose", ["x"], ["k"], name: "/a/Transpose", [("perm", .ints([0, 2, 1]))])
    fixture.node("MatMul", ["x", "k"], ["l"], name: "/a/MatMul")
    fixture.node("Softmax", ["l"], ["p"], name: "/a/Softmax", [("axis", .int(2))])
    fixture.node("MatMul", ["p", "x"], ["y"], name: "/a/MatMul_1")
    fixture.output("y", [.fixed(1), .free("t"), .fixed(4)])
    let found = try causes(fixture)
    #expect(found.contains { $0.contains("attention without the past") })
  }
}
