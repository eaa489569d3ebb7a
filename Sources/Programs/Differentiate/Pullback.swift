import Tensors

/// One instruction on the walk back: what its rule may read, and where its contributions go.
struct Pullback {
  let pass: ReversePass
  let index: Int
  /// Which operands lie on a path to a wanted input.
  let isWanted: [Bool]
  /// One a result; nil is zero.
  let cotangents: [Value?]

  var builder: ProgramBuilder { pass.builder }
  var instruction: Instruction { pass.source.instructions[index] }

  /// The value of an operand, recorded now if it has not been.
  func operand(_ index: Int) -> Value { pass.value(instruction.operands[index]) }
  /// The value of a result, recorded now if it has not been.
  func result(_ index: Int = 0) -> Value { pass.value(instruction.results[index]) }
  /// The type of an operand.
  func type(_ index: Int) -> ValueType { pass.source[instruction.operands[index]] }

  /// Zeros of the type of an operand.
  func zeros(_ index: Int) -> Value { builder.full(0, type(index)) }

  /// Adds to the cotangent of an operand; nothing is recorded if its gradient is not wanted.
  func contribute(to index: Int, _ value: @autoclosure () -> Value) {
    guard isWanted[index] else { return }
    pass.seed(instruction.operands[index], value())
  }

  /// Adds to the cotangent of the elements of an operand from `start` along an axis.
  func contribute(to index: Int, axis: Int, start: Int, _ value: Value) {
    guard isWanted[index] else { return }
    pass.add(value, to: instruction.operands[index], axis: axis, start: start)
  }

  /// Applies the rule of the instruction's op.
  func apply(_ loopGradient: LoopGradient?) {
    switch instruction.op {
    case .constant, .iota, .bitcast, .random, .compare, .stopGradient: break
    case .convert: first { g in contribute(to: 0, g.converted(to: type(0).dtype)) }
    case .unary(let op): first { unary(op, $0) }
    case .binary(let op): first { binary(op, $0) }
    case .select: first { select($0) }
    case .movement(let op): first { movement(op, $0) }
    case .reduction(let op): first { reduction(op, $0) }
    case .contraction(let op): first { contraction(op, $0) }
    case .indexing(let op): first { indexing(op, $0) }
    case .fft(let op): fft(op)
    case .loop: if let loopGradient { loop(loopGradient) }
    case .composite(let op): composite(op)
    }
  }

  /// Runs a rule with the cotangent of the first result, if it has one.
  private func first(_ rule: (Value) -> Void) {
    if let g = cotangents[0] { rule(g) }
  }

  /// Pulls the cotangents back through a program that computes the results from the operands, and
  /// is recorded here as far as its gradient reads it.
  func through(_ expansion: Program) {
    let inputs = expansion.inputs.map(\.value)
    let outputs = expansion.outputs.map(\.value)
    let seeds = zip(outputs, cotangents).filter { $0.1 != nil }
    let wanted = inputs.indices.filter { isWanted[$0] }
    let inner = ReversePass(
      expansion, builder: builder, wanted: wanted.map { inputs[$0] }, seeded: seeds.map(\.0)
    ) { operand($0) }
    for (input, operand) in zip(inputs, instruction.operands) {
      if pass.captured.contains(operand) { inner.captured.insert(input) }
    }
    for case (let id, let cotangent?) in seeds { inner.seed(id, cotangent) }
    inner.walk()
    for index in wanted {
      if let cotangent = inner.cotangent(of: inputs[index]) {
        contribute(to: index, cotangent)
      }
    }
    for var contraction in inner.deferred {
      guard let index = inputs.firstIndex(of: contraction.captured) else { continue }
      contraction.captured = instruction.operands[index]
      pass.deferred.append(contraction)
    }
  }

  /// The program of an expansion of an op of this type of operands.
  func expansion(_ types: [ValueType], _ body: ([Value]) -> Value) -> Program {
    guard let program = builder.subprogram(types, { [body($0)] }) else {
      preconditionFailure("A gradient rule's expansion does not fit its operands.")
    }
    return program
  }

  private func composite(_ op: CompositeOp) {
    guard let gradient = op.gradient else { return through(op.body) }
    let operands = instruction.operands.indices.map { operand($0) }
    let results = instruction.results.indices.map { result($0) }
    let seeds = zip(cotangents, results).map { cotangent, result in
      cotangent ?? builder.full(0, result.type)
    }
    let contributions = builder.inline(gradient, operands + results + seeds)
    for (index, contribution) in contributions.enumerated() {
      contribute(to: index, contribution)
    }
  }
}
