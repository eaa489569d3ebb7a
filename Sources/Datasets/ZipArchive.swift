internal import Serialization
internal import Tensors

/// The members of a zip archive, found by its central directory.
///
/// Reads stored and deflated members, also in archives above 4 GB; checks sizes and checksums.
///
/// - Source: PKWARE APPNOTE 6.3.
struct ZipArchive {
  /// A file in the archive.
  struct Member {
    let name: String
    let method: UInt16
    let isEncrypted: Bool
    let checksum: UInt32
    let compressedCount: Int
    let count: Int
    let headerStart: Int
  }

  /// The members, in the order of the directory.
  private(set) var members: [Member] = []
  private let file: ByteFile

  init(_ file: ByteFile) throws {
    self.file = file
    let (count, range) = try ZipArchive.locateDirectory(file)
    let directory = try file.read(range)
    let fields = LittleEndian(directory)
    var position = 0
    for _ in 0..<count {
      guard position + 46 <= directory.count,
        fields.number(UInt32.self, at: position) == 0x0201_4B50
      else { throw ZipArchive.malformed(file, "its directory is damaged") }
      let nameCount = Int(fields.number(UInt16.self, at: position + 28))
      let extraCount = Int(fields.number(UInt16.self, at: position + 30))
      let commentCount = Int(fields.number(UInt16.self, at: position + 32))
      let end = position + 46 + nameCount + extraCount + commentCount
      guard end <= directory.count else {
        throw ZipArchive.malformed(file, "its directory is damaged")
      }
      let name = directory[position + 46..<position + 46 + nameCount]
      let extraStart = position + 46 + nameCount
      var wide = WideFields(Array(directory[extraStart..<extraStart + extraCount]))
      let count = wide.widened(fields.number(UInt32.self, at: position + 24))
      let compressedCount = wide.widened(fields.number(UInt32.self, at: position + 20))
      let headerStart = wide.widened(fields.number(UInt32.self, at: position + 42))
      guard let count, let compressedCount, let headerStart, headerStart <= file.count else {
        throw ZipArchive.malformed(file, "its directory is damaged")
      }
      members.append(
        Member(
          name: String(decoding: name, as: UTF8.self),
          method: fields.number(UInt16.self, at: position + 10),
          isEncrypted: fields.number(UInt16.self, at: position + 8) & 1 == 1,
          checksum: fields.number(UInt32.self, at: position + 16),
          compressedCount: compressedCount, count: count, headerStart: headerStart))
      position = end
    }
  }

  /// The contents of a member; `path` stands for it in messages.
  func contents(of member: Member, path: String) throws -> [UInt8] {
    guard !member.isEncrypted else {
      throw DatasetError(.unsupported, path: path, found: "the member is encrypted")
    }
    guard member.method == 0 || member.method == 8 else {
      throw DatasetError(
        .unsupported, path: path, found: "the member is compressed by method \(member.method)",
        expected: "stored or deflated, as numpy.savez and numpy.savez_compressed write")
    }
    func damaged(_ found: String) -> DatasetError {
      DatasetError(.malformed, path: path, found: found)
    }
    guard member.headerStart <= file.count - 30 else { throw damaged("the member has no header") }
    let header = LittleEndian(try file.read(member.headerStart..<member.headerStart + 30))
    guard header.number(UInt32.self, at: 0) == 0x0403_4B50 else {
      throw damaged("the member has no header")
    }
    let nameCount = Int(header.number(UInt16.self, at: 26))
    let start = member.headerStart + 30 + nameCount + Int(header.number(UInt16.self, at: 28))
    guard start <= file.count, member.compressedCount <= file.count - start else {
      throw DatasetError(.truncated, path: path, found: "the member ends behind the file")
    }
    // Nothing deflates to less than a thousandth; a larger claim is a lie.
    guard member.method == 0 || member.count / 1040 <= member.compressedCount else {
      throw damaged("\(member.compressedCount) bytes that claim to unpack to \(member.count)")
    }
    try MemoryBudget.standard.require(member.count, for: path)
    let stored = try file.read(start..<start + member.compressedCount)
    let bytes: [UInt8]
    if member.method == 0 {
      bytes = stored
    } else {
      guard let inflated = Inflate.decompress(stored, count: member.count) else {
        throw damaged("the compressed data are damaged")
      }
      bytes = inflated
    }
    guard bytes.count == member.count, Checksum.crc32(bytes) == member.checksum else {
      throw damaged("the checksum is wrong: the data are damaged")
    }
    return bytes
  }

  /// The number of members, and where the directory is.
  private static func locateDirectory(_ file: ByteFile) throws -> (Int, Range<Int>) {
    let tailStart = max(0, file.count - 22 - 65_535 - 20)
    let tail = try file.read(tailStart..<file.count)
    let fields = LittleEndian(tail)
    var end = tail.count - 22
    while end >= 0, fields.number(UInt32.self, at: end) != 0x0605_4B50 { end -= 1 }
    guard end >= 0 else {
      throw DatasetError(
        .truncated, path: file.path, found: "the archive has no directory at its end",
        suggestion: "the download or copy may be incomplete")
    }
    var count = Int(fields.number(UInt16.self, at: end + 10))
    var size = UInt64(fields.number(UInt32.self, at: end + 12))
    var start = UInt64(fields.number(UInt32.self, at: end + 16))
    if end >= 20, fields.number(UInt32.self, at: end - 20) == 0x0706_4B50 {
      let place = Int(clamping: fields.number(UInt64.self, at: end - 12))
      guard place <= file.count - 56 else { throw malformed(file, "its directory is damaged") }
      let wide = LittleEndian(try file.read(place..<place + 56))
      count = Int(clamping: wide.number(UInt64.self, at: 32))
      size = wide.number(UInt64.self, at: 40)
      start = wide.number(UInt64.self, at: 48)
    }
    let (directoryEnd, isOver) = start.addingReportingOverflow(size)
    guard !isOver, directoryEnd <= UInt64(file.count), count <= Int(size) / 46 else {
      throw malformed(file, "its directory is damaged")
    }
    return (count, Int(start)..<Int(directoryEnd))
  }

  private static func malformed(_ file: ByteFile, _ found: String) -> DatasetError {
    DatasetError(.malformed, path: file.path, found: found)
  }
}

/// The 64-bit sizes in an extra field, where the 32-bit ones are all ones.
private struct WideFields {
  private var values: [UInt64] = []

  init(_ extra: [UInt8]) {
    let fields = LittleEndian(extra)
    var position = 0
    while position + 4 <= extra.count {
      let size = Int(fields.number(UInt16.self, at: position + 2))
      let end = position + 4 + size
      if fields.number(UInt16.self, at: position) == 1, end <= extra.count {
        for place in stride(from: position + 4, through: end - 8, by: 8) {
          values.append(fields.number(UInt64.self, at: place))
        }
      }
      position = end
    }
    values.reverse()
  }

  mutating func widened(_ narrow: UInt32) -> Int? {
    guard narrow == .max else { return Int(narrow) }
    return values.popLast().flatMap { Int(exactly: $0) }
  }
}
