import Datasets
import Foundation
import Serialization
import Tensors
import Testing
import Traces
import Weights

/// Files of recorded runs, in a folder of their own that is removed afterwards.
final class ForeignFiles {
  let folder: String

  init() throws {
    let place = FileManager.default.temporaryDirectory.appending(
      path: "traces-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    folder = place.path
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// A value as a recorder of another framework has it.
  struct Value {
    var name: String
    var tensor: Tensor
    /// The axis of time, and the timesteps of each block; nil for a value a block.
    var time: Int?
    var sizes: [Int]?
  }

  /// Writes a `.safetensors` file with a manifest; gives its path.
  func safetensors(
    _ name: String, kind: String, blocks: [Int], _ values: [Value], more: String = ""
  ) throws -> String {
    let facts = values.map { value in
      let time = value.time.map(String.init) ?? "null"
      let sizes = value.sizes.map { "\($0)" } ?? "null"
      return "\"\(value.name)\": {\"time\": \(time), \"stacked\": \(value.time == nil), "
        + "\"sizes\": \(sizes)}"
    }
    let order = values.map { "\"\($0.name)\"" }.joined(separator: ", ")
    let manifest =
      "{\"format\": \"sequence-trace 1\", \"kind\": \"\(kind)\", \"blocks\": \(blocks), "
      + "\"order\": [\(order)], \"values\": {\(facts.joined(separator: ", "))}\(more)}"
    let path = "\(folder)/\(name).safetensors"
    try Safetensors.write(
      values.map { ($0.name, $0.tensor) }, metadata: ["sequence-trace": manifest], to: path)
    return path
  }

  /// Writes a `.safetensors` file with any text as its manifest; gives its path.
  func safetensors(
    _ name: String, manifest: String, _ tensors: [(name: String, tensor: Tensor)]
  ) throws -> String {
    let path = "\(folder)/\(name).safetensors"
    try Safetensors.write(tensors, metadata: ["sequence-trace": manifest], to: path)
    return path
  }

  /// Writes a `.npz` file without a manifest; gives its path.
  func npz(_ name: String, _ arrays: [(name: String, tensor: Tensor)]) throws -> String {
    let path = "\(folder)/\(name).npz"
    try AtomicFile.write(Npz.encoded(arrays), to: path)
    return path
  }

  /// Writes a text file; gives its path.
  func text(_ name: String, _ text: String) throws -> String {
    let path = "\(folder)/\(name)"
    try AtomicFile.write(Array(text.utf8), to: path)
    return path
  }
}

extension Tensor {
  /// Seeded noise.
  static func noise(_ shape: Shape, seed: UInt64 = 3) -> Tensor {
    var random = RandomStream(seed: seed, name: "foreign files")
    return Tensor((0..<shape.elementCount).map { _ in Float(random.normal()) }, shape: shape)
  }

  /// The same numbers with those from a position on changed by 1.
  func changed(from start: Int) -> Tensor {
    let values = elements(as: Float.self)
    return Tensor(values.enumerated().map { $0 < start ? $1 : $1 + 1 }, shape: shape)
  }
}
