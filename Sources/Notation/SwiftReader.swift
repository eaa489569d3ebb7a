package import Layers
import Serialization

/// Reads the Swift notation of layers: initializer calls, enum cases and literals.
///
/// The tree still has to be checked against the tables, in the style of Swift.
package struct SwiftReader {
  private var cursor: SourceCursor
  private let registry: LayerRegistry

  /// Reads one layer.
  package static func read(
    _ text: String, registry: LayerRegistry
  ) throws(ConfigError) -> SpecNode {
    var reader = SwiftReader(cursor: SourceCursor(text), registry: registry)
    reader.skipSpace()
    let start = reader.cursor
    guard case .node(let node)? = try reader.single(0) else {
      throw start.unexpected("a layer such as Dense(features: 4)")
    }
    reader.skipSpace()
    guard reader.cursor.peek == nil else {
      throw reader.cursor.unexpected(
        "the end of the layer", suggestion: "put several layers into Serial([...])")
    }
    return node
  }

  /// Reads what may follow the label of a field; `nil` gives no values.
  package static func readValues(
    _ text: String, registry: LayerRegistry
  ) throws(ConfigError) -> SpecField {
    var reader = SwiftReader(cursor: SourceCursor(text), registry: registry)
    reader.skipSpace()
    let (values, isList) = try reader.values(0)
    reader.skipSpace()
    guard reader.cursor.peek == nil else { throw reader.cursor.unexpected("the end of the value") }
    return SpecField("", values, isList: isList)
  }

  /// A value, list or `nil`.
  private mutating func values(_ depth: Int) throws(ConfigError) -> (
    values: [SpecValue], isList: Bool
  ) {
    guard cursor.peek == UInt8(ascii: "[") else {
      return (try single(depth).map { [$0] } ?? [], false)
    }
    cursor.advance()
    return (try elements(until: "]", depth), true)
  }

  private mutating func elements(
    until end: Unicode.Scalar, _ depth: Int
  ) throws(ConfigError) -> [SpecValue] {
    try NestingLimit.check(depth, at: cursor.position)
    var result: [SpecValue] = []
    while true {
      skipSpace()
      if cursor.take(end) { return result }
      if let value = try single(depth + 1) { result.append(value) }
      let line = cursor.position.line
      skipSpace()
      if cursor.take(end) { return result }
      // Inside braces the end of a line separates, as in a result builder.
      let isSeparated = end == "}" && (cursor.take(";") || cursor.position.line > line)
      guard isSeparated || cursor.take(",") else { throw cursor.unexpected(", or \(end)") }
    }
  }

  /// One value; `nil` for the literal `nil`.
  private mutating func single(_ depth: Int) throws(ConfigError) -> SpecValue? {
    try NestingLimit.check(depth, at: cursor.position)
    let isNegative = cursor.take("-")
    guard let byte = cursor.peek else { throw cursor.unexpected("a value") }
    if CharacterClass.isDigit(byte) {
      let number = try NumberReader.read(&cursor, isProto: false)
      return isNegative ? NumberReader.negated(number) : number
    }
    if byte == UInt8(ascii: ".") {
      cursor.advance()
      let value = try member(depth)
      guard isNegative else { return value }
      guard case .symbol(let name) = value else { throw cursor.unexpected("a number after -") }
      return .symbol("-\(name)")
    }
    guard !isNegative else { throw cursor.unexpected("a number after -") }
    if byte == UInt8(ascii: "\"") { return .text(try string()) }
    guard CharacterClass.isLetter(byte) else {
      throw cursor.unexpected("a layer, .case, number, string, true, false or nil")
    }
    return try named(depth)
  }

  /// `true`, `Name(...)`, `Type.member` and their like.
  private mutating func named(_ depth: Int) throws(ConfigError) -> SpecValue? {
    let start = cursor
    var name = cursor.take(while: CharacterClass.isWord)
    switch name {
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "nil": return nil
    default: break
    }
    while cursor.peek == UInt8(ascii: "."), let next = cursor.peek(1), CharacterClass.isLetter(next)
    {
      cursor.advance()
      // A member in lower case after its type is the same as without the type.
      if (0x61...0x7A).contains(next) { return try member(depth) }
      name += "." + cursor.take(while: CharacterClass.isWord)
    }
    skipSpace()
    var fields: [SpecField] = []
    var isCall = false
    if cursor.take("(") {
      fields = try arguments(depth)
      isCall = true
    }
    let afterCall = cursor
    skipBlanks()
    if cursor.take("{") {
      let layers = try elements(until: "}", depth + 1)
      fields.append(SpecField("", layers, isList: true, position: start.position))
      isCall = true
    } else {
      cursor = afterCall
    }
    guard isCall else {
      throw ConfigError(
        .syntax, position: start.position, found: "found \(name)",
        expected: "a layer, .case, number, string, true, false or nil",
        suggestion: "write \(name)() for the layer, .\(name) for a case or \"\(name)\" for a "
          + "string; \(SourceCursor.onlyLiterals)")
    }
    let node = SpecNode("", fields, position: start.position)
    if let part = registry.partField(swiftName: name) {
      let wrapped = SpecField(part, [.node(node)], position: start.position)
      return .node(SpecNode("", [wrapped], position: start.position))
    }
    if registry.valueTable(swiftName: name) != nil { return .node(node) }
    let wrapped = SpecField(name, [.node(node)], position: start.position)
    return .node(SpecNode("", [wrapped], position: start.position))
  }

  /// What follows the point of `.case` or `.case(...)`.
  private mutating func member(_ depth: Int) throws(ConfigError) -> SpecValue {
    let position = cursor.position
    let name = cursor.take(while: CharacterClass.isWord)
    guard !name.isEmpty else { throw cursor.unexpected("the name of a case") }
    guard cursor.take("(") else { return .symbol(name) }
    let fields = try arguments(depth)
    if fields.count == 1, fields[0].name.isEmpty {
      let field = SpecField(
        name, fields[0].values, isList: fields[0].isList, position: position)
      return .node(SpecNode("", [field], position: position))
    }
    let payload = SpecNode("", fields, position: position)
    let field = SpecField(name, [.node(payload)], position: position)
    return .node(SpecNode("", [field], position: position))
  }

  /// The arguments of a call behind its opening parenthesis.
  private mutating func arguments(_ depth: Int) throws(ConfigError) -> [SpecField] {
    var result: [SpecField] = []
    while true {
      skipSpace()
      if cursor.take(")") { return result }
      let position = cursor.position
      let label = try label()
      skipSpace()
      let (values, isList) = try values(depth + 1)
      // `nil` is the same as no argument.
      if !values.isEmpty || isList {
        result.append(SpecField(label, values, isList: isList, position: position))
      }
      skipSpace()
      if cursor.take(")") { return result }
      guard cursor.take(",") else { throw cursor.unexpected(", or )") }
    }
  }

  private mutating func label() throws(ConfigError) -> String {
    guard let byte = cursor.peek, CharacterClass.isLetter(byte) else { return "" }
    var ahead = self
    let name = ahead.cursor.take(while: CharacterClass.isWord)
    ahead.skipSpace()
    guard ahead.cursor.take(":") else { return "" }
    self = ahead
    return name
  }

  private mutating func string() throws(ConfigError) -> String {
    cursor.advance()
    var result: [UInt8] = []
    while true {
      guard let byte = cursor.peek, byte != UInt8(ascii: "\n") else {
        throw cursor.unexpected("the end of the string")
      }
      if byte == UInt8(ascii: "\"") { break }
      if byte == UInt8(ascii: "\\") {
        result += Array(try SwiftEscape.read(&cursor).utf8)
      } else {
        result.append(byte)
        cursor.advance()
      }
    }
    cursor.advance()
    return String(decoding: result, as: UTF8.self)
  }

  private mutating func skipBlanks() {
    while let byte = cursor.peek, byte == 0x20 || byte == 0x09 { cursor.advance() }
  }

  private mutating func skipSpace() {
    while let byte = cursor.peek {
      if CharacterClass.isSpace(byte) {
        cursor.advance()
      } else if byte == UInt8(ascii: "/"), cursor.peek(1) == UInt8(ascii: "/") {
        _ = cursor.take { $0 != UInt8(ascii: "\n") }
      } else {
        return
      }
    }
  }
}
