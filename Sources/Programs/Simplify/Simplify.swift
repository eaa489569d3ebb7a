import Tensors

extension Program {
  /// The program with less work for the same bits.
  ///
  /// Constants are folded where every execution agrees on the result, equal instructions are shared,
  /// movements are merged, conditions and masks that are known are decided, values whose elements
  /// are all equal are computed once as scalars, and what no output needs is dropped. Sums are never
  /// re-associated, and no rule assumes that a number is finite. An instruction keeps its scope;
  /// shared ones keep the first.
  ///
  /// - Precondition: the program is verified.
  /// - Returns: a program of the same inputs and outputs.
  public func simplified() -> Program {
    simplified { () throws(Never) in }
  }

  /// The same; `checkingCancellation` is called for every instruction and may throw to end it.
  package func simplified<Failure: Error>(
    checkingCancellation check: () throws(Failure) -> Void
  ) throws(Failure) -> Program {
    var simplifier = Simplifier(self)
    try simplifier.run(check)
    return simplifier.rewriter.program.deadCodeEliminated()
  }
}

/// Emits the instructions of a program one by one, each as something simpler if a rule applies.
struct Simplifier {
  private let source: Program
  var rewriter: ProgramRewriter
  /// The instruction that defines each value of the new program; nil for inputs.
  private var definitions: [Int?] = []
  private var shared: [SharedKey: [ValueID]] = [:]
  /// The elements of values that are known, up to ``foldLimit`` of them unless constants.
  var known: [ValueID: Tensor] = [:]

  private struct SharedKey: Hashable {
    var op: OpKey
    var operands: [ValueID]
  }

  init(_ source: Program) {
    self.source = source
    rewriter = ProgramRewriter(scopesOf: source)
  }

  mutating func run<Failure: Error>(_ check: () throws(Failure) -> Void) throws(Failure) {
    var map: [ValueID: ValueID] = [:]
    for input in source.inputs {
      map[input.value] = rewriter.input(input, source[input.value])
      definitions.append(nil)
    }
    try emit(source, &map, check)
    for output in source.outputs { rewriter.output(output, map.new(output.value)) }
  }

  /// Emits all instructions of a program whose inputs are mapped.
  mutating func emit<Failure: Error>(
    _ program: Program, _ map: inout [ValueID: ValueID], _ check: () throws(Failure) -> Void
  ) throws(Failure) {
    for instruction in program.instructions {
      try check()
      let operands = instruction.operands.map { map.new($0) }
      let scope = rewriter.intern(program.scopes[instruction.scope])
      let results = emit(instruction.op, operands, scope)
      for (old, new) in zip(instruction.results, results) { map[old] = new }
    }
  }

  /// Values equal to the results of an op.
  mutating func emit(_ op: Op, _ operands: [ValueID], _ scope: Int) -> [ValueID] {
    if let simpler = simpler(op, operands, scope) { return simpler }
    if let constants = folded(op, operands) {
      return constants.map { emit(.constant($0), [], scope)[0] }
    }
    let key = OpKey(op).map { SharedKey(op: $0, operands: operands) }
    if let key, let results = shared[key] { return results }
    let results = append(op, operands, scope)
    if let key { shared[key] = results }
    learn(op, operands, results)
    return results
  }

  /// Emits an op of one result.
  mutating func one(_ op: Op, _ operands: [ValueID], _ scope: Int) -> ValueID {
    emit(op, operands, scope)[0]
  }

  func type(_ id: ValueID) -> ValueType { rewriter.program[id] }
  func shape(_ id: ValueID) -> Shape { rewriter.program[id].shape }

  /// The op that defines a value, and its operands; nil for inputs.
  func definition(_ id: ValueID) -> Instruction? {
    definitions[id.index].map { rewriter.program.instructions[$0] }
  }

  /// The movement that defines a value and its first operand.
  func movement(_ id: ValueID) -> (op: MovementOp, operands: [ValueID])? {
    guard let definition = definition(id), case .movement(let op) = definition.op else {
      return nil
    }
    return (op, definition.operands)
  }

  /// The scalar that every element of a value equals, if the value is a broadcast of one.
  func scalar(_ id: ValueID) -> ValueID? {
    if type(id).rank == 0 { return id }
    guard case (.broadcast, let operands)? = movement(id), type(operands[0]).rank == 0 else {
      return nil
    }
    return operands[0]
  }

  /// The number that every element of a value is known to equal.
  func uniform(_ id: ValueID) -> Double? {
    scalar(id).flatMap { known[$0] }.map { $0.double(at: 0) }
  }

  /// A value of that shape whose elements all equal a scalar.
  mutating func filled(_ scalar: ValueID, _ shape: Shape, _ scope: Int) -> ValueID {
    shape.isEmpty ? scalar : one(.movement(.broadcast(shape, axes: [])), [scalar], scope)
  }

  private mutating func simpler(
    _ op: Op, _ operands: [ValueID], _ scope: Int
  ) -> [ValueID]? {
    switch op {
    case .constant(let tensor): return uniformConstant(tensor, scope).map { [$0] }
    case .convert(let dtype): return converted(dtype, operands[0], scope).map { [$0] }
    case .bitcast(let dtype): return bitcast(dtype, operands[0], scope).map { [$0] }
    case .unary, .binary, .compare, .select:
      return elementwise(op, operands, scope).map { [$0] }
    case .movement(let movement): return moved(movement, operands, scope).map { [$0] }
    case .reduction(let reduction): return reduced(reduction, operands[0], scope).map { [$0] }
    case .indexing(let indexing): return indexed(indexing, operands, scope).map { [$0] }
    case .loop(let loop): return looped(loop, operands, scope)
    case .composite(var composite):
      composite.body = composite.body.simplified()
      composite.gradient = composite.gradient?.simplified()
      return append(.composite(composite), operands, scope)
    case .iota, .random, .contraction, .fft, .stopGradient: return nil
    }
  }

  /// Appends an op as it is.
  mutating func append(_ op: Op, _ operands: [ValueID], _ scope: Int) -> [ValueID] {
    let results = rewriter.append(op, operands, scope: scope)
    let index = rewriter.program.instructions.count - 1
    definitions += results.map { _ in index }
    return results
  }
}
