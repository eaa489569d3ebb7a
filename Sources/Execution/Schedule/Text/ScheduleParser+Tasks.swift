import Diagnostics
import Programs
import Tensors

extension ScheduleParser {
  /// A view of a buffer that is declared.
  mutating func view() throws(ProgramTextError) -> BufferView {
    try part(of: try knownBuffer())
  }

  /// The part of a buffer that follows its number: all of it if nothing does.
  private mutating func part(of buffer: Int) throws(ProgramTextError) -> BufferView {
    var view = BufferView(buffer: buffer, result.buffers[buffer].type)
    if try skip("as") { view = BufferView(buffer: buffer, try parser.type()) }
    if try skip("at") { view.offset = try parser.int() }
    if try skip("strides") {
      view.strides = try parser.ints()
      guard view.strides.count == view.shape.count else {
        throw parser.tokens.error(
          found: "\(view.strides.count) strides", expected: "one an axis of \(view.shape)")
      }
    }
    return view
  }

  /// A task, added to the block that is being read.
  mutating func addTask() throws(ProgramTextError) {
    result.blocks[block].tasks.append(try task())
  }

  private mutating func task() throws(ProgramTextError) -> ScheduledTask {
    var (results, scratch): ([BufferView], [Int]) = ([], [])
    while next != .mark("=") {
      if !results.isEmpty || !scratch.isEmpty { try parser.mark(",") }
      if try skip("scratch") {
        scratch.append(try buffer())
      } else {
        results.append(try part(of: try buffer()))
      }
    }
    try advance()
    guard case .word(let head) = next else { throw parser.unexpected("an operation") }
    guard ScheduledOp.heads.contains(head) else {
      throw parser.tokens.error(
        found: head, expected: "one of \(ScheduledOp.heads.joined(separator: ", "))",
        nearest: NearestName.of(head, among: ScheduledOp.heads))
    }
    let line = parser.tokens.line
    try advance()
    if head == "rowTiles" { return try rowTiles() }
    let name = head == "generic" || head == "fourier" ? try parser.opName() : ""
    let operands = try self.operands()
    let op = try self.op(head, name, results, line)
    let scope = try self.scope()
    return ScheduledTask(
      op: op, operands: operands, results: results, scratch: scratch, scope: scope)
  }

  private mutating func operands() throws(ProgramTextError) -> [BufferView] {
    try parser.mark("(")
    var operands: [BufferView] = []
    while next != .mark(")") {
      if !operands.isEmpty { try parser.mark(",") }
      operands.append(try view())
    }
    try advance()
    return operands
  }

  /// The layer behind `@`, as its position among the scopes.
  private mutating func scope() throws(ProgramTextError) -> Int {
    let path = try parser.tokens.path()
    if let known = result.scopes.firstIndex(of: path) { return known }
    result.scopes.append(path)
    return result.scopes.count - 1
  }

  private mutating func attributes() throws(ProgramTextError) -> AttributeReader {
    var outer = self
    let reader = try AttributeReader(&parser) { (parser) throws(ProgramTextError) in
      outer.parser = parser
      let view = try outer.view()
      parser = outer.parser
      return view
    }
    return reader
  }

  private mutating func op(
    _ head: String, _ name: String, _ results: [BufferView], _ line: Int
  ) throws(ProgramTextError) -> ScheduledOp {
    switch head {
    case "elementwise": return .elementwise(try elementwise())
    case "lstmCell": return .lstmCell
    case "copy": return .copy
    case "generic":
      return .generic(try parser.op(named: name, results.map(\.type), line: line))
    case "fourier":
      guard case .fft(let op) = try parser.op(named: name, results.map(\.type), line: line) else {
        throw parser.unexpected("a Fourier transform")
      }
      return .rowwise(.fourier(op))
    default: break
    }
    var reader = try attributes()
    switch head {
    case "contraction":
      var contraction = Contraction()
      try contraction.code(&reader)
      return .contraction(contraction)
    case "convolution":
      var convolution = Convolution()
      try convolution.code(&reader)
      return .convolution(convolution)
    case "softmax":
      var length = 1
      try reader.number("length", &length)
      return .rowwise(.softmax(length: length))
    case "rmsNorm", "layerNorm":
      var norm = RowFunction.Normalization()
      try norm.code(&reader)
      return .rowwise(head == "rmsNorm" ? .rmsNorm(norm) : .layerNorm(norm))
    case "attention":
      var attributes = KnownComposite.AttentionAttributes(past: -1, future: -1, offset: 0)
      try attributes.code(&reader)
      return .attention(attributes)
    case "pack":
      var layout = PanelLayout()
      try layout.code(&reader)
      return .pack(layout)
    case "loop": return .loop(try loop(&reader))
    default: throw parser.unexpected("an operation with a reader")
    }
  }

