import Serialization
import Tensors
import Testing
import Weights

/// A model in two files and its index, as they lie in a folder.
@Suite struct SafetensorsIndexTests {
  private static let index = """
    {"metadata": {"total_size": 12},
     "weight_map": {"b": "m-2.safetensors", "a": "m-1.safetensors"}}
    """

  private func open(
    _ index: String,
    _ shards: [String: [UInt8]] = [
      "m-1.safetensors": Safetensors.encoded([("a", Tensor([Float(1)]))]),
      "m-2.safetensors": Safetensors.encoded([
        ("b", Tensor([Float(2), 3])), ("c", Tensor([Float(4)])),
      ]),
    ]
  ) throws -> Safetensors {
    try Safetensors(path: "dir/m.safetensors.index.json") { path in
      let name = String(path.split(separator: "/").last ?? "")
      if name.hasSuffix(".json") { return ByteFile(bytes: Array(index.utf8), name: path) }
      #expect(path == "dir/\(name)")
      guard let bytes = shards[name] else { throw FileError(.notFound, path: path) }
      return ByteFile(bytes: bytes, name: path)
    }
  }

  @Test("an index opens all its files")
  func shards() throws {
    let file = try open(Self.index.replacing("\n", with: "\r\n"))
    #expect(file.names == ["b", "a"])
    #expect(try file.tensor("a").elements() == [Float(1)])
    #expect(try file.tensor("b").elements() == [Float(2), 3])
    let requests = [WeightRequest(path: "a", shape: [1]), WeightRequest(path: "b", shape: [2])]
    #expect(try file.tensors(for: requests).report.isLoadable)
  }

  @Test(
    "what does not fit is said",
    arguments: [
      (#"{"weight_map": {"zz": "m-1.safetensors"}}"#, "which does not hold it"),
      (#"{"weight_map": {"a": "../m-1.safetensors"}}"#, "a file beside the index"),
      (#"{"weight_map": {"a": "/etc/passwd"}}"#, "a file beside the index"),
      (#"{"weight_map": {"a": 1}}"#, "a file beside the index"),
      (#"{"weight_map": "#, "not valid JSON"),
      (#"{"weight_map": {"a": "m-9.safetensors"}}"#, "no such file"),
    ])
  func misfits(index: String, message: String) {
    do {
      _ = try open(index)
      Issue.record("opened")
    } catch { #expect("\(error)".contains(message), "\(error)") }
  }
}
