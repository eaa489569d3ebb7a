import Diagnostics
import Tensors

extension Program {
  /// Reads the text that ``text(elidingConstantsOver:)`` writes.
  ///
  /// The result is well formed but not verified: see ``verify()``.
  ///
  /// - Throws: ``ProgramTextError`` at the first thing that cannot be read, and for elided constants.
  public init(parsing text: String) throws(ProgramTextError) {
    var parser = try ProgramParser(text)
    self = try parser.program(depth: 0)
    guard parser.tokens.next == .end else { throw parser.unexpected("in, out or %n =") }
  }
}

package struct ProgramParser {
  package var tokens: ProgramTokens

  package init(_ text: String) throws(ProgramTextError) { tokens = try ProgramTokens(text) }

  /// Everything up to the end or a closing brace.
  mutating func program(depth: Int) throws(ProgramTextError) -> Program {
    guard depth < 32 else { throw unexpected("at most 32 bodies inside each other") }
    var program = Program()
    while true {
      switch tokens.next {
      case .end, .mark("}"): return program
      case .word("in"): try input(&program)
      case .word("out"): try output(&program)
      case .value, .word("loop"), .word("composite"): try instruction(&program, depth)
      case .word, .number, .string, .mark: throw unexpected("in, out or %n =")
      }
    }
  }

  // MARK: Lines

  private mutating func input(_ program: inout Program) throws(ProgramTextError) {
    try tokens.advance()
    let id = try value()
    let role = try inputRole()
    let name = try string()
    try mark(":")
    program.define(id, try type())
    program.inputs.append(.init(name: name, role: role, value: id))
  }

  private mutating func inputRole() throws(ProgramTextError) -> InputRole {
    let roles: [InputRole] = [
      .input, .constant(streamed: false), .parameter, .variable, .state(.replaced), .seed, .operand,
    ]
    let word = try self.word(among: roles.map(\.keyword))
    switch (word, tokens.next) {
    case ("constant", .word("streamed")):
      try tokens.advance()
      return .constant(streamed: true)
    case ("state", .word("counter")):
      try tokens.advance()
      return .state(.counter)
    case ("state", .word("window")):
      try tokens.advance()
      try keyword("axis")
      let axis = try int()
      try keyword("length")
      return .state(.window(axis: axis, length: try int()))
    default: return roles.first { $0.keyword == word } ?? .operand
    }
  }

  private mutating func output(_ program: inout Program) throws(ProgramTextError) {
    try tokens.advance()
    let id = try value()
    let roles: [OutputRole] = [.output, .emit, .state, .variable, .gradient, .tap, .result]
    let word = try self.word(among: roles.map(\.keyword))
    let role = roles.first { $0.keyword == word } ?? .result
    program.outputs.append(.init(name: try string(), role: role, value: id))
  }

  private mutating func instruction(
    _ program: inout Program, _ depth: Int
  ) throws(ProgramTextError) {
    var results: [ValueID] = []
    if case .value = tokens.next {
      results.append(try value())
      while try skip(",") { results.append(try value()) }
      try mark("=")
    }
    let name = try word(among: Op.knownHeads)
    var composite: String?
    if name == "composite" { composite = try string() }
    let operands = try self.operands()
    var attributes = try OpAttributes(&self)
    var types: [ValueType] = []
    try mark(":")
    if !results.isEmpty { types.append(try type()) }
    while try skip(",") { types.append(try type()) }
    guard types.count == results.count else {
      throw tokens.error(found: "\(types.count) types", expected: "\(results.count), one a result")
    }
    let path = try tokens.path()
    var bodies: [Program] = []
    while tokens.next == .mark("{") {
      try tokens.advance()
      bodies.append(try self.program(depth: depth + 1))
      try mark("}")
      if tokens.next == .word("gradient") { try tokens.advance() }
    }
    attributes.bodies = bodies
    let op = try attributes.op(name, composite: composite, types: types)
    for (id, type) in zip(results, types) { program.define(id, type) }
    let scope = program.intern(path)
    program.instructions.append(
      Instruction(op: op, operands: operands, results: results, scope: scope))
  }

  private mutating func operands() throws(ProgramTextError) -> [ValueID] {
    try mark("(")
    var operands: [ValueID] = []
    while tokens.next != .mark(")") {
      if !operands.isEmpty { try mark(",") }
      operands.append(try value())
    }
    try tokens.advance()
    return operands
  }

  // MARK: Parts

  package mutating func type() throws(ProgramTextError) -> ValueType {
    let name = try word(among: DType.allCases.map(\.shortName))
    let dtype = DType.allCases.first { $0.shortName == name } ?? .float32
    let shape = try ints()
    var count = 1
    for extent in shape {
      let (product, overflows) = count.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflows else {
        throw tokens.error(found: shape.shapeText, expected: "extents that a tensor can have")
      }
      count = product
    }
    return ValueType(dtype, shape)
  }

  package mutating func ints() throws(ProgramTextError) -> [Int] {
    try mark("[")
    var numbers: [Int] = []
    while tokens.next != .mark("]") {
      if !numbers.isEmpty { try mark(",") }
      numbers.append(try int())
    }
    try tokens.advance()
    return numbers
  }

  package mutating func int() throws(ProgramTextError) -> Int {
    guard case .number(let text) = tokens.next, let number = Int(text) else {
      throw unexpected("a whole number")
    }
    try tokens.advance()
    return number
  }

  package mutating func string() throws(ProgramTextError) -> String {
    guard case .string(let content) = tokens.next else { throw unexpected("a name in quotes") }
    try tokens.advance()
    return content
  }

  package mutating func value() throws(ProgramTextError) -> ValueID {
    guard case .value(let index) = tokens.next else { throw unexpected("a value such as %12") }
    try tokens.advance()
    return ValueID(index)
  }

  package mutating func word(among known: [String]) throws(ProgramTextError) -> String {
    guard case .word(let word) = tokens.next else {
      throw unexpected("one of \(known.joined(separator: ", "))")
    }
    guard known.contains(word) else {
      throw tokens.error(
        found: word, expected: "one of \(known.joined(separator: ", "))",
        nearest: NearestName.of(word, among: known))
    }
    try tokens.advance()
    return word
  }

  package mutating func keyword(_ word: String) throws(ProgramTextError) {
    guard tokens.next == .word(word) else { throw unexpected(word) }
    try tokens.advance()
  }

  package mutating func mark(_ character: Character) throws(ProgramTextError) {
    guard try skip(character) else { throw unexpected("\(character)") }
  }

  package mutating func skip(_ character: Character) throws(ProgramTextError) -> Bool {
    guard tokens.next == .mark(character) else { return false }
    try tokens.advance()
    return true
  }

  package func unexpected(_ expected: String) -> ProgramTextError {
    tokens.error(found: tokens.next.text, expected: expected)
  }
}

extension Program {
  /// Gives a value its type; numbers in between stay undefined.
  fileprivate mutating func define(_ id: ValueID, _ type: ValueType) {
    while types.count <= id.index { types.append(ValueType(.bool, [])) }
    types[id.index] = type
  }

  fileprivate mutating func intern(_ path: String) -> Int {
    if let known = scopes.firstIndex(of: path) { return known }
    scopes.append(path)
    return scopes.count - 1
  }
}
