package import Serialization
public import Tensors

/// A `.npz` file: several named arrays, stored or compressed, as NumPy writes them.
///
/// Opening reads the directory only; an array is read on demand.
public struct Npz: Sendable {
  /// The names of the arrays, without the `.npy` that the archive adds.
  public let names: [String]
  /// The path, as the user gave it.
  public let path: String

  private let archive: ZipArchive
  private let members: [String: ZipArchive.Member]

  /// Opens a file.
  ///
  /// - Throws: ``DatasetError`` if the archive is malformed; `FileError`.
  public init(path: String) throws { try self.init(ByteFile(path: path)) }

  /// Opens a file that is in memory; `name` stands for its path in messages.
  ///
  /// - Throws: ``DatasetError`` if the archive is malformed.
  public init(bytes: [UInt8], name: String = "data") throws {
    try self.init(ByteFile(bytes: bytes, name: name))
  }

  package init(_ file: ByteFile) throws {
    path = file.path
    archive = try ZipArchive(file)
    let arrays = archive.members.filter { $0.name.hasSuffix(".npy") }
    names = arrays.map { String($0.name.dropLast(4)) }
    members = Dictionary(zip(names, arrays)) { first, _ in first }
    guard members.count == names.count else {
      throw DatasetError(
        .malformed, path: path, found: "the archive holds two arrays of one name")
    }
    guard !names.isEmpty else {
      throw DatasetError(
        .unknownKind, path: path, found: "the archive holds no arrays",
        expected: "members that end in .npy")
    }
  }

  /// Reads the array of that name.
  ///
  /// - Throws: ``DatasetError`` `.unknownMember` with the nearest name, or what reading finds wrong.
  public func array(_ name: String) throws -> Tensor {
    let place = "\(path):\(name)"
    guard let member = members[name] else {
      throw MemberNames.unknown(name, in: path, names: names)
    }
    let bytes = try archive.contents(of: member, path: place)
    return try Npy.read(ByteFile(bytes: bytes, name: place), path: place)
  }

  /// The bytes of a `.npz` file with these arrays, stored without compression.
  ///
  /// - Precondition: no name occurs twice, and the file stays below 4 GB.
  public static func encoded(_ arrays: [(name: String, tensor: Tensor)]) -> [UInt8] {
    precondition(Set(arrays.map(\.name)).count == arrays.count, "Two arrays have the same name.")
    var bytes: [UInt8] = []
    var directory: [UInt8] = []
    for (name, tensor) in arrays {
      let contents = Npy.encoded(tensor)
      let fileName = Array("\(name).npy".utf8)
      // Version 2.0, names in UTF-8, stored, dated 1 January 1980, so that equal arrays give equal
      // files.
      var facts: [UInt8] = [20, 0, 0, 8, 0, 0, 0, 0, 0x21, 0]
      facts += LittleEndian.bytes(Checksum.crc32(contents))
      facts += LittleEndian.bytes(UInt32(contents.count))
      facts += LittleEndian.bytes(UInt32(contents.count))
      facts += LittleEndian.bytes(UInt16(fileName.count)) + [0, 0]
      directory += LittleEndian.bytes(UInt32(0x0201_4B50)) + [20, 0] + facts
      directory += Array(repeating: 0, count: 10) + LittleEndian.bytes(UInt32(bytes.count))
      directory += fileName
      bytes += LittleEndian.bytes(UInt32(0x0403_4B50)) + facts + fileName + contents
    }
    let start = UInt32(bytes.count)
    let count = LittleEndian.bytes(UInt16(arrays.count))
    bytes += directory
    bytes += LittleEndian.bytes(UInt32(0x0605_4B50)) + [0, 0, 0, 0] + count + count
    bytes += LittleEndian.bytes(UInt32(directory.count)) + LittleEndian.bytes(start) + [0, 0]
    return bytes
  }
}
