import Diagnostics

extension SpecChecker {
  /// The values of one field, each of the type that its row gives.
  mutating func values(
    _ field: SpecField, _ row: FieldRow, _ path: String, _ depth: Int
  ) -> SpecField {
    var field = field
    if style == .swift, !row.isRepeated, let constant = constant(field, row) {
      field.values = [constant]
      field.isList = false
    }
    if style == .swift, !row.isRepeated, field.isList, let bytes = bytes(field, row) {
      field.values = [.bytes(bytes)]
      field.isList = false
    }
    let place = SpecPath.joined(path, row.name)
    if !row.isRepeated, field.values.count != 1 || field.isList {
      errors.append(
        ConfigError(
          field.isList ? .wrongType : .duplicateField, path: place, position: field.position,
          found: field.isList ? "found a list" : "given \(field.values.count) times",
          expected: "\(row.type.description), once"))
      return field
    }
    var result = SpecField(row.name, [], isList: field.isList, position: field.position)
    for (index, raw) in field.values.enumerated() {
      let place = SpecPath.joined(path, SpecPath.element(row, index))
      result.values.append(value(raw, row, place, field.position, depth))
    }
    return result
  }

  private mutating func value(
    _ raw: SpecValue, _ row: FieldRow, _ path: String, _ position: SourcePosition?, _ depth: Int
  ) -> SpecValue {
    var raw = raw
    if case .symbol(let list) = row.type, style != .swift,
      let word = EarlierSpelling.word(raw, in: list)
    {
      note("\(path) as a message", readAs: word)
      raw = .symbol(word)
    }
    do throws(ConfigError) {
      switch row.type {
      case .int: return try int(raw)
      case .bool: return try bool(raw)
      case .double: return try double(raw)
      case .string: return try string(raw)
      case .bytes: return try bytes(raw)
      case .symbol(let list): return .symbol(try word(raw, list, isSymbol: true))
      case .word(let list): return .text(try word(raw, list, isSymbol: false))
      case .layer:
        guard case .node(let node) = raw else { throw raw.mismatch("a layer") }
        return .node(root(node, path, depth + 1))
      case .message(let name):
        guard let table = registry.table(message: name) else {
          preconditionFailure("every message of a table has a table itself: \(name)")
        }
        return .node(message(try self.node(raw, table), table, path, depth + 1))
      }
    } catch {
      var located = error
      located.path = path
      located.position = position
      if located.suggestion == nil { located.suggestion = "\(spelled(row)): \(row.doc)" }
      errors.append(located)
      return raw
    }
  }

  private func int(_ raw: SpecValue) throws(ConfigError) -> SpecValue {
    var result: Int?
    switch (raw, style) {
    case (.integer(let value), _): result = value
    case (.number(let value), .json): result = Int(exactly: value)
    case (.text(let text), .json): result = Int(text)
    default: break
    }
    guard let result else { throw raw.mismatch(FieldType.int.description) }
    guard Int(Int32.min)...Int(Int32.max) ~= result else {
      throw ConfigError(
        .outOfRange, found: "found \(result)",
        expected: "a whole number from \(Int32.min) to \(Int32.max)")
    }
    return .integer(result)
  }

  private func bool(_ raw: SpecValue) throws(ConfigError) -> SpecValue {
    switch (raw, style) {
    case (.bool, _): return raw
    case (.symbol("true"), .schema), (.symbol("True"), .schema), (.symbol("t"), .schema),
      (.integer(1), .schema):
      return .bool(true)
    case (.symbol("false"), .schema), (.symbol("False"), .schema), (.symbol("f"), .schema),
      (.integer(0), .schema):
      return .bool(false)
    default: throw raw.mismatch(FieldType.bool.description)
    }
  }

  private func double(_ raw: SpecValue) throws(ConfigError) -> SpecValue {
    switch (raw, style) {
    case (.number, _): return raw
    case (.integer(let value), _): return .number(Double(value))
    case (.symbol(let text), .schema), (.symbol(let text), .swift), (.text(let text), .json):
      switch text.lowercased() {
      case "inf", "infinity": return .number(.infinity)
      case "-inf", "-infinity": return .number(-.infinity)
      case "nan", "-nan": return .number(.nan)
      default: break
      }
      if style == .json, let value = Double(text) { return .number(value) }
    default: break
    }
    throw raw.mismatch(FieldType.double.description)
  }

