/// Reads the text of the schema, which is generated: what does not fit it is a fault of the generator.
struct SchemaScanner {
  private let bytes: [UInt8]
  private var position = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  var isAtEnd: Bool { position == bytes.count }

  /// Passes over `text` if it is next.
  mutating func take(_ text: StaticString) -> Bool {
    let count = text.utf8CodeUnitCount
    guard position + count <= bytes.count else { return false }
    for offset in 0..<count where bytes[position + offset] != text.utf8Start[offset] {
      return false
    }
    position += count
    return true
  }

  mutating func expect(_ text: StaticString) {
    guard take(text) else {
      let line = bytes[..<position].count { $0 == 0x0A } + 1
      preconditionFailure("Line \(line) of the schema has no \"\(text)\" where it should be.")
    }
  }

  mutating func endLine() { expect("\n") }

  /// Letters, digits and what stands in names and numbers.
  mutating func word() -> String {
    text { byte in
      switch byte {
      case UInt8(ascii: " "), UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: "]"),
        UInt8(ascii: "}"), UInt8(ascii: "\n"):
        false
      default: true
      }
    }
  }

  mutating func number(after prefix: StaticString) -> Int {
    expect(prefix)
    let digits = word()
    guard let number = Int(digits) else {
      preconditionFailure("The schema has \(digits) where a number should be.")
    }
    return number
  }

  /// What is left of the line, and its end.
  mutating func rest() -> String {
    let text = text { $0 != UInt8(ascii: "\n") }
    endLine()
    return text
  }

  /// A sentence behind a bar, to the end of the line.
  mutating func doc() -> String {
    expect("| ")
    return rest()
  }

  /// One value of an enum: its spelling, its name in Swift and its number.
  mutating func value() -> WordList.Word {
    let spelling = word()
    expect(" ")
    let word = WordList.Word(spelling, word(), number(after: " "))
    endLine()
    return word
  }

  /// The lines up to the next empty one.
  static func lines<Line>(
    _ scanner: inout SchemaScanner, _ read: (inout SchemaScanner) -> Line
  ) -> [Line] {
    var result: [Line] = []
    while !scanner.take("\n") { result.append(read(&scanner)) }
    return result
  }

  /// The value of an absent field.
  mutating func specValue() -> SpecValue {
    if take("{") { return .node(node()) }
    if take("\"") {
      let value = text { $0 != UInt8(ascii: "\"") }
      expect("\"")
      return .text(value)
    }
    let word = word()
    switch word {
    case "true": return .bool(true)
    case "false": return .bool(false)
    default: break
    }
    if let whole = Int(word) { return .integer(whole) }
    return Double(word).map { .number($0) } ?? .symbol(word)
  }

  private mutating func node() -> SpecNode {
    var node = SpecNode(word())
    while take(" ") {
      let name = word()
      expect(":")
      var values: [SpecValue] = []
      if take("[") {
        repeat { values.append(specValue()) } while take(", ")
        expect("]")
      } else {
        values.append(specValue())
      }
      node.fields.append(SpecField(name, values))
    }
    expect("}")
    return node
  }

  private mutating func text(while isPart: (UInt8) -> Bool) -> String {
    let start = position
    while position < bytes.count, isPart(bytes[position]) { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }
}
