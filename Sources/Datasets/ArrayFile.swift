public import Tensors
package import Weights

/// Reads one array out of any file that holds arrays.
///
/// A place is `run.npy`, `run.npz:logits` or `run.safetensors:output.values`; the name may be left
/// out if the file holds only one array. Recordings (`.wav`) give their samples `[1, t]` or
/// `[1, t, n]`.
public enum ArrayFile {
  /// Reads the array at a place.
  ///
  /// - Throws: `DatasetError`, `WeightError` or `FileError`, each with the place and what to do.
  public static func read(_ place: String) throws -> Tensor {
    try read(place) { try ByteFile(path: $0) }
  }

  /// Reads the array at a place, from where `open` finds its file.
  package static func read(_ place: String, open: FileOpener) throws -> Tensor {
    let (path, name) = split(place)
    let file = try open(path)
    switch try FileKind.of(file) {
    case .npy:
      guard name == nil else {
        throw DatasetError(
          .unknownMember, path: path, found: "a .npy file holds one array without a name",
          suggestion: "leave out \":\(name ?? "")\"")
      }
      return try Npy.read(file, path: path)
    case .npz:
      let archive = try Npz(file)
      return try archive.array(MemberNames.chosen(name, in: path, names: archive.names))
    case .safetensors:
      let tensors = try Safetensors(file)
      return try tensors.tensor(MemberNames.chosen(name, in: path, names: tensors.names))
    case .wav:
      let samples = try Wav(file).samples
      let shape = samples.shape
      return samples.reshaped(shape[1] == 1 ? [1, shape[0]] : [1, shape[0], shape[1]])
    case .text:
      throw DatasetError(
        .unknownKind, path: path, found: "this is text",
        expected: "a .npy, .npz or .safetensors file")
    }
  }

  /// A path and, behind its ending and a colon, a name.
  static func split(_ place: String) -> (path: String, name: String?) {
    for ending in [".npy:", ".npz:", ".safetensors:", ".wav:"] {
      guard let range = place.firstRange(of: ending) else { continue }
      let name = String(place[range.upperBound...])
      return (String(place[..<range.upperBound].dropLast()), name.isEmpty ? nil : name)
    }
    return (place, nil)
  }
}

/// Chooses among the names that a file holds.
enum MemberNames {
  /// The given name, or the only one.
  static func chosen(
    _ name: String?, in path: String, names: [String]
  ) throws(DatasetError) -> String {
    if let name {
      guard names.contains(name) else { throw unknown(name, in: path, names: names) }
      return name
    }
    guard names.count == 1 else {
      let first = names.first.map { "; for example \(path):\($0)" } ?? ""
      throw DatasetError(
        .unknownMember, path: path, found: "the file holds \(names.count) arrays",
        expected: "a name behind a colon" + first, suggestion: names.isEmpty ? nil : list(names))
    }
    return names[0]
  }

  static func unknown(_ name: String, in path: String, names: [String]) -> DatasetError {
    let nearest = NearestName.of(name, among: names)
    return DatasetError(
      .unknownMember, path: path, found: "there is no array named \(name)",
      suggestion: nearest.map { "did you mean \($0)?" } ?? list(names))
  }

  private static func list(_ names: [String]) -> String {
    let rest = names.count - 8
    return "it holds \(names.prefix(8).joined(separator: ", "))"
      + (rest > 0 ? ", … \(rest) more" : "")
  }
}
