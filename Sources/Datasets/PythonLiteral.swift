/// The few kinds of Python values in the header of a .npy file.
indirect enum PythonLiteral: Hashable {
  case string(String)
  case integer(Int)
  case bool(Bool)
  case none
  /// A call, such as `np.int64(3)`, which is no literal; its text.
  case call(String)
  case sequence([PythonLiteral])
  case dictionary([String: PythonLiteral])

  /// Reads one literal; nil if the text is anything else.
  static func parse(_ text: [UInt8]) -> PythonLiteral? {
    var parser = Parser(bytes: text)
    guard let value = parser.value(depth: 0) else { return nil }
    parser.skipBlanks()
    return parser.isAtEnd ? value : nil
  }

  private struct Parser {
    let bytes: [UInt8]
    var position = 0

    var isAtEnd: Bool { position == bytes.count }

    mutating func skipBlanks() {
      while position < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[position]) {
        position += 1
      }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
      skipBlanks()
      guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
      position += 1
      return true
    }

    mutating func value(depth: Int) -> PythonLiteral? {
      guard depth < 16 else { return nil }
      if take("{") { return dictionary(depth: depth) }
      if take("(") { return sequence(closing: ")", depth: depth) }
      if take("[") { return sequence(closing: "]", depth: depth) }
      if take("'") { return string(quote: "'") }
      if take("\"") { return string(quote: "\"") }
      return word()
    }

    private mutating func dictionary(depth: Int) -> PythonLiteral? {
      var members: [String: PythonLiteral] = [:]
      while !take("}") {
        guard case .string(let key)? = value(depth: depth + 1), take(":"), members[key] == nil,
          let member = value(depth: depth + 1)
        else { return nil }
        members[key] = member
        if !take(",") { return take("}") ? .dictionary(members) : nil }
      }
      return .dictionary(members)
    }

    private mutating func sequence(closing: Unicode.Scalar, depth: Int) -> PythonLiteral? {
      var elements: [PythonLiteral] = []
      while !take(closing) {
        guard let element = value(depth: depth + 1) else { return nil }
        elements.append(element)
        if !take(",") { return take(closing) ? .sequence(elements) : nil }
      }
      return .sequence(elements)
    }

    private mutating func string(quote: Unicode.Scalar) -> PythonLiteral? {
      let start = position
      while position < bytes.count, bytes[position] != UInt8(ascii: quote) {
        // Escapes never occur in what NumPy writes for numbers.
        if bytes[position] == UInt8(ascii: "\\") { return nil }
        position += 1
      }
      guard position < bytes.count else { return nil }
      defer { position += 1 }
      return .string(String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func word() -> PythonLiteral? {
      skipBlanks()
      let start = position
      while position < bytes.count, isWordByte(bytes[position]) { position += 1 }
      if let call = call(from: start) { return call }
      var text = String(decoding: bytes[start..<position], as: UTF8.self)
      switch text {
      case "True": return .bool(true)
      case "False": return .bool(false)
      case "None": return PythonLiteral.none
      default:
        // Python 2 wrote extents as long integers.
        if text.hasSuffix("L") { text.removeLast() }
        return Int(text).map { .integer($0) }
      }
    }

    /// The call whose name ends here, up to the first closing bracket.
    private mutating func call(from start: Int) -> PythonLiteral? {
      guard position > start, position < bytes.count, bytes[position] == UInt8(ascii: "("),
        let end = bytes[position...].firstIndex(of: UInt8(ascii: ")"))
      else { return nil }
      position = end + 1
      return .call(String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private func isWordByte(_ byte: UInt8) -> Bool {
      let character = Character(Unicode.Scalar(byte))
      return character.isASCII
        && (character.isLetter || character.isNumber || "+-._".contains(character))
    }
  }
}