  private func string(_ raw: SpecValue) throws(ConfigError) -> SpecValue {
    switch raw {
    case .text: return raw
    case .bytes(let bytes):
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw raw.mismatch("a string of valid UTF-8")
      }
      return .text(text)
    default: throw raw.mismatch(FieldType.string.description)
    }
  }

  private func bytes(_ raw: SpecValue) throws(ConfigError) -> SpecValue {
    switch (raw, style) {
    case (.bytes, _): return raw
    case (.text(let text), .schema): return .bytes(Array(text.utf8))
    case (.text(let text), .json):
      guard let bytes = Base64.decode(text) else { throw raw.mismatch("bytes in base 64") }
      return .bytes(bytes)
    default: throw raw.mismatch(FieldType.bytes.description)
    }
  }

  /// The schema's spelling of one of a list of words.
  private func word(
    _ raw: SpecValue, _ list: WordList, isSymbol: Bool
  ) throws(ConfigError) -> String {
    let isSwift = style == .swift
    var spelling: String?
    switch (raw, style) {
    case (.symbol(let text), .swift): spelling = text
    case (.symbol(let text), .schema) where isSymbol: spelling = text
    case (.text(let text), .schema) where !isSymbol: spelling = text
    case (.text(let text), .json): spelling = text
    // A tree of ours spells enums as symbols, whichever notation it goes to.
    case (.symbol(let text), .json) where isSymbol: spelling = text
    case (.integer(let number), .schema) where isSymbol,
      (.integer(let number), .json) where isSymbol:
      spelling = list.words.first { $0.number == number }?.text
    default: break
    }
    let legal = list.words.map { isSwift ? ".\($0.swiftName)" : $0.text }
    let expected = "one of \(legal.joined(separator: ", "))"
    guard let spelling else {
      var error = raw.mismatch(expected)
      if isSwift, case .text(let text) = raw, let word = list[text] {
        error.suggestion = "write .\(word.swiftName)"
      }
      throw error
    }
    if let match = list.words.first(where: { (isSwift ? $0.swiftName : $0.text) == spelling }) {
      return match.text
    }
    let names = list.words.map { isSwift ? $0.swiftName : $0.text }
    let nearest =
      names.first { $0.hasSuffix("_\(spelling.uppercased())") }
      ?? NearestName.of(spelling, among: names)
    throw ConfigError(
      .unknownWord, found: "\(list.name) has no \(spelling)", expected: expected,
      suggestion: nearest.map { "did you mean \(isSwift ? "." : "")\($0)?" })
  }

  /// A message; in Swift a case without fields is a word, and constants may be plain numbers.
  private func node(_ raw: SpecValue, _ table: FieldTable) throws(ConfigError) -> SpecNode {
    switch raw {
    case .node(let node):
      // In Swift the type of a part is spelled the same in the place of a choice and as a value.
      if style == .swift, !table.isOneOf, let field = node.fields.first,
        registry.parts.contains(where: { $0.row.name == field.name }),
        case .node(let part)? = field.values.first
      {
        return part
      }
      return node
    case .symbol(let name) where style == .swift && table.isOneOf:
      let field = SpecField(name, [.node(SpecNode(""))])
      return SpecNode("", [field])
    default: throw raw.mismatch(table.swiftName)
    }
  }

  /// Bytes written as a list of numbers, in Swift only.
  private func bytes(_ field: SpecField, _ row: FieldRow) -> [UInt8]? {
    guard case .bytes = row.type else { return nil }
    let bytes = field.values.compactMap { value -> UInt8? in
      guard case .integer(let number) = value else { return nil }
      return UInt8(exactly: number)
    }
    return bytes.count == field.values.count ? bytes : nil
  }

  /// A constant written as a number or list of numbers, in Swift only.
  private func constant(_ field: SpecField, _ row: FieldRow) -> SpecValue? {
    guard case .message(TensorConstant.table.message) = row.type else { return nil }
    let isNumber = field.values.allSatisfy { value in
      switch value {
      case .integer, .number: true
      default: false
      }
    }
    guard isNumber, field.isList || field.values.count == 1 else { return nil }
    var node = SpecNode("", [SpecField("values", field.values, isList: true)])
    if field.isList {
      node.fields.insert(SpecField("shape", [.integer(field.values.count)], isList: true), at: 0)
    }
    return .node(node)
  }
}
