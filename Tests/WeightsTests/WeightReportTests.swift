import Tensors
import Testing
import Weights

@Suite struct WeightReportTests {
  @Test(
    "names of other tools lead to the same path",
    arguments: [
      "encoder/layers_0/kernel", "params/encoder/layers_0/kernel", "encoder.layers_0.kernel",
      "encoder.layers.0.kernel", "params/encoder/layers_0/kernel/value",
      "['params']['encoder']['layers_0']['kernel']",
      "['params']['encoder']['layers_0']['kernel'].value", "params.encoder.layers_0.kernel.value",
      "/encoder/layers/0/kernel",
    ])
  func canonicalNames(name: String) {
    #expect(NameMap.canonical(name) == "encoder/layers_0/kernel")
    #expect(NameMap(names: [name]).match("encoder/layers_0/kernel") == .found(name))
  }

  @Test("other collections and odd names are kept")
  func otherNames() {
    #expect(NameMap.canonical("batch_stats/norm/mean") == "batch_stats/norm/mean")
    #expect(NameMap.canonical("params") == "params")
    #expect(NameMap.canonical("value") == "value")
    #expect(NameMap.canonical("") == "")
    #expect(NameMap.canonical("attention/value/kernel") == "attention/value/kernel")
    #expect(NameMap.canonical("0/weight") == "0/weight")
  }

  @Test("a name written exactly wins over others that mean the same")
  func precedence() {
    let map = NameMap(names: ["a.kernel", "params/a/kernel", "a/kernel"])
    #expect(map.match("a/kernel") == .found("a/kernel"))
    #expect(
      NameMap(names: ["a.kernel", "params/a/kernel"]).match("a/kernel") == .found("params/a/kernel")
    )
    #expect(
      NameMap(names: ["a.b", "a/b/value"]).match("params/a/b") == .ambiguous(["a.b", "a/b/value"]))
    #expect(map.match("b/kernel") == .missing)
  }

  static let requests: [WeightRequest] = [
    WeightRequest(path: "good/kernel", shape: [2, 3]),
    WeightRequest(path: "good/bias", shape: [3]),
    WeightRequest(path: "turned/kernel", shape: [2, 3]),
    WeightRequest(path: "counts/kernel", shape: [2]),
    WeightRequest(path: "lost/gamma", shape: [4]),
    WeightRequest(path: "twice/kernel", shape: [1]),
  ]

  static func file(_ names: [(String, Tensor)]) throws -> Safetensors {
    try Safetensors(bytes: Safetensors.encoded(names), name: "model.safetensors")
  }

  @Test("everything that is wrong is reported at once")
  func wholeReport() throws {
    let file = try WeightReportTests.file([
      ("params/good/kernel", Tensor(zeros: [2, 3])), ("good.bias", Tensor(zeros: [3], .bfloat16)),
      ("turned/kernel", Tensor(zeros: [3, 2])), ("counts/kernel", Tensor(zeros: [2], .int32)),
      ("lost/gama", Tensor(zeros: [4])), ("other", Tensor(zeros: [1])),
      ("twice.kernel", Tensor(zeros: [1])), ("twice/kernel/value", Tensor(zeros: [1])),
    ])
    let report = WeightReport(requests: WeightReportTests.requests, file: file)
    #expect(!report.isLoadable)
    #expect(
      report.description == """
        model.safetensors: 2 of 6 parameters found
        1 missing:
          lost/gamma [4]; did you mean lost/gama?
        2 with another shape or type:
          turned/kernel is F32 [3, 2], expected float32 [2, 3]; transposed: PyTorch keeps matrices \
        and kernels the other way round
          counts/kernel is I32 [2], expected float32 [2]; the kinds of numbers differ
        1 ambiguous:
          twice/kernel could be twice.kernel or twice/kernel/value
        2 unused:
          lost/gama
          other
        """)
    let error = #expect(throws: WeightError.self) {
      try file.tensors(for: WeightReportTests.requests)
    }
    #expect(error?.code == .mismatch)
    #expect(error?.description == report.description)
  }

  @Test("a complete file loads in the dtypes asked for, and unused tensors are named")
  func loading() throws {
    let file = try WeightReportTests.file([
      ("a/kernel", Tensor([BFloat16(1.5)])), ("b", Tensor([Float(2)])), ("c", Tensor([Int32(3)])),
    ])
    let loaded = try file.tensors(for: [
      WeightRequest(path: "params/a/kernel", shape: [1]),
      WeightRequest(path: "c", shape: [1], dtype: .int64),
    ])
    #expect(loaded.tensors["params/a/kernel"]?.elements() == [Float(1.5)])
    #expect(loaded.tensors["c"]?.elements() == [Int64(3)])
    #expect(loaded.report.unused == ["b"])
  }

  @Test("a long list is shortened and counted")
  func longLists() throws {
    let requests = (0..<30).map { WeightRequest(path: "layer_\($0)/kernel", shape: [1]) }
    let report = WeightReport(requests: requests, file: try WeightReportTests.file([]))
    #expect(report.missing.count == 30)
    #expect(report.description.hasSuffix("  … 10 more"))
  }

  @Test(
    "a wrong shape comes with its likely reason",
    arguments: [
      ([1, 3], [3], "the same but for axes of 1"), ([5, 2, 3], [2, 3], "further leading axes"),
      ([3, 1, 2], [1, 2, 3], "the same axes in another order"),
    ])
  func shapeHints(found: [Int], expected: [Int], hint: String) throws {
    let file = try WeightReportTests.file([("x", Tensor(zeros: found))])
    let report = WeightReport(requests: [WeightRequest(path: "x", shape: expected)], file: file)
    let given = try #require(report.unfit.first?.hint)
    #expect(given.contains(hint) || (hint.contains("axes of 1") && given.contains("axes of 1")))
  }
}
