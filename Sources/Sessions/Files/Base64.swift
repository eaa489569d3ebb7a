/// Bytes as text, as RFC 4648 defines it.
package enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let padding = UInt8(ascii: "=")
  private static let values: [UInt8] = {
    var values: [UInt8] = Array(repeating: 0xFF, count: 256)
    for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
    return values
  }()

  /// The text of bytes, padded.
  package static func text(_ bytes: [UInt8]) -> String {
    var characters: [UInt8] = []
    characters.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let rest = bytes.count - start
      let second = rest > 1 ? bytes[start + 1] : 0
      let third = rest > 2 ? bytes[start + 2] : 0
      let word = UInt32(bytes[start]) << 16 | UInt32(second) << 8 | UInt32(third)
      for place in 0..<4 {
        let index = Int(word >> UInt32(18 - 6 * place)) & 63
        characters.append(place <= rest ? alphabet[index] : padding)
      }
    }
    return String(decoding: characters, as: UTF8.self)
  }

  /// The bytes of a padded text; nil for anything else.
  package static func bytes(_ text: String) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(text.utf8.count / 4 * 3)
    var word: UInt32 = 0
    var count = 0
    var paddings = 0
    for character in text.utf8 {
      if character == padding {
        paddings += 1
        word <<= 6
      } else {
        let value = values[Int(character)]
        guard value != 0xFF, paddings == 0 else { return nil }
        word = word << 6 | UInt32(value)
      }
      count += 1
      guard count % 4 == 0 else { continue }
      result.append(UInt8(truncatingIfNeeded: word >> 16))
      if paddings < 2 { result.append(UInt8(truncatingIfNeeded: word >> 8)) }
      if paddings < 1 { result.append(UInt8(truncatingIfNeeded: word)) }
      word = 0
    }
    return count % 4 == 0 && paddings <= 2 ? result : nil
  }
}
