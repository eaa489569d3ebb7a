package import Layers

/// Prints a checked tree in the protobuf text format.
package enum TextFormatPrinter {
  /// The fields of a root message, two spaces a level, with a newline at the end.
  package static func print(_ root: SpecNode) -> String {
    var result = ""
    write(root, "", &result)
    return result
  }

  private static func write(_ node: SpecNode, _ indent: String, _ result: inout String) {
    for field in node.fields {
      let name = field.name.contains(".") ? "[\(field.name)]" : field.name
      let scalars = field.values.compactMap(scalar)
      if scalars.count == field.values.count {
        let text = scalars.count == 1 ? scalars[0] : "[\(scalars.joined(separator: ", "))]"
        result += "\(indent)\(name): \(text)\n"
        continue
      }
      for case .node(let inner) in field.values {
        if inner.fields.isEmpty {
          result += "\(indent)\(name) {}\n"
        } else {
          result += "\(indent)\(name) {\n"
          write(inner, indent + "  ", &result)
          result += "\(indent)}\n"
        }
      }
    }
  }

  private static func scalar(_ value: SpecValue) -> String? {
    switch value {
    case .integer(let number): "\(number)"
    case .number(let number): NumberText.proto(number)
    case .bool(let flag): "\(flag)"
    case .text(let text): TextEscape.quoted(text)
    case .symbol(let name): name
    case .bytes(let bytes): quoted(bytes)
    case .node: nil
    }
  }

  private static func quoted(_ bytes: [UInt8]) -> String {
    let digits = bytes.map { byte in
      let octal = String(byte, radix: 8)
      return "\\" + String(repeating: "0", count: 3 - octal.count) + octal
    }
    return "\"\(digits.joined())\""
  }
}

/// The shortest text that reads back as the same number.
enum NumberText {
  static func proto(_ value: Double) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    return plain(value)
  }

  static func swift(_ value: Double) -> String {
    if value.isNaN { return ".nan" }
    if value.isInfinite { return value < 0 ? "-.infinity" : ".infinity" }
    return plain(value)
  }

  static func json(_ value: Double) -> String {
    if value.isNaN { return "\"NaN\"" }
    if value.isInfinite { return value < 0 ? "\"-Infinity\"" : "\"Infinity\"" }
    return plain(value)
  }

  /// Whole numbers of usual size are printed without a point.
  private static func plain(_ value: Double) -> String {
    if value == value.rounded(), value.magnitude < 1e15, !(value == 0 && value.sign == .minus) {
      return "\(Int(value))"
    }
    return "\(value)"
  }
}
