import Comparison
import Tensors
import Testing
import Traces

/// What frameworks write, and what is easily misread in it.
@Suite struct ForeignTraceTests {
  private let files: ForeignFiles
  private let blocks = Array(repeating: 4, count: 6)

  init() throws { files = try ForeignFiles() }

  private func pair(
    _ offline: [ForeignFiles.Value], _ stream: [ForeignFiles.Value], more: String = "",
    _ options: ForeignPair.Options = ForeignPair.Options()
  ) throws -> ForeignPair {
    try ForeignPair(
      offline: files.safetensors("offline", kind: "layer", blocks: [24], offline),
      stream: files.safetensors("stream", kind: "step", blocks: blocks, stream, more: more), options
    )
  }

  private func value(
    _ name: String, _ tensor: Tensor, _ time: Int, sizes: [Int]? = nil
  ) -> ForeignFiles.Value {
    ForeignFiles.Value(name: name, tensor: tensor, time: time, sizes: sizes)
  }

  @Test(
    "time on any axis is read as [b, t, …]", arguments: [[2, 24, 5], [2, 5, 24], [24, 2, 5]])
  func axes(_ shape: [Int]) throws {
    let time = try #require(shape.firstIndex(of: 24))
    let tensor = Tensor.noise(shape)
    let other = Tensor.noise([2, 24, 3])
    let found = try pair(
      [value("x", other, 1), value("y", tensor, time)],
      [value("x", other, 1), value("y", tensor, time)])
    #expect(found.offline.places.map(\.timeCount) == [24, 24])
    #expect(found.offline.places[1].channelShape == [5] && found.offline.places[1].rowCount == 2)
    try TraceRules.check(found.offline)
    try TraceRules.check(found.stream)
    #expect(try found.diagnosis().verdict == .equal)
  }

  @Test("heads that are folded into rows are channels of the rows")
  func foldedHeads() throws {
    let x = Tensor.noise([2, 24, 3])
    let folded = Tensor.noise([8, 24, 3])
    let wrong = folded.changed(from: 4 * 24 * 3 + 30)
    let found = try pair(
      [value("x", x, 1), value("heads", folded, 1)], [value("x", x, 1), value("heads", wrong, 1)])
    let finding = try #require(try found.diagnosis().finding)
    // The fifth of eight is the first head of row 1; other heads differ from their start.
    #expect(finding.row == 1 && finding.time == 0)
  }

  @Test("a cache before each block is left out")
  func cacheBeforeBlock() throws {
    let joined = Tensor.noise([1, 27, 2])
    let parts = (0..<6).map { joined.part(rows: 0..<1, times: $0 * 4..<$0 * 4 + 7) }
    let stream = Tensor.joinedInTime(parts)
    let found = try pair(
      [value("joined", joined, 1)],
      [value("joined", stream, 1, sizes: Array(repeating: 7, count: 6))])
    #expect(try found.diagnosis().verdict == .equal)
    #expect(found.stream.places[0].timeCount == 24)
    #expect(found.stream.notes.contains { $0.contains("come again") })
  }

  @Test("a latency is found from the values, and what is late is compared with what it belongs to")
  func latency() throws {
    let x = Tensor.noise([2, 24, 3])
    let warm = Tensor(zeros: [2, 3, 3])
    let late = Tensor.joinedInTime([warm, x])
    let found = try pair(
      [value("x", x, 1), value("y", x, 1)], [value("x", x, 1), value("y", late, 1)])
    let diagnosis = try found.diagnosis()
    #expect(diagnosis.verdict == .equal && diagnosis.comparisons[1].pair.shift.steps == 3)
    #expect(diagnosis.notes.contains { $0.contains("3 timesteps late") })
  }

  @Test("a latency that the recorder says excuses the end that is still inside")
  func declaredLatency() throws {
    let x = Tensor.noise([2, 24, 3])
    let cut = Tensor.joinedInTime([
      Tensor(zeros: [2, 3, 3]), x.part(rows: 0..<2, times: 0..<21),
    ])
    let values = ([value("x", x, 1), value("y", x, 1)], [value("x", x, 1), value("y", cut, 1)])
    let said = try pair(values.0, values.1, more: ", \"latency\": 3").diagnosis()
    #expect(said.verdict == .equal)
    let unsaid = try pair(values.0, values.1).diagnosis()
    #expect(unsaid.finding?.causes.first?.cause == .flushMissing)
  }

  @Test("layers that give fewer timesteps than the blocks have are compared by their own time")
  func subsampling() throws {
    let (x, y) = (Tensor.noise([1, 24, 3]), Tensor.noise([1, 12, 3]))
    let found = try pair(
      [value("x", x, 1), value("y", y, 1)],
      [
        value("x", x, 1, sizes: blocks),
        value("y", y.changed(from: 24), 1, sizes: Array(repeating: 2, count: 6)),
      ])
    let finding = try #require(try found.diagnosis().finding)
    #expect(finding.time == 8 && finding.block?.index == 4 && finding.block?.offset == 0)
  }

