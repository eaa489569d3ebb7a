import Layers
import Programs
import Tensors
public import Weights

// States in files: a safetensors file with one tensor a leaf, named by the leaf's path.
extension StreamSnapshot {
  /// The bytes of a safetensors file: leaves by path; the position is in its metadata.
  public var fileBytes: [UInt8] {
    Safetensors.encoded(named, metadata: metadata)
  }

  /// Writes the state to a file; its path holds the old file until the new one is whole.
  ///
  /// - Throws: the error of the file that cannot be written.
  public func write(to path: String) throws {
    try Safetensors.write(named, metadata: metadata, to: path)
  }

  private var metadata: [String: String] {
    var result = ["position": "\(position)", "content": Self.content]
    if let cacheCapacity { result["cache_capacity"] = "\(cacheCapacity)" }
    return result
  }

  private static let content = "state of a stream"

  private var named: [(name: String, tensor: Tensor)] {
    zip(leaves, values).map { ($0.path, $1) }
  }

  /// The state in a file, for a stream of that model and batch.
  ///
  /// - Throws: ``RuntimeError`` `.invalidState` naming every leaf that is missing, unknown or of
  ///   another type; the error of the file if it cannot be read.
  public init(_ file: Safetensors, for stream: Stream) throws {
    guard let position = file.metadata["position"].flatMap({ Int($0) }) else {
      throw RuntimeError(
        .invalidState, found: "\(file.path), which has no position in its metadata",
        expected: "a state written by a stream")
    }
    let capacity = file.metadata["cache_capacity"].flatMap { Int($0) }
    let leaves = try stream.form(of: capacity).leaves
    var values: [Tensor] = []
    var problems: [String] = []
    for leaf in leaves {
      guard let entry = file.entry(leaf.path) else {
        problems.append("\(leaf.path) is missing")
        continue
      }
      guard entry.dtype == leaf.type.dtype, entry.shape == leaf.type.shape else {
        problems.append(
          "\(leaf.path) is \(entry.dtypeName)\(entry.shape.shapeText), not \(leaf.type)")
        continue
      }
      values.append(try file.tensor(leaf.path))
    }
    let known = Set(leaves.map(\.path))
    problems += file.names.filter { !known.contains($0) }.map { "\($0) is no leaf of this model" }
    guard problems.isEmpty else {
      throw RuntimeError(
        .invalidState, found: problems.joined(separator: "; "),
        expected: "the \(leaves.count) leaves of this stream")
    }
    self.init(
      position: position, batch: stream.batch,
      cacheCapacity: stream.cacheCapacity.map { capacity ?? $0 },
      leaves: leaves, values: values)
  }
}
