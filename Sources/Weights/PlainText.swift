/// Text as people's editors write it.
package enum PlainText {
  /// The text of a file without its byte order mark.
  ///
  /// UTF-16 is recognised by its mark; bytes that are no text become `�`.
  package static func decoded(_ bytes: [UInt8]) -> String {
    if bytes.starts(with: [0xFF, 0xFE]) {
      return utf16(bytes.dropFirst(2)) { UInt16($1) << 8 | UInt16($0) }
    }
    if bytes.starts(with: [0xFE, 0xFF]) {
      return utf16(bytes.dropFirst(2)) { UInt16($0) << 8 | UInt16($1) }
    }
    return String(decoding: bytes[markCount(bytes)...], as: UTF8.self)
  }

  /// How many bytes at the start are the byte order mark of UTF-8: 3 or 0.
  package static func markCount(_ bytes: [UInt8]) -> Int {
    bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  private static func utf16(
    _ bytes: ArraySlice<UInt8>, _ unit: (UInt8, UInt8) -> UInt16
  ) -> String {
    // An odd byte at the end is left out.
    let starts = stride(from: bytes.startIndex, through: bytes.endIndex - 2, by: 2)
    return String(decoding: starts.map { unit(bytes[$0], bytes[$0 + 1]) }, as: UTF16.self)
  }
}
