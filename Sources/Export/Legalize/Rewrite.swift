package import Programs

/// A pass from program to program that replaces operations one at a time.
///
/// It gives nil for what it leaves alone. Bodies of loops are rewritten too; what a rewrite emits is not
/// shown to it again.
package struct Rewrite: Sendable {
  /// What the pass does, such as `fft`.
  package var name: String
  /// The dtypes that values have instead.
  var types = TypeChange()
  /// The values that take the place of the results of an operation.
  var apply: @Sendable (Operation) -> [Value]?

  /// One operation of the old program on values of the new one.
  struct Operation {
    /// What is computed.
    var op: Op
    /// The operands.
    var operands: [Value]
    /// The types that the operands have in the old program.
    var operandTypes: [ValueType]
    /// The types that the results have in the old program.
    var results: [ValueType]
    /// Where new operations go.
    var builder: ProgramBuilder
  }

  /// A change of the dtypes that a program computes in.
  struct TypeChange: Sendable {
    /// The type that values of a type have afterwards.
    var changed: @Sendable (ValueType) -> ValueType = { $0 }
    /// Whether inputs and outputs of the whole program keep their types, converted by `bitcast`.
    var keepsPorts = false
  }
}

extension Program {
  /// The program after a rewrite, without what no output needs any more.
  ///
  /// - Throws: ``ShapeError`` when the rewrite emits operations whose operands do not fit.
  package func rewritten(_ rewrite: Rewrite) throws -> Program {
    try rewritten(rewrite, isBody: false).deadCodeEliminated()
  }

  private func rewritten(_ rewrite: Rewrite, isBody: Bool) throws -> Program {
    let builder = ProgramBuilder()
    var map: [ValueID: Value] = [:]
    let keepsPorts = rewrite.types.keepsPorts && !isBody
    for input in inputs {
      let type = self[input.value]
      let changed = rewrite.types.changed(type)
      let value = builder.input(input.name, input.role, keepsPorts ? type : changed)
      map[input.value] = keepsPorts && changed != type ? value.bitcast(to: changed.dtype) : value
    }
    for instruction in instructions {
      var op = instruction.op
      if case .loop(var loop) = op {
        loop.body = try loop.body.rewritten(rewrite, isBody: true)
        op = .loop(loop)
      }
      let operands = instruction.operands.map { map.value($0) }
      let results = builder.scoped(absolute: scopes[instruction.scope]) {
        let operation = Rewrite.Operation(
          op: op, operands: operands, operandTypes: instruction.operands.map { self[$0] },
          results: instruction.results.map { self[$0] }, builder: builder)
        return rewrite.apply(operation) ?? builder.append(op, operands)
      }
      for (id, result) in zip(instruction.results, results) { map[id] = result }
    }
    for output in outputs {
      let type = self[output.value]
      let value = map.value(output.value)
      let isChanged = keepsPorts && rewrite.types.changed(type) != type
      builder.output(
        output.name, output.role, isChanged ? value.bitcast(to: type.dtype) : value)
    }
    return try builder.finish()
  }
}

extension [ValueID: Value] {
  /// What became of a value of the old program.
  func value(_ id: ValueID) -> Value {
    guard let value = self[id] else {
      preconditionFailure("Value \(id.index) is used before it is defined: verify the program.")
    }
    return value
  }
}

extension Value {
  /// Equal elements in the type of this value.
  func full(_ number: Double) -> Value { builder.full(number, type) }

  /// The other axes of this value, in order.
  func axes(besides axes: [Int]) -> [Int] { (0..<rank).filter { !axes.contains($0) } }

  /// Whether elements are NaN; of floating values only.
  var isNaN: Value { compare(.eq, self).not }
}
