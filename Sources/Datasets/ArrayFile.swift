import Diagnostics
package import Serialization
public import Tensors
import Weights

/// An array read from a file, and notes on what its reader changed or assumed.
package struct StoredArray: Sendable {
  /// The array.
  package let values: Tensor
  /// Such as `resampled from 44100 to 16000 Hz …`.
  package let notes: [String]

  init(_ values: Tensor, notes: [String] = []) {
    self.values = values
    self.notes = notes
  }
}

/// Reads one array out of any file that holds arrays.
///
/// A place is `run.npy`, `run.npz:logits`, `run.safetensors:output.values` or `run.csv:x,y`; the name
/// may be left out if the file holds only one array. Recordings give their samples `[1, t]` or
/// `[1, t, n]`, tables and texts of numbers likewise.
public enum ArrayFile {
  /// Reads the array at a place.
  ///
  /// - Throws: `DatasetError`, `WeightError` or `FileError`, each with the place and what to do.
  public static func read(_ place: String) throws -> Tensor {
    try read(place) { try ByteFile(path: $0) }.values
  }

  /// Reads the array at a place, from where `open` finds its file.
  package static func read(_ place: String, open: FileOpener) throws -> StoredArray {
    let (path, name) = split(place)
    let file = try open(path)
    let kind = try FileKind.of(file)
    switch kind {
    case .npy:
      try refuse(name, of: path, "a .npy file")
      return StoredArray(try Npy.read(file, path: path))
    case .npz:
      let archive = try Npz(file)
      return StoredArray(
        try archive.array(MemberNames.chosen(name, in: path, names: archive.names)))
    case .safetensors, .safetensorsIndex:
      let tensors = try Safetensors(file, path: path, open: open)
      return StoredArray(
        try tensors.tensor(MemberNames.chosen(name, in: path, names: tensors.names)))
    case .wav, .recording:
      try refuse(name, of: path, "a recording")
      let recording = try Recording(file)
      return StoredArray(recording.row(), notes: recording.notes)
    case .table, .text:
      let table = try TableFile(file, columns: name)
      return StoredArray(row(table, keepsChannelAxis: false), notes: table.notes)
    case .foreign, nil:
      throw try wrongKind(kind, file, expected: FileKind.readable)
    }
  }

  private static func refuse(
    _ name: String?, of path: String, _ kind: String
  ) throws(DatasetError) {
    guard let name else { return }
    throw DatasetError(
      .unknownMember, path: path, found: "\(kind) holds one array without a name",
      suggestion: "leave out \":\(name)\"")
  }

  /// A table as a row: `[1, t]` for one column, `[1, t, n]` for several.
  static func row(_ table: TableFile, keepsChannelAxis: Bool) -> Tensor {
    let shape = table.values.shape
    let isPlain = shape[1] == 1 && !keepsChannelAxis
    return table.values.reshaped(isPlain ? [1, shape[0]] : [1] + shape)
  }

  /// What to say of a file of another kind, or of none that is known.
  static func wrongKind(
    _ kind: FileKind?, _ file: ByteFile, expected: String
  ) throws(FileError) -> DatasetError {
    var advice: String?
    if case .foreign(let foreign)? = kind { advice = foreign.advice(for: file.path) }
    let found = if let kind { kind.saying } else { try FileKind.unknown(file) }
    return DatasetError(
      .unknownKind, path: file.path, found: found,
      expected: advice == nil ? expected : nil, suggestion: advice)
  }

  /// A path and, behind its ending and a colon, a name.
  static func split(_ place: String) -> (path: String, name: String?) {
    for colon in place.utf8.indices where place.utf8[colon] == UInt8(ascii: ":") {
      let path = place[..<colon].lowercased()
      guard FileKind.namedEndings.contains(where: path.hasSuffix) else { continue }
      let name = String(place[place.utf8.index(after: colon)...])
      return (String(place[..<colon]), name.isEmpty ? nil : name)
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

  static func unknown(
    _ name: String, of what: String = "array", in path: String, names: [String]
  ) -> DatasetError {
    let nearest = NearestName.of(name, among: names)
    return DatasetError(
      .unknownMember, path: path, found: "there is no \(what) named \(name)",
      suggestion: nearest.map { "did you mean \($0)?" } ?? list(names))
  }

  private static func list(_ names: [String]) -> String {
    let rest = names.count - 8
    return "it holds \(names.prefix(8).joined(separator: ", "))"
      + (rest > 0 ? ", … \(rest) more" : "")
  }
}
