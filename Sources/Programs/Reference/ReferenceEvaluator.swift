public import Tensors

/// Runs programs by the plainest loops there are: what every op means, and the oracle that the fast
/// executor is measured against.
///
/// Floating results are computed in double precision (sums and products of many elements
/// accumulate in double) and rounded once to their dtype; integers and bools are exact. Its last
/// bits therefore differ from the executor's where a single op rounds more than once.
public enum ReferenceEvaluator {
  /// The outputs of a program, in order, for inputs in the program's order.
  ///
  /// - Precondition: the program is verified.
  /// - Throws: ``EvaluationError`` when number or types of inputs are not the program's.
  public static func evaluate(
    _ program: Program, inputs: [Tensor]
  ) throws(EvaluationError) -> [Tensor] {
    let values = try checkedRun(program, inputs)
    return program.outputs.map { defined(values, $0.value).tensor }
  }

  /// Every value of a program, at its ``ValueID/index``; nil for a value that nothing defines.
  ///
  /// - Precondition: the program is verified.
  /// - Throws: ``EvaluationError`` when number or types of inputs are not the program's.
  public static func evaluateAll(
    _ program: Program, inputs: [Tensor]
  ) throws(EvaluationError) -> [Tensor?] {
    try checkedRun(program, inputs).map { $0?.tensor }
  }

  /// The results of one op for operands that fit it.
  package static func apply(_ op: Op, _ operands: [Tensor]) -> [Tensor] {
    op.evaluated(operands.map(ReferenceArray.init)).map(\.tensor)
  }

  private static func checkedRun(
    _ program: Program, _ inputs: [Tensor]
  ) throws(EvaluationError) -> [ReferenceArray?] {
    guard inputs.count == program.inputs.count else {
      throw EvaluationError(
        code: .inputCount, path: "inputs", found: "\(inputs.count)",
        expected: "\(program.inputs.count)")
    }
    for (input, tensor) in zip(program.inputs, inputs) {
      let given = ValueType(tensor.dtype, tensor.shape)
      guard given == program[input.value] else {
        throw EvaluationError(
          code: .inputType, path: "input \(input.name)", found: "\(given)",
          expected: "\(program[input.value])")
      }
    }
    return run(program, inputs.map(ReferenceArray.init))
  }

  private static func run(_ program: Program, _ inputs: [ReferenceArray]) -> [ReferenceArray?] {
    var values: [ReferenceArray?] = Array(repeating: nil, count: program.types.count)
    for (input, array) in zip(program.inputs, inputs) { values[input.value.index] = array }
    for instruction in program.instructions {
      let operands = instruction.operands.map { defined(values, $0) }
      for (id, result) in zip(instruction.results, instruction.op.evaluated(operands)) {
        values[id.index] = result
      }
    }
    return values
  }

  /// The outputs of a body for operands that fit it.
  static func outputs(_ body: Program, _ operands: [ReferenceArray]) -> [ReferenceArray] {
    let values = run(body, operands)
    return body.outputs.map { defined(values, $0.value) }
  }

  private static func defined(_ values: [ReferenceArray?], _ id: ValueID) -> ReferenceArray {
    guard let value = values[id.index] else {
      preconditionFailure("Value \(id.index) is used before it is defined: verify the program.")
    }
    return value
  }
}

extension Op {
  func evaluated(_ operands: [ReferenceArray]) -> [ReferenceArray] {
    switch self {
    case .constant(let tensor): [ReferenceArray(tensor)]
    case .iota(let type, let axis): [.iota(type, axis: axis)]
    case .convert(let dtype): [operands[0].converted(to: dtype)]
    case .bitcast(let dtype): [operands[0].bitcast(to: dtype)]
    case .random(let op): [op.evaluated(operands)]
    case .unary(let op): [op.evaluated(operands[0])]
    case .binary(let op): [op.evaluated(operands[0], operands[1])]
    case .compare(let op): [op.evaluated(operands[0], operands[1])]
    case .select: [.selected(operands[0], operands[1], operands[2])]
    case .movement(let op): [op.evaluated(operands)]
    case .reduction(let op): op.evaluated(operands[0])
    case .contraction(let op): [op.evaluated(operands[0], operands[1])]
    case .indexing(let op): [op.evaluated(operands)]
    case .fft(let op): op.evaluated(operands)
    case .loop(let op): op.evaluated(operands)
    case .composite(let op): ReferenceEvaluator.outputs(op.body, operands)
    case .stopGradient: operands
    }
  }
}
