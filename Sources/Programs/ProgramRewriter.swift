import Tensors

/// Builds a program out of another one, instruction by instruction.
struct ProgramRewriter {
  private(set) var program = Program()
  private var scopeIndex: [String: Int] = ["": 0]

  /// Starts with the scopes of another program, so that its scope numbers stay valid.
  init(scopesOf source: Program) {
    program.scopes = source.scopes
    for (index, scope) in source.scopes.enumerated() where scopeIndex[scope] == nil {
      scopeIndex[scope] = index
    }
  }

  /// The number of a layer path.
  mutating func intern(_ path: String) -> Int {
    if let known = scopeIndex[path] { return known }
    program.scopes.append(path)
    scopeIndex[path] = program.scopes.count - 1
    return program.scopes.count - 1
  }

  mutating func input(_ input: Program.Input, _ type: ValueType) -> ValueID {
    let id = newValue(type)
    program.inputs.append(.init(name: input.name, role: input.role, value: id))
    return id
  }

  mutating func output(_ output: Program.Output, _ value: ValueID) {
    program.outputs.append(.init(name: output.name, role: output.role, value: value))
  }

  /// Appends an instruction; its results get the types that the shape rules say.
  mutating func append(_ op: Op, _ operands: [ValueID], scope: Int) -> [ValueID] {
    let types: [ValueType]
    do {
      types = try op.resultTypes(operands.map { program[$0] })
    } catch {
      preconditionFailure("A pass wrote \(op.name) with operands that do not fit: \(error)")
    }
    let results = types.map { newValue($0) }
    program.instructions.append(
      Instruction(op: op, operands: operands, results: results, scope: scope))
    return results
  }

  private mutating func newValue(_ type: ValueType) -> ValueID {
    program.types.append(type)
    return ValueID(program.types.count - 1)
  }
}

extension Dictionary where Key == ValueID, Value == ValueID {
  /// What became of a value of the old program.
  func new(_ id: ValueID) -> ValueID {
    guard let value = self[id] else {
      preconditionFailure("Value \(id.index) is used before it is defined: verify the program.")
    }
    return value
  }
}
