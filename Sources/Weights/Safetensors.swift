public import Tensors

/// A file of named tensors in the safetensors format, opened for reading.
///
/// Opening reads the header only; a tensor is read when it is asked for, straight into its own
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

    /// How the elements are read; nil for types that cannot be, such as `F8_E4M3`.
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
      default: nil
      }
    }

    /// The dtype that the tensor has once it is read; nil if it cannot be.
    public var dtype: DType? { elements?.dtype }
  }

  /// The tensors, in the order of the header.
  public let entries: [Entry]
  /// The free text that the writer added.
  public let metadata: [String: String]

  private let file: ByteFile
  private let positions: [String: Int]

  /// Opens a file.
  ///
  /// - Throws: ``FileError`` if it cannot be read, ``WeightError`` if it is not well formed.
  public init(path: String) throws { try self.init(ByteFile(path: path)) }

  /// Opens a file that is in memory; `name` stands for its path in messages.
  ///
  /// - Throws: ``WeightError`` if it is not well formed.
  public init(bytes: [UInt8], name: String = "data") throws {
    try self.init(ByteFile(bytes: bytes, name: name))
  }

  /// Opens a file that is open already.
  package init(_ file: ByteFile) throws {
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
    self.file = file
    entries = header.entries
    metadata = header.metadata
    positions = Dictionary(
      uniqueKeysWithValues: header.entries.enumerated().map { ($1.name, $0) })
  }

  /// The path of the file, as the user gave it.
  public var path: String { file.path }

  /// The names of all tensors, in the order of the header.
  public var names: [String] { entries.map(\.name) }

  /// The entry of that name, if there is one.
  public func entry(_ name: String) -> Entry? { positions[name].map { entries[$0] } }

  /// Reads the tensor of that name.
  ///
  /// `U16` becomes `int32` and `U64` `int64`; the other types keep their bits.
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
        expected: "F64, F32, F16, BF16, an integer type, BOOL or C64",
        suggestion: "convert the tensor, for example to BF16")
    }
    let read = try elements.tensor(shape: entry.shape) { bytes in
      try file.read(at: entry.range.lowerBound, into: bytes)
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
    let start = try file.read(0..<min(file.count, 8))
    let kinds: [(magic: [UInt8], name: String, advice: String)] = [
      (
        Array("PK".utf8), "a zip archive, such as .npz or a PyTorch checkpoint",
        "save the tensors with safetensors.torch.save_file or safetensors.numpy.save_file"
      ),
      (Array("GGUF".utf8), "a GGUF file", "give a .safetensors file"),
      ([0x93] + Array("NUMPY".utf8), "a .npy array", "give a .safetensors file"),
      (
        [0x89] + Array("HDF".utf8), "an HDF5 file, such as Keras weights",
        "save the arrays with safetensors.numpy.save_file"
      ),
      ([0x80, 0x02], "a Python pickle", "save the tensors with safetensors.torch.save_file"),
    ]
    for kind in kinds where start.starts(with: kind.magic) && file.count > 8 {
      // A genuine header length may begin with the same two bytes, but then JSON follows.
      let follows = try file.read(8..<9)
      if kind.magic.count <= 2, follows == [UInt8(ascii: "{")] { continue }
      throw WeightError(
        .notSafetensors, path: file.path, found: "this is \(kind.name)", suggestion: kind.advice)
    }
    guard file.count >= 8 else {
      throw WeightError(
        .notSafetensors, path: file.path, found: "the file has only \(file.count) bytes")
    }
  }
}
