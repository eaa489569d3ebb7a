import Tensors

extension Program {
  /// The program as text, one line an input, instruction and output.
  ///
  ///     in %0 input "x" : f32[1, 1, 16]
  ///     in %1 parameter "dense/kernel" : f32[16, 64]
  ///     %2 = dot(%0, %1) contracting [2]·[0] : f32[1, 1, 64]  @ dense
  ///     out %2 output "y"
  ///
  /// Bodies of loops and composites follow in braces.
  ///
  /// - Parameter limit: constants of more elements are shown by a hash; nil shows all in full.
  /// - Returns: the text, which ``init(parsing:)`` reads back if no constant was elided.
  public func text(elidingConstantsOver limit: Int? = nil) -> String {
    var printer = ProgramPrinter(limit: limit)
    printer.print(self)
    return printer.text
  }
}

extension Program: CustomStringConvertible {
  /// The text, with large constants elided.
  public var description: String { text(elidingConstantsOver: 16) }
}

private struct ProgramPrinter {
  let limit: Int?
  var text = ""
  private var indent = ""

  init(limit: Int?) { self.limit = limit }

  private mutating func line(_ content: String) { text += indent + content + "\n" }

  mutating func print(_ program: Program) {
    for input in program.inputs {
      let name = input.name.quoted
      line("in \(input.value.text) \(input.role.text) \(name) : \(program[input.value])")
    }
    for instruction in program.instructions { print(instruction, in: program) }
    for output in program.outputs {
      line("out \(output.value.text) \(output.role.keyword) \(output.name.quoted)")
    }
  }

  private mutating func print(_ instruction: Instruction, in program: Program) {
    let results = instruction.results.map(\.text).joined(separator: ", ")
    let operands = instruction.operands.map(\.text).joined(separator: ", ")
    let types = instruction.results.map { program[$0].description }.joined(separator: ", ")
    let words = [instruction.op.head + "(\(operands))"] + attributes(instruction.op)
    var content = "\(results.isEmpty ? "" : results + " = ")\(words.joined(separator: " "))"
    content += types.isEmpty ? " :" : " : \(types)"
    let scope = program.scopes[instruction.scope]
    if !scope.isEmpty { content += "  @ \(scope.isPlainPath ? scope : scope.quoted)" }
    switch instruction.op {
    case .loop(let loop):
      line(content + " {")
      print(body: loop.body)
      line("}")
    case .composite(let composite):
      line(content + " {")
      print(body: composite.body)
      if let gradient = composite.gradient {
        line("} gradient {")
        print(body: gradient)
      }
      line("}")
    case .constant, .iota, .convert, .bitcast, .random, .unary, .binary, .compare, .select,
      .movement, .reduction, .contraction, .indexing, .fft, .stopGradient:
      line(content)
    }
  }

  private mutating func print(body: Program) {
    let outer = indent
    indent += "  "
    print(body)
    indent = outer
  }

  private func attributes(_ op: Op) -> [String] {
    guard case .constant(let tensor) = op else { return op.attributeWords }
    return [tensor.elementsText(elidingOver: limit)]
  }
}

extension ValueID {
  /// Such as `%12`.
  package var text: String { "%\(index)" }
}

extension InputRole {
  fileprivate var text: String {
    switch self {
    case .constant(streamed: true): "constant streamed"
    case .state(.counter): "state counter"
    case .state(.window(let axis, let length)): "state window axis \(axis) length \(length)"
    case .input, .constant, .parameter, .variable, .state, .seed, .operand: keyword
    }
  }
}

extension String {
  /// In double quotes, with `"` and `\` escaped and line breaks as `\n`.
  package var quoted: String {
    var result = "\""
    for character in self {
      switch character {
      case "\"", "\\": result += "\\\(character)"
      case "\n": result += "\\n"
      default: result.append(character)
      }
    }
    return result + "\""
  }

  /// Whether it can stand in the text without quotes.
  package var isPlainPath: Bool {
    utf8.allSatisfy { byte in
      let character = Character(UnicodeScalar(byte))
      return byte < 128
        && (character.isLetter || character.isNumber || "_/.-[]".contains(character))
    }
  }
}

extension Tensor {
  /// The elements of a constant; of more than `limit` elements a hash.
  package func elementsText(elidingOver limit: Int?) -> String {
    if count > 1, isUniform { return "all \(numberText(0))" }
    if let limit, count > limit { return "elided \(contentHash)" }
    return "{" + (0..<count).map(numberText).joined(separator: ", ") + "}"
  }

  /// The shortest text that reads back as the same element.
  fileprivate func numberText(_ position: Int) -> String {
    let value = double(at: position)
    if dtype == .float64 { return "\(value)" }
    if dtype.isFloating { return "\(Float(value))" }
    return "\(integer(at: position))"
  }

  private func integer(at position: Int) -> Int64 {
    // Doubles do not hold all of int64.
    guard dtype == .int64 else { return Int64(double(at: position)) }
    return withUnsafeElements(of: Int64.self) { $0[position] }
  }

  /// Stands for the bytes of the elements (FNV-1a).
  fileprivate var contentHash: String {
    let hash = withUnsafeBytes { FNV1a.hash32($0) }
    let digits = String(hash, radix: 16)
    return "x" + String(repeating: "0", count: 8 - digits.count) + digits
  }
}
