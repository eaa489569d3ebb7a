import Tensors
import Testing
import Weights

/// Arrays of other frameworks under our names and in our layouts.
@Suite struct WeightMapTests {
  private func apply(_ map: String, _ tensors: [String: Tensor]) throws -> WeightMap.Result {
    try WeightMap(map, path: "names.map").apply(tensors.keys.sorted()) { name in
      try #require(tensors[name])
    }
  }

  private func numbers(_ shape: Shape) -> Tensor {
    Tensor((0..<shape.elementCount).map { Float($0) }, shape: shape)
  }

  @Test("braces stand for parts of names")
  func patterns() throws {
    let result = try apply(
      "encoder.{n}.{kind} -> conv_{n}/{kind}",
      ["encoder.0.weight": numbers([2]), "encoder.11.bias": numbers([2]), "head": numbers([1])])
    #expect(result.tensors.map(\.name) == ["conv_0/weight", "conv_11/bias"])
    #expect(result.unmatched == ["head"])
  }

  @Test("a matrix is transposed, a kernel gets its channels last")
  func layouts() throws {
    let result = try apply(
      "a -> dense/kernel transpose\nb -> conv/kernel conv  # [out, in, k]",
      ["a": numbers([2, 3]), "b": numbers([2, 3, 4])])
    #expect(result.tensors[0].tensor.shape == [3, 2])
    #expect(result.tensors[0].tensor.doubles() == [0, 3, 1, 4, 2, 5])
    let kernel = result.tensors[1].tensor
    #expect(kernel.shape == [4, 3, 2])
    #expect(kernel.double(at: [1, 2, 0]) == 9)
    #expect(kernel.double(at: [3, 0, 1]) == 15)
  }

  @Test("the kernel of a transposed convolution has its taps in reverse")
  func transposedConvolution() throws {
    let result = try apply(
      "w -> kernel convtranspose  # [in, out, k]", ["w": numbers([2, 3, 4])])
    let kernel = result.tensors[0].tensor
    #expect(kernel.shape == [4, 2, 3])
    for (input, output, tap) in [(0, 0, 0), (1, 2, 1), (0, 2, 3)] {
      #expect(kernel.double(at: [3 - tap, input, output]) == Double(input * 12 + output * 4 + tap))
    }
  }

  @Test(
    "gates are put into our order",
    arguments: [
      ("iofc>ifco", [0.0, 2, 3, 1]), ("ifgo>ifco", [0, 1, 2, 3]), ("ifco>iofc", [0, 3, 1, 2]),
    ])
  func gates(_ rule: String, _ order: [Double]) throws {
    let result = try apply("w -> lstm gates=\(rule)", ["w": numbers([4])])
    #expect(result.tensors[0].tensor.doubles() == order)
  }

  @Test("joined queries, keys and values are split, split ones joined, biases added")
  func parts() throws {
    let split = try apply(
      "qkv -> q part=0/3\nqkv -> k part=1/3\nqkv -> v part=2/3", ["qkv": numbers([6, 1])])
    #expect(split.tensors.map { $0.tensor.doubles() } == [[0, 1], [2, 3], [4, 5]])
    let joined = try apply("{p}.w -> all join", ["a.w": numbers([2]), "b.w": numbers([1])])
    #expect(joined.tensors[0].tensor.doubles() == [0, 1, 0])
    let sum = try apply("bias_{p} -> bias sum", ["bias_hh": numbers([3]), "bias_ih": numbers([3])])
    #expect(sum.tensors[0].tensor.doubles() == [0, 2, 4])
  }

  @Test("rotary pairs become halves in every head")
  func rotary() throws {
    let result = try apply("q -> q rotary=2", ["q": numbers([8])])
    #expect(result.tensors[0].tensor.doubles() == [0, 2, 1, 3, 4, 6, 5, 7])
  }

  @Test(
    "mistakes name their line",
    arguments: ["a b", "a -> b turn", "a -> b gates=ifo>ifoc", "a -> b part=3/3"])
  func mistakes(map: String) {
    let error = #expect(throws: WeightError.self) { try WeightMap("\n" + map, path: "m") }
    #expect(error?.path == "m:2")
  }

  @Test("two arrays of one target need a rule, and shapes have to fit")
  func conflicts() {
    #expect(throws: WeightError.self) {
      try apply("{p}.w -> all", ["a.w": numbers([2]), "b.w": numbers([1])])
    }
    #expect(throws: WeightError.self) { try apply("a -> b transpose", ["a": numbers([2])]) }
  }
}