  @Test("one array a block is read as one")
  func ragged() throws {
    let x = Tensor.noise([1, 10, 2])
    let offline = try files.npz("offline", [("x", x), ("y", x)])
    let parts = [0..<3, 3..<4, 4..<10].enumerated().flatMap { index, times in
      ["x", "y"].map { ("\($0)@\(index)", x.part(rows: 0..<1, times: times)) }
    }
    let stream = try files.npz("stream", parts.map { (name: $0.0, tensor: $0.1) })
    let found = try ForeignPair(offline: offline, stream: stream, ForeignPair.Options())
    #expect(found.stream.blocks.sizes == [3, 1, 6])
    #expect(try found.diagnosis().verdict == .equal)
  }

  @Test("without a manifest, time is the axis that most arrays share, and that is said")
  func dumps() throws {
    let arrays = [
      ("a", Tensor.noise([2, 24, 5])), ("b", .noise([2, 7, 24])), ("c", .noise([24, 2, 5])),
    ]
    let offline = try files.npz("offline", arrays.map { (name: $0.0, tensor: $0.1) })
    let found = try ForeignPair(offline: offline, stream: offline, ForeignPair.Options())
    #expect(found.offline.places.map(\.timeCount) == [24, 24, 24])
    #expect(found.lines.contains { $0.contains("--layout") })
    var options = ForeignPair.Options()
    options.layout = (try AxisOrder("tbc"), try AxisOrder("tbc"))
    let said = try ForeignPair(offline: offline, stream: offline, options)
    #expect(said.offline.places.map(\.timeCount).contains(2))
  }

  @Test(
    "a manifest that cannot be right is refused, whatever it says",
    arguments: [
      ("", "JSON"), ("{}", "format"), ("{\"format\": \"sequence-trace 9\"}", "sequence-trace 9"),
      ("\"blocks\": [1000000000000000000, 9000000000000000000]", "blocks"),
      ("\"blocks\": [0]", "blocks"), ("\"blocks\": \"4\"", "blocks"),
      ("\"latency\": -9223372036854775807", "latency"), ("\"latency\": \"3\"", "latency"),
      ("\"values\": {\"x\": {\"time\": -1}}", "time axis"),
      ("\"values\": {\"x\": {\"time\": 1, \"sizes\": [-4]}}", "sizes"),
      ("\"kind\": 3", "kind"),
    ])
  func badManifests(_ text: String, _ part: String) throws {
    let isWhole = text.isEmpty || text.hasPrefix("{")
    let manifest = isWhole ? text : "{\"format\": \"sequence-trace 1\", \(text)}"
    let path = try files.safetensors("bad", manifest: manifest, [("x", Tensor.noise([1, 10, 2]))])
    let error = #expect(throws: TraceError.self) {
      try ForeignPair(offline: path, stream: path, ForeignPair.Options())
    }
    #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
  }

  @Test(
    "a manifest that contradicts its arrays is read as far as it goes",
    arguments: [
      "\"blocks\": [3]", "\"blocks\": [4294967296]", "\"order\": [\"y\", \"y\", 3]",
      "\"values\": {\"x\": {\"time\": 7}}", "\"values\": {\"x\": {\"time\": 1, \"sizes\": [1, 2]}}",
      "\"values\": {\"x\": {\"time\": 2, \"sizes\": [0, 0, 2]}}",
      "\"inputs\": {\"x\": [\"x\", \"y\"]}",
      "\"blocks\": [1, 1], \"values\": {\"x\": {\"time\": null, \"stacked\": true}}",
    ])
  func oddManifests(_ text: String) throws {
    let manifest = "{\"format\": \"sequence-trace 1\", \(text)}"
    let x = Tensor.noise([1, 10, 2])
    let offline = try files.safetensors("a", manifest: manifest, [("x", x)])
    let stream = try files.safetensors("b", manifest: manifest, [("x", x.changed(from: 7))])
    // It may be refused; it must not trap.
    _ = Result {
      try ForeignPair(offline: offline, stream: stream, ForeignPair.Options()).diagnosis()
    }
  }

  @Test("a file that cannot be read as a trace says what it is and what to do")
  func refusals() throws {
    let x = Tensor.noise([1, 10, 2])
    let bad = try files.safetensors(
      "bad", kind: "both", blocks: [10], [value("x", x, 1)])
    let error = #expect(throws: TraceError.self) {
      try ForeignPair(offline: bad, stream: bad, ForeignPair.Options())
    }
    #expect(error?.description.contains("\"layer\" or \"step\"") == true)
    let (a, b) = (try files.npz("a", [("x", x)]), try files.npz("b", [("zebra", x)]))
    let apart = #expect(throws: TraceError.self) {
      try ForeignPair(offline: a, stream: b, ForeignPair.Options()).diagnosis()
    }
    let text = apart?.description ?? ""
    #expect(text.contains("OFFLINE has") && text.contains("STREAM has") && text.contains("--map"))
  }
}
