import Serialization
public import Tensors
import Weights

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The arrays of a dump: a `.npz` or `.safetensors` file, or a folder of `.npy` files.
///
/// The names of a `.npz` are in the order in which they were saved. Other kinds keep no order;
/// their names are sorted with numbers by value, so that `layers.2` comes before `layers.10`.
public struct ArrayCollection: Sendable {
  private enum Store: Sendable {
    case npz(Npz)
    case safetensors(Safetensors)
    case folder(String)
  }

  /// The path, as the user gave it.
  public let path: String
  /// The names of the arrays, in order.
  public let names: [String]
  private let store: Store

  /// Whether every array has a file of its own.
  public var isFolder: Bool { if case .folder = store { true } else { false } }

  /// Opens a dump; nil if the path is neither a folder nor a file of named arrays.
  ///
  /// - Throws: `DatasetError`, `WeightError` or `FileError`.
  public init?(path: String) throws {
    self.path = path
    if let files = Self.files(in: path) {
      let arrays = files.filter { $0.hasSuffix(".npy") }.map { String($0.dropLast(4)) }
      guard !arrays.isEmpty else {
        throw DatasetError(
          .unknownKind, path: path, found: "the folder holds no arrays",
          expected: "files that end in .npy")
      }
      names = arrays.sorted(by: Self.isBefore)
      store = .folder(path)
      return
    }
    switch try FileKind.of(ByteFile(path: path)) {
    case .npz:
      let archive = try Npz(path: path)
      (names, store) = (archive.names, .npz(archive))
    case .safetensors, .safetensorsIndex:
      let tensors = try Safetensors(path: path)
      (names, store) = (tensors.names.sorted(by: Self.isBefore), .safetensors(tensors))
    case .npy, .wav, .recording, .table, .text, .foreign, nil:
      return nil
    }
  }

  /// Reads the array of that name.
  ///
  /// - Throws: `DatasetError`, `WeightError` or `FileError`.
  public func array(_ name: String) throws -> Tensor {
    switch store {
    case .npz(let archive): try archive.array(name)
    case .safetensors(let tensors): try tensors.tensor(name)
    case .folder(let path):
      try Npy.read(ByteFile(path: "\(path)/\(name).npy"), path: "\(path)/\(name).npy")
    }
  }

  /// Shape and type of the array of that name; only a `.npz` does not say them without reading the array.
  ///
  /// - Throws: `DatasetError`, `WeightError` or `FileError`.
  package func facts(_ name: String) throws -> (shape: Shape, dtype: DType) {
    if case .safetensors(let tensors) = store, let entry = tensors.entry(name),
      let dtype = entry.dtype
    {
      return (entry.shape, dtype)
    }
    if case .folder(let path) = store {
      return try Npy.facts(ByteFile(path: "\(path)/\(name).npy"), path: "\(path)/\(name).npy")
    }
    let array = try array(name)
    return (array.shape, array.dtype)
  }

  /// A text that goes with the arrays: metadata of a `.safetensors` file, an array of bytes in a `.npz`,
  /// a file `NAME.json` in a folder; nil if there is none of that name.
  ///
  /// - Throws: `DatasetError`, `WeightError` or `FileError`.
  package func text(_ name: String) throws -> String? {
    switch store {
    case .safetensors(let tensors): return tensors.metadata[name]
    case .npz(let archive):
      guard archive.names.contains(name) else { return nil }
      return String(decoding: try archive.array(name).elements(as: UInt8.self), as: UTF8.self)
    case .folder(let path):
      guard access("\(path)/\(name).json", F_OK) == 0 else { return nil }
      return String(decoding: try ByteFile(path: "\(path)/\(name).json").readAll(), as: UTF8.self)
    }
  }

  /// The names of what is in a folder; nil if the path is none.
  private static func files(in path: String) -> [String]? {
    guard let folder = opendir(path) else { return nil }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      names.append(name)
    }
    return names
  }

  /// Whether a name comes before another, with runs of digits compared as numbers.
  private static func isBefore(_ a: String, _ b: String) -> Bool {
    let (x, y) = (parts(a), parts(b))
    for (one, other) in zip(x, y) where one != other {
      if let first = Int(one), let second = Int(other), first != second { return first < second }
      return one < other
    }
    return x.count < y.count
  }

  private static func parts(_ name: String) -> [String] {
    var parts: [String] = []
    var isDigits = false
    for character in name {
      let isDigit = character.isASCII && character.isNumber
      if parts.isEmpty || isDigit != isDigits { parts.append("") }
      parts[parts.count - 1].append(character)
      isDigits = isDigit
    }
    return parts
  }
}
