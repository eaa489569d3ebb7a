import Serialization

/// Reads the wire format of protobuf from a part of a file.
///
/// Nothing is allocated for what a length claims before it is known to lie inside the part. Payloads
/// stay in the file until they are needed, so weights are not copied by reading a model.
///
/// - Source: protobuf.dev/programming-guides/encoding.
struct WireReader {
  /// A field of a message.
  enum Payload {
    /// A varint, or the bits of a fixed field.
    case number(UInt64)
    /// Where a length-delimited payload lies.
    case bytes(Range<Int>)
  }

  /// Messages deeper than this are refused.
  static let deepest = 64

  let pages: FilePages
  /// What is left of the part.
  private(set) var range: Range<Int>
  let depth: Int

  init(_ pages: FilePages, _ range: Range<Int>, depth: Int = 0) {
    (self.pages, self.range, self.depth) = (pages, range, depth)
  }

  /// The next field of the message; nil at its end.
  mutating func next() throws -> (field: Int, payload: Payload)? {
    guard !range.isEmpty else { return nil }
    let key = try varint()
    let field = Int(key >> 3)
    guard field > 0, field < 1 << 29 else { throw damaged("a field number of \(field)") }
    switch key & 7 {
    case 0: return (field, .number(try varint()))
    case 1: return (field, .number(try fixed(8)))
    case 5: return (field, .number(try fixed(4)))
    case 2:
      let length = try varint()
      guard length <= UInt64(range.count) else {
        throw damaged("a part of \(length) bytes where \(range.count) are left")
      }
      let part = range.lowerBound..<range.lowerBound + Int(length)
      range = part.upperBound..<range.upperBound
      return (field, .bytes(part))
    default: throw damaged("a wire type of \(key & 7)")
    }
  }

  /// The reader of a message inside.
  func inside(_ part: Range<Int>) throws -> WireReader {
    guard depth < Self.deepest else {
      throw OnnxError(
        .limit, pages.file.path, found: "messages nested deeper than \(Self.deepest)")
    }
    return WireReader(pages, part, depth: depth + 1)
  }

  /// A number of seven bits a byte, lowest first.
  mutating func varint() throws -> UInt64 {
    var result: UInt64 = 0
    for shift in stride(from: 0, to: 70, by: 7) {
      guard !range.isEmpty else { throw damaged("a number that does not end") }
      let byte = try pages.byte(at: range.lowerBound)
      range = range.lowerBound + 1..<range.upperBound
      result |= UInt64(byte & 0x7F) << UInt64(shift)
      if byte < 0x80 { return result }
    }
    throw damaged("a number of more than ten bytes")
  }

  /// A number of four or eight bytes.
  mutating func fixed(_ count: Int) throws -> UInt64 {
    guard range.count >= count else { throw damaged("a number that does not end") }
    var result: UInt64 = 0
    for index in 0..<count {
      result |= UInt64(try pages.byte(at: range.lowerBound + index)) << UInt64(8 * index)
    }
    range = range.lowerBound + count..<range.upperBound
    return result
  }

  /// A string; bytes that are no UTF-8 are replaced.
  func string(_ part: Range<Int>) throws -> String {
    guard part.count <= 1 << 20 else {
      throw OnnxError(.limit, pages.file.path, found: "a name of \(part.count) bytes")
    }
    return String(decoding: try pages.file.read(part), as: UTF8.self)
  }

  func damaged(_ found: String) -> OnnxError {
    OnnxError(
      .damaged, pages.file.path, found: "\(found) at byte \(range.lowerBound)",
      expected: "an ONNX model", suggestion: "the file is damaged, or was not downloaded whole")
  }
}

/// A file of which a page at a time is in memory.
final class FilePages {
  let file: ByteFile
  private var page: [UInt8] = []
  private var start = 0
  private static let pageBytes = 1 << 15

  init(_ file: ByteFile) { self.file = file }

  func byte(at place: Int) throws -> UInt8 {
    if place < start || place >= start + page.count {
      start = place / Self.pageBytes * Self.pageBytes
      page = try file.read(start..<min(start + Self.pageBytes, file.count))
    }
    return page[place - start]
  }
}
