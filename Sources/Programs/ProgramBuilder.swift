public import Tensors

/// Records operations into a program while layer code runs.
///
/// Mistakes in shapes do not interrupt layer code: they are collected with the layer path and thrown
/// once by ``finish()``; the result of a mistaken operation is poisoned, so that one mistake makes
/// one error.
///
/// What is recorded is charged against a budget before it is made: instructions with what planning them
/// takes, and the elements of constants. Where there is no room, nothing more is recorded.
public final class ProgramBuilder {
  package private(set) var program = Program()
  /// The errors so far.
  public private(set) var errors: [ShapeError] = []
  private var poisoned: Set<Int> = []
  private var scopeStack: [Int] = [0]
  private var scopeIndex: [String: Int] = ["": 0]
  private var scalars: [ScalarKey: ValueID] = [:]
  private let memory: MemoryBudget
  /// What has been charged so far.
  package private(set) var byteCount = 0
  /// What there was no room for; from then on nothing is recorded.
  public private(set) var memoryError: MemoryError?

  /// What an instruction takes in the program and in a plan of it, about.
  private static let instructionByteCount = 1 << 10

  private struct ScalarKey: Hashable {
    var bits: UInt64
    var dtype: DType
  }

  /// Starts an empty program that may take so much memory.
  public init(memory: MemoryBudget = .standard) { self.memory = memory }

  /// The layer path of the instructions being recorded.
  public var path: String { program.scopes[scopeStack[scopeStack.count - 1]] }

  /// Records what `body` does under a child path.
  public func scoped<Result, Failure: Error>(
    _ name: String, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let child = name.isEmpty ? path : (path.isEmpty ? name : path + "/" + name)
    scopeStack.append(internScope(child))
    defer { scopeStack.removeLast() }
    return try body()
  }

  /// Records what `body` does under an absolute path.
  public func scoped<Result, Failure: Error>(
    absolute absolutePath: String, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    scopeStack.append(internScope(absolutePath))
    defer { scopeStack.removeLast() }
    return try body()
  }

  private func internScope(_ path: String) -> Int {
    if let known = scopeIndex[path] { return known }
    program.scopes.append(path)
    scopeIndex[path] = program.scopes.count - 1
    return program.scopes.count - 1
  }

  /// Adds an input.
  public func input(_ name: String, _ role: InputRole, _ type: ValueType) -> Value {
    let id = newValue(type)
    program.inputs.append(.init(name: name, role: role, value: id))
    return Value(builder: self, id: id)
  }

  /// Adds an output.
  public func output(_ name: String, _ role: OutputRole, _ value: Value) {
    program.outputs.append(.init(name: name, role: role, value: value.id))
  }

  /// Adds an instruction and returns its results.
  ///
  /// On operands that do not fit, records an error and returns poisoned values of the types that
  /// were most likely meant.
  @discardableResult
  public func append(
    _ op: Op, _ operands: [Value], callSite: String? = nil
  ) -> [Value] {
    for value in operands {
      precondition(value.builder === self, "A value of another program was used in \(op.name).")
    }
    let types = operands.map(\.type)
    guard charge(Self.instructionByteCount, for: "a program of so many operations") else {
      return op.likelyTypes(types).map(poison)
    }
    let isPoisoned = operands.contains { poisoned.contains($0.id.index) }
    do {
      let results = try op.resultTypes(types)
      let ids = results.map(newValue)
      let scope = scopeStack[scopeStack.count - 1]
      program.instructions.append(
        Instruction(op: op, operands: operands.map(\.id), results: ids, scope: scope))
      if isPoisoned { poisoned.formUnion(ids.map(\.index)) }
      return ids.map { Value(builder: self, id: $0) }
    } catch {
      if !isPoisoned {
        report(op: op.name, found: error.found, expected: error.expected, callSite: callSite)
      }
      return op.likelyTypes(types).map(poison)
    }
  }

  /// Records a mistake found by a layer itself.
  public func report(op: String, found: String, expected: String?, callSite: String? = nil) {
    errors.append(
      ShapeError(path: path, op: op, found: found, expected: expected, callSite: callSite))
  }

  /// Takes the mistakes of a body as its own.
  package func report(_ inner: [ShapeError]) {
    for var error in inner {
      error.path = path
      errors.append(error)
    }
  }

  /// A value that stands for the result of a mistaken operation.
  public func poison(_ type: ValueType) -> Value {
    let id = newValue(type)
    poisoned.insert(id.index)
    return Value(builder: self, id: id)
  }

