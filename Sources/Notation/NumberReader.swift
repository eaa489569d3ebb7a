import Layers
import Serialization

/// Reads the numbers of all notations.
enum NumberReader {
  /// Reads a number without sign; in protobuf a leading zero means octal and a trailing `f` is legal.
  static func read(
    _ cursor: inout SourceCursor, isProto: Bool
  ) throws(ConfigError) -> SpecValue {
    let start = cursor
    var text = ""
    if cursor.peek == UInt8(ascii: "0"), let next = cursor.peek(1),
      next == UInt8(ascii: "x") || next == UInt8(ascii: "X")
    {
      cursor.advance()
      cursor.advance()
      text = cursor.take(while: CharacterClass.isWord)
      guard let value = Int(text, radix: 16) else { throw start.unexpected("a number") }
      return .integer(value)
    }
    text = digits(&cursor, isProto: isProto)
    var isWhole = true
    if cursor.peek == UInt8(ascii: "."), let next = cursor.peek(1), CharacterClass.isDigit(next) {
      isWhole = false
      cursor.advance()
      text += "." + digits(&cursor, isProto: isProto)
    } else if isProto, cursor.take(".") {
      isWhole = false
      text += "."
    }
    if let byte = cursor.peek, byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
      isWhole = false
      cursor.advance()
      text += "e"
      if cursor.take("-") { text += "-" } else { _ = cursor.take("+") }
      text += digits(&cursor, isProto: isProto)
    }
    if isProto, cursor.take("f") || cursor.take("F") { isWhole = false }
    if let next = cursor.peek, CharacterClass.isWord(next) { throw start.unexpected("a number") }
    if isWhole {
      let isOctal = isProto && text.count > 1 && text.hasPrefix("0")
      if let value = Int(text, radix: isOctal ? 8 : 10) { return .integer(value) }
      if isOctal { throw start.unexpected("a number in octal digits, as it starts with 0") }
    }
    // Swift's parser requires a digit on both sides of the point.
    var full = text.hasPrefix(".") ? "0" + text : text
    if full.hasSuffix(".") { full += "0" }
    full = full.replacing(".e", with: ".0e")
    guard let value = Double(full) else { throw start.unexpected("a number") }
    return .number(value)
  }

  /// The same number below zero.
  static func negated(_ value: SpecValue) -> SpecValue {
    switch value {
    // The magnitude came from digits, so it is never the least integer.
    case .integer(let number): number == 0 ? .integer(0) : .integer(-number)
    case .number(let number): .number(-number)
    default: value
    }
  }

  private static func digits(_ cursor: inout SourceCursor, isProto: Bool) -> String {
    let text = cursor.take { CharacterClass.isDigit($0) || (!isProto && $0 == UInt8(ascii: "_")) }
    return isProto ? text : text.replacing("_", with: "")
  }
}
