extension Program {
  /// The program with the bodies of composites in their places, inside loops and each other too.
  ///
  /// Values inside a composite become visible; last bits may differ from those of the kernel that
  /// would have run the composite.
  ///
  /// - Parameter names: composites that stay.
  /// - Returns: a program of the same inputs and outputs.
  public func decomposed(keeping names: Set<String> = []) -> Program {
    var rewriter = ProgramRewriter(scopesOf: self)
    var map: [ValueID: ValueID] = [:]
    for input in inputs { map[input.value] = rewriter.input(input, self[input.value]) }
    rewriter.decompose(self, &map, keeping: names)
    for output in outputs { rewriter.output(output, map.new(output.value)) }
    return rewriter.program
  }
}

extension ProgramRewriter {
  fileprivate mutating func decompose(
    _ source: Program, _ map: inout [ValueID: ValueID], keeping names: Set<String>
  ) {
    for instruction in source.instructions {
      let operands = instruction.operands.map { map.new($0) }
      let scope = intern(source.scopes[instruction.scope])
      var op = instruction.op
      var results: [ValueID]?
      switch op {
      case .composite(let composite) where !names.contains(composite.name):
        var inner: [ValueID: ValueID] = [:]
        for (input, operand) in zip(composite.body.inputs, operands) {
          inner[input.value] = operand
        }
        decompose(composite.body, &inner, keeping: names)
        results = composite.body.outputs.map { inner.new($0.value) }
      case .loop(var loop):
        loop.body = loop.body.decomposed(keeping: names)
        op = .loop(loop)
      case .constant, .iota, .convert, .bitcast, .random, .unary, .binary, .compare, .select,
        .movement, .reduction, .contraction, .indexing, .fft, .composite, .stopGradient:
        break
      }
      for (old, new) in zip(instruction.results, results ?? append(op, operands, scope: scope)) {
        map[old] = new
      }
    }
  }
}
