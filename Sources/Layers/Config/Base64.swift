/// Bytes in base 64, as RFC 4648 defines it, which is how JSON holds them.
package enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let padding = UInt8(ascii: "=")
  /// What every character stands for, those of the URL alphabet too; 255 for others.
  private static let values: [UInt8] = {
    var values: [UInt8] = Array(repeating: 0xFF, count: 256)
    for (value, character) in alphabet.enumerated() { values[Int(character)] = UInt8(value) }
    values[Int(UInt8(ascii: "-"))] = 62
    values[Int(UInt8(ascii: "_"))] = 63
    return values
  }()

  /// The bytes of a text, in the usual or the URL alphabet, with or without padding; nil for another.
  package static func decode(_ text: String) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(text.utf8.count / 4 * 3)
    var word: UInt32 = 0
    var count = 0
    var paddings = 0
    for character in text.utf8 {
      if character == padding {
        paddings += 1
        continue
      }
      let value = values[Int(character)]
      guard value != 0xFF, paddings == 0 else { return nil }
      word = word << 6 | UInt32(value)
      count += 1
      guard count % 4 == 0 else { continue }
      for shift in [16, 8, 0] as [UInt32] {
        result.append(UInt8(truncatingIfNeeded: word >> shift))
      }
    }
    let rest = count % 4
    guard rest != 1, paddings == 0 || rest + paddings == 4 else { return nil }
    if rest >= 2 { result.append(UInt8(truncatingIfNeeded: word >> (rest == 2 ? 4 : 10))) }
    if rest == 3 { result.append(UInt8(truncatingIfNeeded: word >> 2)) }
    return result
  }

  /// The text of some bytes, padded.
  package static func encode(_ bytes: [UInt8]) -> String {
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
}
