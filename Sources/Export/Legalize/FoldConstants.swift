import Programs
import Tensors

extension Program {
  /// The program with these inputs as constants, and with what depends on constants only computed.
  ///
  /// Constants move into the bodies of loops, so that nothing that a loop captures is one. Movements of
  /// constants are folded whatever their size, results of arithmetic up to 2^20 elements; broadcasts stay,
  /// since operators stretch their operands.
  func foldingConstants(_ given: [ValueID: Tensor] = [:]) throws -> Program {
    var folder = ConstantFolder()
    return try folder.folded(self, given).deadCodeEliminated()
  }
}

private struct ConstantFolder {
  private let builder = ProgramBuilder()
  /// The elements of new values that are known.
  private var known: [ValueID: Tensor] = [:]
  private static let arithmeticLimit = 1 << 20
  private static let broadcastLimit = 1 << 12

  mutating func folded(
    _ program: Program, _ given: [ValueID: Tensor]
  ) throws -> Program {
    var map: [ValueID: Value] = [:]
    for input in program.inputs {
      if let tensor = given[input.value] {
        map[input.value] = constant(tensor)
      } else {
        map[input.value] = builder.input(input.name, input.role, program[input.value])
      }
    }
    for instruction in program.instructions {
      var operands = instruction.operands.map { map.value($0) }
      var op = instruction.op
      if case .loop(let loop) = op {
        (op, operands) = try capturing(loop, operands)
      }
      let results = builder.scoped(absolute: program.scopes[instruction.scope]) {
        emitted(op, operands)
      }
      for (id, result) in zip(instruction.results, results) { map[id] = result }
    }
    for output in program.outputs {
      builder.output(output.name, output.role, map.value(output.value))
    }
    return try builder.finish()
  }

  private mutating func constant(_ tensor: Tensor) -> Value {
    let value = builder.constant(tensor)
    known[value.id] = tensor
    return value
  }

  private mutating func emitted(_ op: Op, _ operands: [Value]) -> [Value] {
    if case .constant(let tensor) = op { return [constant(tensor)] }
    let tensors = operands.compactMap { known[$0.id] }
    guard tensors.count == operands.count, let results = folded(op, operands, tensors) else {
      return builder.append(op, operands)
    }
    if case .movement(.broadcast) = op {
      // Known to what follows, but written as it is.
      let values = builder.append(op, operands)
      known[values[0].id] = results[0]
      return values
    }
    return results.map { constant($0) }
  }

  private func folded(_ op: Op, _ operands: [Value], _ tensors: [Tensor]) -> [Tensor]? {
    guard let types = try? op.resultTypes(operands.map(\.type)) else { return nil }
    let count = types.map(\.shape.elementCount).max() ?? 0
    switch op {
    case .movement(let movement):
      switch movement {
      case .reshape(let shape): return [tensors[0].reshaped(shape)]
      case .transpose(let permutation): return [tensors[0].transposed(permutation)]
      case .broadcast: return count <= Self.broadcastLimit ? evaluated(op, tensors) : nil
      case .slice, .pad, .reverse, .concatenate: return limited(op, tensors, count)
      }
    case .constant, .random, .fft, .loop, .composite: return nil
    case .contraction: return count <= Self.broadcastLimit ? limited(op, tensors, count) : nil
    case .iota: return evaluated(op, tensors)
    case .convert, .bitcast, .unary, .binary, .compare, .select, .reduction, .indexing,
      .stopGradient:
      return limited(op, tensors, count)
    }
  }

  private func limited(_ op: Op, _ tensors: [Tensor], _ count: Int) -> [Tensor]? {
    let most = tensors.map(\.count).max() ?? 0
    return max(count, most) <= Self.arithmeticLimit ? evaluated(op, tensors) : nil
  }

  private func evaluated(_ op: Op, _ tensors: [Tensor]) -> [Tensor] {
    ReferenceEvaluator.apply(op, tensors)
  }

  /// The loop with the constants that it captures inside its body.
  private func capturing(
    _ loop: LoopOp, _ operands: [Value]
  ) throws -> (Op, [Value]) {
    var result = loop
    var inner: [ValueID: Tensor] = [:]
    var kept: [Value] = []
    for (index, operand) in operands.enumerated() {
      if index < loop.capturedCount, let tensor = known[operand.id] {
        inner[loop.body.inputs[index].value] = tensor
      } else {
        kept.append(operand)
      }
    }
    result.capturedCount -= inner.count
    var folder = ConstantFolder()
    result.body = try folder.folded(loop.body, inner)
    return (.loop(result), kept)
  }
}

extension Tensor {
  /// Axis `i` of the result is axis `permutation[i]` of this.
  func transposed(_ permutation: [Int]) -> Tensor {
    let target = permutation.map { shape[$0] }
    guard count > 0, permutation != Array(0..<rank) else { return reshaped(target) }
    let strides = shape.rowMajorStrides
    let steps = permutation.map { strides[$0] }
    let width = dtype.byteCount
    return Tensor(dtype, shape: target) { bytes in
      withUnsafeBytes { source in
        var index: [Int] = Array(repeating: 0, count: rank)
        var position = 0
        for place in 0..<count {
          bytes.copyBytes(source, position * width..<(position + 1) * width, to: place * width)
          var axis = rank - 1
          while axis >= 0 {
            index[axis] += 1
            position += steps[axis]
            if index[axis] < target[axis] { break }
            position -= steps[axis] * target[axis]
            index[axis] = 0
            axis -= 1
          }
        }
      }
    }
  }
}
