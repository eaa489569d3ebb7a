/// Text files as people's editors and other systems write them.
package enum PlainText {
  /// The text of a file without its byte order mark; bytes that are no text become `�`.
  package static func decoded(_ bytes: [UInt8]) -> String {
    utf16(bytes) ?? String(decoding: bytes[markCount(bytes)...], as: UTF8.self)
  }

  /// The same; nil where there are bytes that are no text.
  package static func validated(_ bytes: [UInt8]) -> String? {
    utf16(bytes) ?? String(validating: bytes[markCount(bytes)...], as: UTF8.self)
  }

  /// How many bytes at the start are the byte order mark of UTF-8: 3 or 0.
  package static func markCount(_ bytes: [UInt8]) -> Int {
    bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  /// UTF-16, if it begins with its byte order mark; nil for anything else.
  ///
  /// An odd byte at the end is left out.
  private static func utf16(_ bytes: [UInt8]) -> String? {
    let isLittle = bytes.starts(with: [0xFF, 0xFE])
    guard isLittle || bytes.starts(with: [0xFE, 0xFF]) else { return nil }
    let units = stride(from: 2, to: bytes.count - 1, by: 2).map { place in
      let (low, high) =
        isLittle ? (bytes[place], bytes[place + 1]) : (bytes[place + 1], bytes[place])
      return UInt16(low) | UInt16(high) << 8
    }
    return String(decoding: units, as: UTF16.self)
  }
}