  // MARK: Bodies

  private mutating func elementwise() throws(ProgramTextError) -> FusedElementwise {
    try keyword("over")
    var fused = FusedElementwise(shape: try parser.ints(), steps: [], results: [])
    try parser.mark("{")
    while try !skip("give") {
      try keyword("t\(fused.steps.count)")
      try parser.mark("=")
      guard case .word(let name) = next, let function = ElementwiseFunction(name: name) else {
        throw parser.unexpected("an elementwise function")
      }
      try advance()
      try parser.mark("(")
      var operands: [FusedElementwise.Operand] = []
      while next != .mark(")") {
        if !operands.isEmpty { try parser.mark(",") }
        operands.append(try operand())
      }
      try advance()
      // A dtype is read as the type of a single number is.
      guard case .word(let word) = next,
        let dtype = DType.allCases.first(where: { $0.shortName == word })
      else { throw parser.unexpected("a dtype") }
      try advance()
      fused.steps.append(.init(function: function, operands: operands, dtype: dtype))
    }
    fused.results = try parser.ints()
    try parser.mark("}")
    return fused
  }

  /// Such as `x0`, an input, or `t3`, a step.
  private mutating func operand() throws(ProgramTextError) -> FusedElementwise.Operand {
    guard case .word(let word) = next, let number = Int(word.dropFirst()),
      let kind = word.first, kind == "x" || kind == "t"
    else { throw parser.unexpected("an input such as x0 or a step such as t3") }
    try advance()
    return kind == "x" ? .input(number) : .step(number)
  }

  private mutating func loop(
    _ reader: inout AttributeReader
  ) throws(ProgramTextError) -> ScheduledLoop {
    result.blocks.append(Block())
    var loop = ScheduledLoop(body: result.blocks.count - 1)
    try loop.code(&reader)
    let outer = block
    block = loop.body
    try parser.mark("{")
    while case .word(let word) = next {
      try advance()
      let slot = try buffer()
      switch word {
      case "slice", "stack":
        try keyword(word == "slice" ? "of" : "in")
        let first = try view()
        try keyword("step")
        let stride = try parser.int()
        if word == "slice" {
          loop.slices.append(.init(slot: slot, first: first, byteStride: stride))
        } else {
          loop.stacks.append(.init(slot: slot, first: first, byteStride: stride))
        }
      case "carry":
        try keyword("from")
        let initial = try view()
        try keyword("to")
        var carry = ScheduledLoop.Carry(
          input: slot, output: try buffer(), initial: initial, memory: [])
        if try skip("memory") { carry.memory = [try view(), try view()] }
        loop.carries.append(carry)
      default: throw parser.tokens.error(found: word, expected: "slice, carry or stack")
      }
    }
    while next != .mark("}") { try addTask() }
    try advance()
    block = outer
    return loop
  }

  private mutating func rowTiles() throws(ProgramTextError) -> ScheduledTask {
    try keyword("scratch")
    let scratch = try buffer()
    try parser.mark(",")
    var tiles = RowTiles(scratch: scratch, tables: try buffer())
    var reader = try attributes()
    try tiles.code(&reader)
    try parser.mark("{")
    while next != .mark("}") {
      if try skip("place") {
        let buffer = try knownBuffer()
        let rowByteCount = try parser.int()
        tiles.values.append(
          .init(buffer: buffer, rowByteCount: rowByteCount, byteOffset: try parser.int()))
      } else {
        tiles.tasks.append(try task())
      }
    }
    try advance()
    var task = ScheduledTask(tiles)
    task.scope = try scope()
    return task
  }
}
