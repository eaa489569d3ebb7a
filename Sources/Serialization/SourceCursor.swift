package import Diagnostics

/// A place in a text that moves forward and counts lines and columns.
package struct SourceCursor {
  private let bytes: [UInt8]
  private var index = 0
  private var line = 1
  private var column = 1

  package init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The byte at the cursor; `nil` at the end.
  package var peek: UInt8? { index < bytes.count ? bytes[index] : nil }

  /// The byte some places ahead; `nil` behind the end.
  package func peek(_ distance: Int) -> UInt8? {
    index + distance < bytes.count ? bytes[index + distance] : nil
  }

  package var position: SourcePosition { SourcePosition(line: line, column: column) }

  /// Steps over one byte and returns it.
  @discardableResult
  package mutating func advance() -> UInt8? {
    guard let byte = peek else { return nil }
    index += 1
    if byte == UInt8(ascii: "\n") {
      line += 1
      column = 1
    } else if byte & 0xC0 != 0x80 {
      // Continuation bytes of UTF-8 belong to a character that is counted already.
      column += 1
    }
    return byte
  }

  /// Steps over a byte if it is the next one.
  package mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard peek == UInt8(ascii: character) else { return false }
    advance()
    return true
  }

  /// Steps over blanks and ends of lines.
  package mutating func skipSpace() {
    while let byte = peek, CharacterClass.isSpace(byte) { advance() }
  }

  /// Steps over bytes while a test holds and returns them.
  package mutating func take(while test: (UInt8) -> Bool) -> String {
    let start = index
    while let byte = peek, test(byte) { advance() }
    return String(decoding: bytes[start..<index], as: UTF8.self)
  }

  /// What is at the cursor, for errors: `found tru`.
  package var found: String {
    guard let byte = peek else { return "the text ends" }
    if CharacterClass.isWord(byte) {
      var copy = self
      return "found \(copy.take(while: CharacterClass.isWord).prefix(40))"
    }
    var copy = self
    copy.advance()
    while let next = copy.peek, next & 0xC0 == 0x80 { copy.advance() }
    let character = String(decoding: bytes[index..<copy.index], as: UTF8.self)
    return "found \(byte < 0x20 ? "a control character" : character)"
  }
}

/// Classes of ASCII characters that the grammars share.
package enum CharacterClass {
  package static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  package static func isLetter(_ byte: UInt8) -> Bool {
    (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "_")
  }

  package static func isWord(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) }

  package static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
  }

  package static func hexValue(_ byte: UInt8) -> UInt32? {
    switch byte {
    case 0x30...0x39: UInt32(byte - 0x30)
    case 0x41...0x46: UInt32(byte - 0x41 + 10)
    case 0x61...0x66: UInt32(byte - 0x61 + 10)
    default: nil
    }
  }
}
