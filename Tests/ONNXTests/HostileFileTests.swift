import Foundation
import ONNX
import Serialization
import Tensors
import Testing

/// Files that are damaged, or made to do harm.
@Suite struct HostileFileTests {
  private static func open(_ bytes: [UInt8]) throws -> OnnxSource {
    try OnnxSource(ByteFile(bytes: bytes, name: "m.onnx")) { name in
      throw OnnxError.opened(name)
    }
  }

  /// A convolution and a recurrent layer with weights.
  static var fixture: OnnxFixture { Fixtures.causal(isFixed: true) }

  @Test("a model that ends early is refused, wherever it ends")
  func truncated() throws {
    let bytes = Self.fixture.bytes
    for count in stride(from: 0, to: bytes.count, by: 7) {
      #expect(throws: (any Error).self, "\(count) bytes") {
        let source = try Self.open(Array(bytes[..<count]))
        _ = try OnnxGraph(OnnxGraph.Config(), source)
        // What is left may be whole messages by chance; then weights or nodes are missing.
        if count > bytes.count - 40 { throw OnnxError.opened("") }
      }
    }
  }

  /// Models of every shape that the reader, the tracer and the lint have a way for.
  static var seeds: [OnnxFixture] {
    [
      fixture, Fixtures.causal(isFixed: false), Fixtures.identity(),
      Fixtures.packed(isExchanged: true),
      Fixtures.recurrent(.lastOutput), Fixtures.newestFirst(isRight: false),
      Fixtures.inBranch(.oldest), Fixtures.twoCaches(areExchanged: true),
      Fixtures.decoder(.masked), Fixtures.decoder(.counted), Fixtures.offsets(),
    ] + [.keepsOldest, .reversed, .mixed].map(Fixtures.cached)
  }

  /// How many changes of each model are tried; more where somebody asks for a longer run.
  private static let rounds =
    ProcessInfo.processInfo.environment["ONNX_FUZZ"].flatMap(Int.init) ?? 20

  @Test("changed bytes never crash, not the reader, the tracer or the lint", arguments: 0..<8)
  func mutated(seed: Int) throws {
    var stream = RandomStream(seed: UInt64(seed), name: "onnx mutations")
    func below(_ count: Int) -> Int { min(Int(stream.uniform() * Double(count)), count - 1) }
    for bytes in Self.seeds.map(\.bytes) {
      for _ in 0..<Self.rounds {
        var changed = bytes
        for _ in 0...below(4) {
          let place = below(changed.count)
          let part = place..<min(changed.count, place + 1 + below(24))
          switch below(4) {
          case 0: changed.insert(contentsOf: changed[part], at: below(changed.count))
          case 1 where changed.count > 64: changed.removeSubrange(part)
          case 2: changed[place] = [0, 1, 0x7F, 0x80, 0xFF][below(5)]
          default: changed[place] = UInt8(below(256))
          }
        }
        _ = Result {
          LayerLint.findings(try OnnxGraph(OnnxGraph.Config(), try Self.open(changed)))
        }
      }
    }
  }

  @Test("a length beyond the file is refused before anything is allocated")
  func longLength() {
    let bytes: [UInt8] = [8, 8, 0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 1, 2]
    let error = #expect(throws: OnnxError.self) { try Self.open(bytes) }
    #expect(error?.code == .damaged)
  }

  @Test("messages nested too deep are refused")
  func nested() {
    // If nodes in If nodes.
    var inner: [UInt8] = []
    for _ in 0..<300 {
      var graph = OnnxWriter()
      graph.message(1) { node in
        node.text(4, "If")
        node.message(5) { attribute in
          attribute.text(1, "then_branch")
          attribute.bytes(6, inner)
        }
      }
      inner = graph.bytes
    }
    var model = OnnxWriter()
    model.bytes(7, inner)
    let error = #expect(throws: OnnxError.self) { try Self.open(model.bytes) }
    #expect(error?.code == .limit)
  }

  @Test(
    "data outside the folder of the model is refused",
    arguments: ["../secret", "/etc/passwd", "a/../../b", "", "..\\x"])
  func outside(path: String) throws {
    var fixture = Fixtures.identity()
    fixture.external("w", [4], file: path)
    let source = try Self.open(fixture.bytes)
    let error = #expect(throws: OnnxError.self) {
      try GraphEvaluation.run(source, [Tensor(zeros: [1, 2, 4])])
    }
    #expect(error?.code == .outside)
  }

  @Test("data beside the model is asked for by its name")
  func beside() throws {
    var fixture = Fixtures.identity()
    fixture.external("w", [4], file: "weights/a.bin")
    let source = try Self.open(fixture.bytes)
    let error = #expect(throws: OnnxError.self) {
      try GraphEvaluation.run(source, [Tensor(zeros: [1, 2, 4])])
    }
    #expect(error?.found == "weights/a.bin")
  }

  @Test("a small file does not ask for a large array")
  func largeShape() throws {
    var fixture = Fixtures.identity()
    fixture.weight("w", [1 << 20, 1 << 20], [1])
    let error = #expect(throws: OnnxError.self) {
      try GraphEvaluation.run(try Self.open(fixture.bytes), [Tensor(zeros: [1, 2, 4])])
    }
    #expect(error?.code == .damaged)
  }

  @Test("a graph does not make a large array of a small one")
  func largeFill() throws {
    var fixture = OnnxFixture()
    fixture.input("x", [.fixed(1), .free("t"), .fixed(4)])
    fixture.integers("shape", [3], [1 << 30, 1 << 30, 1 << 30])
    fixture.node("ConstantOfShape", ["shape"], ["big"])
    fixture.node("Add", ["x", "big"], ["y"])
    fixture.output("y", [.fixed(1), .free("t"), .fixed(4)])
    let source = try Self.open(fixture.bytes)
    #expect(throws: OnnxError.self) { try OnnxGraph(OnnxGraph.Config(), source) }
  }

  @Test("functions that call themselves are refused")
  func recursion() throws {
    var fixture = OnnxFixture()
    fixture.input("x", [.fixed(1), .free("t"), .fixed(4)])
    fixture.function(
      "F", domain: "own", inputs: ["a"], outputs: ["b"], nodes: [("F", "own", ["a"], ["b"])])
    fixture.node("F", ["x"], ["y"], domain: "own")
    fixture.output("y", [.fixed(1), .free("t"), .fixed(4)])
    let source = try Self.open(fixture.bytes)
    let error = #expect(throws: OnnxError.self) { try OnnxGraph(OnnxGraph.Config(), source) }
    #expect(error != nil)
  }

  @Test("all operators that are missing are named at once, with their places")
  func unsupported() {
    var fixture = OnnxFixture()
    fixture.input("x", [.fixed(1), .free("t"), .fixed(4)])
    fixture.node("NonZero", ["x"], ["a"], name: "/enc/NonZero")
    fixture.node("QAttention", ["a"], ["b"], name: "/dec/L", domain: "com.microsoft")
    fixture.output("b", [.fixed(1), .free("t"), .fixed(4)])
    let error = #expect(throws: OnnxError.self) { try Self.open(fixture.bytes) }
    #expect(error?.code == .unsupported)
    #expect(error?.found.contains("NonZero in enc/a") == true)
    #expect(error?.found.contains("com.microsoft::QAttention in dec/b") == true)
  }
}

extension OnnxError {
  /// Stands for a file that was asked for.
  fileprivate static func opened(_ name: String) -> OnnxError {
    OnnxError(.invalidNode, "", found: name)
  }
}
