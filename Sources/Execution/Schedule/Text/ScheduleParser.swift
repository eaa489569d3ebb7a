package import Programs
import Tensors

extension Schedule {
  /// Reads the text that ``text(elidingConstantsOver:)`` writes.
  ///
  /// The result is well formed but not checked: see ``verify()``.
  ///
  /// - Throws: `ProgramTextError` at the first thing that cannot be read, and for elided constants.
  package init(parsing text: String) throws(ProgramTextError) {
    var parser = try ScheduleParser(text)
    self = try parser.schedule()
  }
}

struct ScheduleParser {
  var parser: ProgramParser
  var result = Schedule()
  /// The block that is being read.
  var block = Schedule.main

  init(_ text: String) throws(ProgramTextError) { parser = try ProgramParser(text) }

  var next: ProgramTokens.Token { parser.tokens.next }

  mutating func schedule() throws(ProgramTextError) -> Schedule {
    while true {
      switch next {
      case .end: return result
      case .value: _ = try buffer()
      case .word("preparation"): try block(Schedule.preparation)
      case .word("main"): try block(Schedule.main)
      case .word("commit"):
        try advance()
        let outer = result.blocks[Schedule.main].tasks
        result.blocks[Schedule.main].tasks = []
        try tasks()
        result.commits = result.blocks[Schedule.main].tasks
        result.blocks[Schedule.main].tasks = outer
      case .word("state"): try stateChange()
      case .word("value"):
        try advance()
        let value = try parser.int()
        try parser.mark("=")
        result.values[value] = try view()
      case .word("memory"): try memory()
      case .word, .number, .string, .mark:
        throw parser.unexpected("%n:, preparation, main, commit, state, value or memory")
      }
    }
  }

  mutating func advance() throws(ProgramTextError) { try parser.tokens.advance() }

  mutating func skip(_ word: String) throws(ProgramTextError) -> Bool {
    guard next == .word(word) else { return false }
    try advance()
    return true
  }

  mutating func keyword(_ word: String) throws(ProgramTextError) {
    guard try skip(word) else { throw parser.unexpected(word) }
  }

  // MARK: Blocks

  private mutating func block(_ number: Int) throws(ProgramTextError) {
    try advance()
    block = number
    if try skip("live") {
      repeat {
        let buffer = try parser.value().index
        result.blocks[number].liveOut.insert(buffer)
        // Values without elements are declared before the block.
        if buffer < result.buffers.count, result.buffers[buffer].isArena {
          result.buffers[buffer].block = number
        }
      } while try parser.skip(",")
    }
    try tasks()
    block = Schedule.main
  }

  /// Tasks in braces, added to the block that is being read.
  mutating func tasks() throws(ProgramTextError) {
    try parser.mark("{")
    while next != .mark("}") { try addTask() }
    try advance()
  }

  private mutating func stateChange() throws(ProgramTextError) {
    try advance()
    guard try parser.int() == result.stateChanges.count else {
      throw parser.unexpected("state \(result.stateChanges.count)")
    }
    if try skip("unchanged") {
      result.stateChanges.append(.unchanged)
    } else if try skip("flip") {
      result.stateChanges.append(.flip)
    } else if try skip("rewritten") {
      result.stateChanges.append(.rewritten)
    } else {
      try keyword("advance")
      result.stateChanges.append(.advance(entries: try parser.int()))
    }
  }

  private mutating func memory() throws(ProgramTextError) {
    try advance()
    let count = result.buffers.count
    var layout = ArenaLayout(
      offsets: Array(repeating: -1, count: count), regions: Array(repeating: nil, count: count))
    layout.byteCount = try parser.int()
    try parser.mark("{")
    while next != .mark("}") {
      if try skip("output") {
        let buffer = try knownBuffer()
        layout.outputs.append(OutputRegion(buffer: buffer, byteCount: try parser.int()))
      } else {
        let buffer = try knownBuffer()
        layout.offsets[buffer] = try parser.int()
        if try skip("in") { layout.regions[buffer] = try parser.int() }
      }
    }
    try advance()
    result.memory = layout
  }

  // MARK: Buffers

  /// The number of a buffer, which is declared here if a colon follows.
  mutating func buffer() throws(ProgramTextError) -> Int {
    let number = try parser.value().index
    guard try parser.skip(":") else {
      guard number < result.buffers.count else { throw undeclared(number) }
      return number
    }
    while result.buffers.count <= number {
      result.buffers.append(Buffer(.arena, ValueType(.bool, [0]), block: Schedule.main))
    }
    let storage = try self.storage(number)
    result.buffers[number] = Buffer(storage, try parser.type(), block: block)
    return number
  }

  mutating func knownBuffer() throws(ProgramTextError) -> Int {
    let number = try parser.value().index
    guard number < result.buffers.count else { throw undeclared(number) }
    return number
  }

  private func undeclared(_ number: Int) -> ProgramTextError {
    parser.tokens.error(
      found: "%\(number)", expected: "a buffer that is declared, as in %3: f32[2]")
  }

  private mutating func storage(_ number: Int) throws(ProgramTextError) -> Buffer.Storage {
    if try skip("prepared") { return .prepared }
    if try skip("tile") { return .tile }
    if try skip("slot") { return .slot }
    if try skip("constant") { return .constant(try constant()) }
    if try skip("input") { return .input(try place(number)) }
    if try skip("parameter") { return .parameter(try place(number)) }
    if try skip("oldState") { return .oldState(try place(number)) }
    if try skip("newState") { return .newState(try place(number)) }
    if try skip("window") { return .window(try place(number)) }
    guard try skip("packed") else { return .arena }
    let index = try place(number)
    var layout = PanelLayout()
    layout.k = try labelled("k")
    layout.n = try labelled("n")
    if try skip("starts") { layout.starts = try parser.ints() }
    try keyword("steps")
    let steps = try parser.ints()
    (layout.rowStride, layout.columnStride) = (steps.first ?? 0, steps.last ?? 0)
    return .packed(index, layout)
  }

  private mutating func labelled(_ word: String) throws(ProgramTextError) -> Int {
    try keyword(word)
    return try parser.int()
  }

  /// A position among inputs, parameters or leaves, and perhaps a name.
  private mutating func place(_ buffer: Int) throws(ProgramTextError) -> Int {
    let place = try parser.int()
    if case .string(let name) = next {
      result.names[buffer] = name
      try advance()
    }
    return place
  }

  /// The elements of a constant in parentheses; its type follows.
  private mutating func constant() throws(ProgramTextError) -> Tensor {
    try parser.mark("(")
    // The elements are read as their type says, which follows them.
    let start = parser
    while next != .mark(")"), next != .end { try advance() }
    try parser.mark(")")
    let end = parser
    let type = try parser.type()
    parser = start
    let line = parser.tokens.line
    guard case .constant(let tensor) = try parser.op(named: "constant", [type], line: line) else {
      throw parser.unexpected("the elements of a constant")
    }
    parser = end
    return tensor
  }
}
