import Tensors

extension Simplifier {
  /// One iteration is inlined; else known operands move into the body, and results that the body knows
  /// come out of it.
  mutating func looped(_ loop: LoopOp, _ operands: [ValueID], _ scope: Int) -> [ValueID] {
    if loop.tripCount == 1 { return inlined(loop, operands, scope) }
    let (simpler, rest) = absorbing(loop, operands)
    var results = append(.loop(simpler), rest, scope)
    guard loop.tripCount > 0 else { return results }
    for index in results.indices {
      let output = simpler.body.outputs[index].value
      if index < loop.carriedCount {
        let input = simpler.body.inputs[simpler.capturedCount + index].value
        // Carried through unchanged.
        if output == input { results[index] = rest[simpler.capturedCount + index] }
      } else if let element = simpler.body.constantScalar(output) {
        let stacked = shape(results[index])
        results[index] = filled(one(.constant(element), [], scope), stacked, scope)
      }
    }
    return results
  }

  private mutating func inlined(
    _ loop: LoopOp, _ operands: [ValueID], _ scope: Int
  ) -> [ValueID] {
    var map: [ValueID: ValueID] = [:]
    let slicedStart = loop.capturedCount + loop.carriedCount
    for (index, input) in loop.body.inputs.enumerated() {
      let shape = loop.body[input.value].shape
      map[input.value] =
        index < slicedStart
        ? operands[index] : one(.movement(.reshape(shape)), [operands[index]], scope)
    }
    emit(loop.body, &map) { () throws(Never) in }
    return loop.body.outputs.enumerated().map { index, output in
      let value = map.new(output.value)
      guard index >= loop.carriedCount else { return value }
      var stacked = shape(value)
      stacked.insert(1, at: loop.axis)
      return one(.movement(.reshape(stacked)), [value], scope)
    }
  }

  /// The loop with operands of equal known elements turned into constants of its body.
  private func absorbing(_ loop: LoopOp, _ operands: [ValueID]) -> (LoopOp, [ValueID]) {
    var result = loop
    var rest: [ValueID] = []
    var rewriter = ProgramRewriter(scopesOf: loop.body)
    var map: [ValueID: ValueID] = [:]
    for (index, input) in loop.body.inputs.enumerated() {
      let isCaptured = index < loop.capturedCount
      let isCarried = !isCaptured && index < loop.capturedCount + loop.carriedCount
      let type = loop.body[input.value]
      if !isCarried, let element = scalar(operands[index]).flatMap({ known[$0] }) {
        let constant = rewriter.append(.constant(element), [], scope: 0)
        map[input.value] =
          type.rank == 0
          ? constant[0]
          : rewriter.append(.movement(.broadcast(type.shape, axes: [])), constant, scope: 0)[0]
        if isCaptured { result.capturedCount -= 1 }
      } else {
        map[input.value] = rewriter.input(input, type)
        rest.append(operands[index])
      }
    }
    for instruction in loop.body.instructions {
      let new = rewriter.append(
        instruction.op, instruction.operands.map { map.new($0) }, scope: instruction.scope)
      for (old, new) in zip(instruction.results, new) { map[old] = new }
    }
    for output in loop.body.outputs { rewriter.output(output, map.new(output.value)) }
    result.body = rewriter.program.simplified()
    return (result, rest)
  }
}

extension Program {
  /// The scalar constant that every element of a value equals, as the simplifier writes it.
  fileprivate func constantScalar(_ id: ValueID) -> Tensor? {
    guard let definition = instructions.first(where: { $0.results.contains(id) }) else {
      return nil
    }
    if case .constant(let tensor) = definition.op, tensor.rank == 0 { return tensor }
    guard case .movement(.broadcast(_, axes: [])) = definition.op else { return nil }
    return constantScalar(definition.operands[0])
  }
}