  /// A tensor that is part of the program.
  public func constant(_ tensor: Tensor) -> Value {
    charge(tensor.byteCount, for: "a constant")
    return append(.constant(tensor), [])[0]
  }

  /// An array that is part of the program; its elements are worked out in double precision, but only where
  /// there is room for them.
  public func constant<Failure: Error>(
    _ type: ValueType, elements: () throws(Failure) -> [Double]
  ) throws(Failure) -> Value {
    // A list of numbers, what it was made of, and a tensor of them.
    let working = Rational.product(type.shape.byteCount(of: .float64), 3)
    guard hasRoom(working, for: "the constant \(type)") else { return poison(type) }
    return constant(Tensor(try elements(), shape: type.shape).converted(to: type.dtype))
  }

  /// Whether there is room for something that is about to be made; if not, that is remembered.
  private func hasRoom(_ byteCount: Int, for what: @autoclosure () -> String) -> Bool {
    let total = Rational.sum(self.byteCount, byteCount)
    if memoryError == nil, total > memory.byteCount {
      memoryError = MemoryError(
        what: "\(path.isEmpty ? "." : path): \(what())", byteCount: total, budget: memory)
    }
    return memoryError == nil
  }

  /// Makes sure that there is room for as much more as is about to be recorded.
  package func reserve(_ byteCount: Int) {
    _ = hasRoom(byteCount, for: "a program of so many operations")
  }

  /// Takes note of something that stays; false where there was no room for it.
  @discardableResult
  private func charge(_ byteCount: Int, for what: @autoclosure () -> String) -> Bool {
    guard hasRoom(byteCount, for: what()) else { return false }
    self.byteCount += byteCount
    return true
  }

  /// A builder for the body of an operation, which takes from the same budget.
  func nested() -> ProgramBuilder {
    let inner = ProgramBuilder(memory: memory)
    inner.byteCount = byteCount
    inner.memoryError = memoryError
    return inner
  }

  /// Charges what was recorded in a nested builder.
  func join(_ inner: ProgramBuilder) {
    byteCount = inner.byteCount
    memoryError = inner.memoryError
  }

  /// A scalar that is part of the program, rounded to `dtype`; equal scalars are one value.
  public func scalar(_ value: Double, _ dtype: DType) -> Value {
    let key = ScalarKey(bits: value.bitPattern, dtype: dtype)
    if let known = scalars[key] { return Value(builder: self, id: known) }
    let made = constant(Tensor(repeating: value, shape: [], dtype))
    scalars[key] = made.id
    return made
  }

  /// A constant of that shape with equal elements.
  public func full(_ value: Double, _ type: ValueType) -> Value {
    scalar(value, type.dtype).broadcast(to: type.shape)
  }

  /// `0, 1, 2, …` along an axis.
  public func iota(_ type: ValueType, axis: Int) -> Value {
    append(.iota(type, axis: axis), [])[0]
  }

  /// Inlines another program, giving its outputs for these operands.
  ///
  /// Its instructions keep their layer paths; those at its root get the current one.
  ///
  /// - Precondition: one operand an input, of the same type.
  public func inline(_ other: Program, _ operands: [Value]) -> [Value] {
    precondition(operands.count == other.inputs.count, "Wrong number of operands to inline.")
    var map: [ValueID: Value] = [:]
    for (input, operand) in zip(other.inputs, operands) { map[input.value] = operand }
    for instruction in other.instructions {
      let arguments = instruction.operands.map { id in mapped(id, map) }
      let scope = other.scopes[instruction.scope]
      let results = scoped(absolute: scope.isEmpty ? path : scope) {
        append(instruction.op, arguments)
      }
      for (id, result) in zip(instruction.results, results) { map[id] = result }
    }
    return other.outputs.map { mapped($0.value, map) }
  }

  private func mapped(_ id: ValueID, _ map: [ValueID: Value]) -> Value {
    guard let value = map[id] else {
      preconditionFailure("Value \(id.index) of an inlined program was used before it was defined.")
    }
    return value
  }

  /// The program recorded so far.
  ///
  /// - Throws: ``ShapeError`` with every mistake met while recording; `MemoryError` where there was no
  ///   room for all of it.
  public func finish() throws -> Program {
    if let memoryError { throw memoryError }
    if let error = ShapeError.joined(errors) { throw error }
    return program
  }

  private func newValue(_ type: ValueType) -> ValueID {
    program.types.append(type)
    return ValueID(program.types.count - 1)
  }
}
