import Foundation
import Layers
import ONNX
import Runtime
import Serialization
import Tensors

/// Small models that the tests make themselves.
enum Fixtures {
  /// Numbers that look drawn, and are the same everywhere.
  static func numbers(_ count: Int, seed: Int) -> [Float] {
    (0..<count).map { Float(sin(Double($0 * 7 + seed * 13) * 0.7)) * 0.4 }
  }

  /// `y = x + w`, `[1, t, 4]`, without the weight.
  static func identity() -> OnnxFixture {
    var fixture = OnnxFixture()
    fixture.input("x", [.fixed(1), .free("t"), .fixed(4)])
    fixture.node("Add", ["x", "w"], ["y"], name: "/out/Add")
    fixture.output("y", [.fixed(1), .free("t"), .fixed(4)])
    return fixture
  }

  /// A causal convolution of 3 taps over `[1, 4, t]` and a GRU.
  ///
  /// Their cache and state are inputs, or, when it is not fixed, zeros. `encoder` is what the first module
  /// is called.
  static func causal(
    isFixed: Bool, time: OnnxFixture.Extent = .free("t"), encoder: String = "encoder"
  ) -> OnnxFixture {
    var fixture = OnnxFixture()
    fixture.input("x", [.fixed(1), .fixed(4), time])
    fixture.weight("\(encoder).conv.weight", [4, 4, 3], numbers(48, seed: 1))
    fixture.weight("\(encoder).conv.bias", [4], numbers(4, seed: 2))
    if isFixed {
      fixture.input("cache", [.fixed(1), .fixed(4), .fixed(2)])
      fixture.input("h", [.fixed(1), .fixed(1), .fixed(4)])
      fixture.node(
        "Concat", ["cache", "x"], ["joined"], name: "/\(encoder)/conv/Concat", [("axis", .int(2))])
      fixture.node(
        "Conv", ["joined", "\(encoder).conv.weight", "\(encoder).conv.bias"], ["c"],
        name: "/\(encoder)/conv/Conv", [("kernel_shape", .ints([3]))])
      fixture.integers("end", [1], [Int64.max])
      fixture.integers("start", [1], [-2])
      fixture.integers("axes", [1], [2])
      fixture.node(
        "Slice", ["joined", "start", "end", "axes"], ["new_cache"], name: "/\(encoder)/conv/Slice")
    } else {
      fixture.node(
        "Conv", ["x", "\(encoder).conv.weight", "\(encoder).conv.bias"], ["c"],
        name: "/\(encoder)/conv/Conv", [("kernel_shape", .ints([3])), ("pads", .ints([2, 0]))])
    }
    fixture.node("Relu", ["c"], ["r"], name: "/\(encoder)/relu/Relu")
    fixture.node(
      "Transpose", ["r"], ["s"], name: "/decoder/Transpose", [("perm", .ints([2, 0, 1]))])
    fixture.weight("gru.w", [1, 12, 4], numbers(48, seed: 3))
    fixture.weight("gru.r", [1, 12, 4], numbers(48, seed: 4))
    fixture.weight("gru.b", [1, 24], numbers(24, seed: 5))
    fixture.node(
      "GRU",
      isFixed ? ["s", "gru.w", "gru.r", "gru.b", "", "h"] : ["s", "gru.w", "gru.r", "gru.b"],
      ["g", "hn"], name: "/decoder/gru/GRU",
      [("hidden_size", .int(4)), ("linear_before_reset", .int(1))])
    fixture.integers("one", [1], [1])
    fixture.node("Squeeze", ["g", "one"], ["q"], name: "/decoder/Squeeze")
    fixture.node(
      "Transpose", ["q"], ["y"], name: "/decoder/Transpose_1", [("perm", .ints([1, 0, 2]))])
    fixture.output("y", [.fixed(1), time, .fixed(4)])
    if isFixed {
      fixture.output("new_cache", [.fixed(1), .fixed(4), .fixed(2)])
      fixture.output("hn", [.fixed(1), .fixed(1), .fixed(4)])
    }
    return fixture
  }

  /// The layer of a fixture.
  static func graph(
    _ fixture: OnnxFixture, offline: OnnxFixture? = nil,
    _ change: (inout OnnxGraph.Config) -> Void = { _ in }
  ) throws -> OnnxGraph {
    var config = OnnxGraph.Config()
    config.file = "fixture.onnx"
    change(&config)
    return try OnnxGraph(
      config, OnnxSource(ByteFile(bytes: fixture.bytes, name: "fixture.onnx")),
      offline: offline.map {
        try OnnxSource(ByteFile(bytes: $0.bytes, name: "offline.onnx"))
      })
  }

  /// Timesteps that look like noise.
  static func sequence(rows: Int = 1, time: Int, _ channels: Shape) throws -> SequenceTensor {
    let shape = [rows, time] + channels
    return try SequenceTensor(values: Tensor(numbers(shape.elementCount, seed: 9), shape: shape))
  }
}
