import Diagnostics
package import Serialization
public import Tensors

/// A file of named tensors in the safetensors format, opened for reading, or several files with the
/// index that names them.
///
/// Opening reads the headers only; a tensor is read on demand, straight into its own
/// memory, so a large file is never held twice.
///
/// - Source: https://github.com/huggingface/safetensors (format of version 0.4).
public struct Safetensors: Sendable {
  /// A tensor in the file.
  public struct Entry: Hashable, Sendable {
    /// The name in the file.
    public let name: String
    /// The element type as the file writes it, such as `BF16`.
    public let dtypeName: String
    /// The extents, outermost axis first.
    public let shape: Shape
    /// Where the bytes are in the file.
    package let range: Range<Int>
    /// Which of the files has it.
    var shard = 0

    /// How the elements are read; nil for types that cannot be, such as `F4`.
    package var elements: StoredElements? {
      switch dtypeName {
      case "F64": .native(.float64)
      case "F32": .native(.float32)
      case "F16": .native(.float16)
      case "BF16": .native(.bfloat16)
      case "I64": .native(.int64)
      case "I32": .native(.int32)
      case "I16": .native(.int16)
      case "I8": .native(.int8)
      case "U8": .native(.uint8)
      case "U32": .native(.uint32)
      case "BOOL": .native(.bool)
      case "C64": .native(.complex64)
      case "U16": .uint16
      case "U64": .uint64
      default: Float8(rawValue: dtypeName).map { .float8($0) }
      }
    }

    /// The dtype that the tensor has once it is read; nil if it cannot be.
    public var dtype: DType? { elements?.dtype }
  }

  /// The tensors, in the order of the header.
  public let entries: [Entry]
  /// The free text that the writer added.
  public let metadata: [String: String]

  /// The path of the file or of the index, as the user gave it.
  public let path: String

  private let files: [ByteFile]
  private let positions: [String: Int]

  /// Opens a file, or all files that an `index.json` names.
  ///
  /// - Throws: ``FileError`` if one cannot be read, ``WeightError`` if it is not well formed.
  public init(path: String) throws {
    try self.init(path: path) { try ByteFile(path: $0) }
  }

  /// Opens a file that is in memory; `name` stands for its path in messages.
  ///
  /// - Throws: ``WeightError`` if it is not well formed.
  public init(bytes: [UInt8], name: String = "data") throws {
    try self.init(file: ByteFile(bytes: bytes, name: name))
  }

  /// Opens what `open` finds behind a path, and the files that it names if it is an index.
  package init(path: String, open: FileOpener) throws {
    try self.init(open(path), path: path, open: open)
  }

  /// Takes a file that is open already, and opens the files that it names if it is an index.
  package init(_ file: ByteFile, path: String, open: FileOpener) throws {
    guard try FileKind.of(file) == .safetensorsIndex else {
      self = try Safetensors(file: file)
      return
    }
    let index = try SafetensorsIndex(file)
    let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
    let shards = try index.files.map { try Safetensors(file: open(folder + $0)) }
    let numbers = Dictionary(zip(index.files, shards.indices)) { first, _ in first }
    let entries = try index.places.map { tensor, file in
      guard let number = numbers[file], var entry = shards[number].entry(tensor) else {
        throw WeightError(
          .unknownTensor, path: path,
          found: "it says that \(tensor) is in \(file), which does not hold it",
          suggestion: "the index and its files may be of different versions")
      }
      entry.shard = number
      return entry
    }
    self.init(
      path: path, files: shards.flatMap(\.files), entries: entries,
      metadata: shards.first?.metadata ?? [:])
  }

  private init(file: ByteFile) throws {
    try Safetensors.refuseOtherKinds(file)
    let length = try file.read(0..<8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(SafetensorsHeader.longest) else {
      throw WeightError(
        .notSafetensors, path: file.path, found: "the header would be \(length) bytes long",
        expected: "at most \(SafetensorsHeader.longest)")
    }
    let dataStart = 8 + Int(length)
    guard dataStart <= file.count else {
      throw WeightError(
        .truncated, path: file.path,
        found: "the file has \(file.count) bytes and its header would end at \(dataStart)",
        suggestion: "the download may be incomplete, or this is no safetensors file")
    }
    let header = try SafetensorsHeader(
      json: file.read(8..<dataStart), dataStart: dataStart, fileCount: file.count, path: file.path)
    self.init(path: file.path, files: [file], entries: header.entries, metadata: header.metadata)
  }

  private init(path: String, files: [ByteFile], entries: [Entry], metadata: [String: String]) {
    self.path = path
    self.files = files
    self.entries = entries
    self.metadata = metadata
    positions = Dictionary(entries.enumerated().map { ($1.name, $0) }) { first, _ in first }
  }

  /// The names of all tensors, in the order of the header.
  public var names: [String] { entries.map(\.name) }

  /// The entry of that name, if there is one.
  public func entry(_ name: String) -> Entry? { positions[name].map { entries[$0] } }

  /// Reads the tensor of that name.
  ///
  /// `U16` becomes `int32`, `U64` `int64` and floats of one byte `float32`; the other types keep their
  /// bits.
  ///
  /// - Throws: ``WeightError`` `.unknownTensor` with the nearest name, `.unsupportedDType`,
  ///   `.outOfRange`; ``FileError`` if the file can no longer be read.
  public func tensor(_ name: String) throws -> Tensor {
    guard let entry = entry(name) else {
      let nearest = NearestName.of(name, among: names)
      throw WeightError(
        .unknownTensor, path: path, found: "there is no tensor named \(name)",
        suggestion: nearest.map { "did you mean \($0)?" } ?? namesText)
    }
    return try tensor(entry)
  }

  private func tensor(_ entry: Entry) throws -> Tensor {
    let place = "\(path): \(entry.name)"
    guard let elements = entry.elements else {
      throw WeightError(
        .unsupportedDType, path: place, found: "its elements are \(entry.dtypeName)",
        expected: "F64, F32, F16, BF16, F8, an integer type, BOOL or C64",
        suggestion: "convert the tensor, for example to BF16")
    }
    let read = try elements.tensor(shape: entry.shape) { bytes in
      try files[entry.shard].read(at: entry.range.lowerBound, into: bytes)
    }
    guard let read else {
      throw WeightError(
        .outOfRange, path: place, found: "a \(entry.dtypeName) value does not fit int64")
    }
    return read
  }

  private var namesText: String {
    if names.isEmpty { return "the file holds no tensors" }
    let rest = names.count - 5
    let shown = names.prefix(5).joined(separator: ", ")
    return "it holds \(shown)" + (rest > 0 ? ", … \(rest) more" : "")
  }

  private static func refuseOtherKinds(_ file: ByteFile) throws {
    let kind = try FileKind.of(file)
    // What is of no known kind may be a damaged file; then it is said where.
    if kind == .safetensors || (kind == nil && file.count >= 8) { return }
    throw WeightError(
      .notSafetensors, path: file.path,
      found: try kind?.saying ?? FileKind.unknown(file),
      expected: "a .safetensors file, or the index.json of several",
      suggestion: kind?.adviceForTensors(file.path))
  }
}
