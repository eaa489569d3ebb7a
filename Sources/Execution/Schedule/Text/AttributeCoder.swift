import Programs

/// Writes or reads the attributes of an operation: each type has one function for both, so that what is
/// written is read back.
protocol AttributeCoder {
  associatedtype Failure: Error

  /// A number; `usual` is left out of the text.
  mutating func number(_ word: String, _ value: inout Int, usual: Int?) throws(Failure)
  mutating func numbers(_ word: String, _ values: inout [Int], usual: [Int]?) throws(Failure)
  mutating func real(_ word: String, _ value: inout Double) throws(Failure)
  mutating func flag(_ word: String, _ value: inout Bool) throws(Failure)
  mutating func view(_ word: String, _ view: inout BufferView?) throws(Failure)
  mutating func name<Name: RawRepresentable<String> & CaseIterable>(
    _ word: String, _ value: inout Name?
  ) throws(Failure)
}

extension AttributeCoder {
  mutating func number(_ word: String, _ value: inout Int) throws(Failure) {
    try number(word, &value, usual: nil)
  }

  mutating func numbers(_ word: String, _ values: inout [Int]) throws(Failure) {
    try numbers(word, &values, usual: nil)
  }
}

/// Writes attributes as words.
struct AttributeWriter: AttributeCoder {
  typealias Failure = Never

  private let viewText: (BufferView) -> String
  private(set) var words: [String] = []

  init(_ viewText: @escaping (BufferView) -> String) { self.viewText = viewText }

  mutating func number(_ word: String, _ value: inout Int, usual: Int?) {
    if value != usual { words.append("\(word) \(value)") }
  }

  mutating func numbers(_ word: String, _ values: inout [Int], usual: [Int]?) {
    if values != usual { words.append("\(word) \(values)") }
  }

  mutating func real(_ word: String, _ value: inout Double) { words.append("\(word) \(value)") }

  mutating func flag(_ word: String, _ value: inout Bool) { if value { words.append(word) } }

  mutating func view(_ word: String, _ view: inout BufferView?) {
    if let view { words.append("\(word) \(viewText(view))") }
  }

  mutating func name<Name: RawRepresentable<String> & CaseIterable>(
    _ word: String, _ value: inout Name?
  ) {
    if let value { words.append("\(word) \(value.rawValue.quoted)") }
  }
}

/// Reads the words that ``AttributeWriter`` writes.
struct AttributeReader: AttributeCoder {
  typealias Failure = ProgramTextError

  private var numbers: [String: String] = [:]
  private var lists: [String: [Int]] = [:]
  private var views: [String: BufferView] = [:]
  private var names: [String: String] = [:]
  private var flags: Set<String> = []
  private let tokens: ProgramTokens

  /// Reads as many words with their values as follow in the line.
  init(
    _ parser: inout ProgramParser,
    _ view: (inout ProgramParser) throws(ProgramTextError) -> BufferView
  ) throws(ProgramTextError) {
    tokens = parser.tokens
    let line = parser.tokens.line
    while case .word(let word) = parser.tokens.next, parser.tokens.line == line {
      try parser.tokens.advance()
      // What begins the next line is no value of a flag.
      switch parser.tokens.line == line ? parser.tokens.next : .end {
      case .number(let text):
        numbers[word] = text
        try parser.tokens.advance()
      case .string(let text):
        names[word] = text
        try parser.tokens.advance()
      case .value: views[word] = try view(&parser)
      case .mark("["): lists[word] = try parser.ints()
      case .word, .mark, .end: flags.insert(word)
      }
    }
  }

  mutating func number(
    _ word: String, _ value: inout Int, usual: Int?
  ) throws(ProgramTextError) {
    guard let text = numbers[word] else {
      guard let usual else { throw missing("\(word) and a number") }
      value = usual
      return
    }
    guard let number = Int(text) else {
      throw tokens.error(found: "\(word) \(text)", expected: "a whole number")
    }
    value = number
  }

  mutating func numbers(
    _ word: String, _ values: inout [Int], usual: [Int]?
  ) throws(ProgramTextError) {
    guard let list = lists[word] ?? usual else { throw missing("\(word) and a list of numbers") }
    values = list
  }

  mutating func real(_ word: String, _ value: inout Double) throws(ProgramTextError) {
    guard let number = numbers[word].flatMap({ Double($0) }) else {
      throw missing("\(word) and a number")
    }
    value = number
  }

  mutating func flag(_ word: String, _ value: inout Bool) { value = flags.contains(word) }

  mutating func view(_ word: String, _ view: inout BufferView?) { view = views[word] }

  mutating func name<Name: RawRepresentable<String> & CaseIterable>(
    _ word: String, _ value: inout Name?
  ) throws(ProgramTextError) {
    guard let text = names[word] else { return }
    guard let name = Name(rawValue: text) else {
      let known = Name.allCases.map(\.rawValue.quoted).joined(separator: ", ")
      throw tokens.error(found: "\(word) \(text.quoted)", expected: "one of \(known)")
    }
    value = name
  }

  private func missing(_ expected: String) -> ProgramTextError {
    tokens.error(found: "attributes without it", expected: expected)
  }
}
