// One operation in the text of something that is no program, such as a schedule.

extension Op {
  /// What an instruction's text has between operands and types.
  package var attributesText: String { attributeWords.joined(separator: " ") }
}

extension ProgramParser {
  /// Reads the name of an operation.
  package mutating func opName() throws(ProgramTextError) -> String {
    try word(among: Op.knownHeads)
  }

  /// Reads what follows the operands of an operation without a body in its line; its results have these
  /// types.
  package mutating func op(
    named name: String, _ types: [ValueType], line: Int
  ) throws(ProgramTextError) -> Op {
    let attributes = try OpAttributes(&self, line: line)
    return try attributes.op(name, composite: nil, types: types)
  }
}
