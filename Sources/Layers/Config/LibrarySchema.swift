import Tensors

/// The messages and enums of the library, read once from the texts that `Protos/generate.sh` writes.
///
/// A text has a line for each enum and message, and one for each of its values or fields:
///
/// ```
/// enum PaddingMode
/// causal causal 4
///
/// message Conv1D layer conv1d 25
/// | Convolution over time.
/// - precision kernel_sharding
/// filters 1 int required like 8 | Channels of the output.
/// padding 5 word:PaddingMode = "valid" | How time is padded and which outputs are valid.
/// ```
///
/// A line with `-` names fields of the original that mean nothing here. Values of absent fields are numbers,
/// words, strings in quotes, or messages such as `{Initializer zeros:{Initializer.Zeros}}`; one behind `like` is
/// an example.
struct LibrarySchema: Sendable {
  /// The tables by the names of their messages.
  private(set) var tables: [String: FieldTable] = [:]
  /// The enums by their names.
  private(set) var wordLists: [String: WordList] = ["DType": DType.words]

  /// The schema of this library.
  static let library = LibrarySchema(texts)

  private init(_ texts: [String]) {
    for text in texts { read(text) }
  }

  private mutating func read(_ text: String) {
    var scanner = SchemaScanner(text)
    while !scanner.isAtEnd {
      if scanner.take("enum ") {
        let name = scanner.word()
        scanner.endLine()
        wordLists[name] = WordList(name, SchemaScanner.lines(&scanner) { $0.value() })
      } else {
        let table = table(&scanner)
        tables[table.message] = table
      }
    }
  }

  private func table(_ scanner: inout SchemaScanner) -> FieldTable {
    scanner.expect("message ")
    let name = scanner.word()
    let role: FieldTable.Role =
      scanner.take(" layer ")
      ? .layer(field: scanner.word(), number: scanner.number(after: " ")) : .value
    let isOneOf = scanner.take(" one-of")
    scanner.endLine()
    let doc = scanner.doc()
    let omitted = scanner.take("- ") ? scanner.rest().split(separator: " ").map(String.init) : []
    let fields = SchemaScanner.lines(&scanner) { field(&$0) }
    return FieldTable(
      name, role, isOneOf: isOneOf, doc: doc, fields: fields, omitted: omitted)
  }

  private func field(_ scanner: inout SchemaScanner) -> FieldRow {
    let name = scanner.word()
    let number = scanner.number(after: " ")
    scanner.expect(" ")
    let type = type(&scanner)
    let isRepeated = scanner.take(" repeated")
    let isRequired = scanner.take(" required")
    let mayBeEmpty = scanner.take(" may-be-empty")
    var defaults: [SpecValue] = []
    if scanner.take(" = ") {
      repeat { defaults.append(scanner.specValue()) } while scanner.take(", ")
    }
    let example = scanner.take(" like ") ? scanner.specValue() : nil
    scanner.expect(" ")
    return FieldRow(
      name, number, type, isRepeated: isRepeated, isRequired: isRequired, mayBeEmpty: mayBeEmpty,
      defaults: defaults, example: example, doc: scanner.doc())
  }

  private func type(_ scanner: inout SchemaScanner) -> FieldType {
    let kind = scanner.word()
    switch kind {
    case "int": return .int
    case "bool": return .bool
    case "double": return .double
    case "string": return .string
    case "bytes": return .bytes
    case "layer": return .layer
    default: break
    }
    scanner.expect(":")
    let name = scanner.word()
    switch kind {
    case "message": return .message(name)
    case "word": return .word(words(name))
    case "symbol": return .symbol(words(name))
    default: preconditionFailure("The schema has a field of the kind \(kind).")
    }
  }

  fileprivate func words(_ name: String) -> WordList {
    guard let list = wordLists[name] else {
      preconditionFailure("The schema has no enum \(name): run Protos/generate.sh.")
    }
    return list
  }
}

extension FieldTable {
  /// The table of a message of the library.
  static func inSchema(_ message: String) -> FieldTable {
    guard let table = LibrarySchema.library.tables[message] else {
      preconditionFailure("The schema has no message \(message): run Protos/generate.sh.")
    }
    return table
  }
}

extension WordList {
  /// The words of an enum of the library.
  static func inSchema(_ name: String) -> WordList { LibrarySchema.library.words(name) }
}
