extension Program {
  /// The program without what no output depends on.
  ///
  /// Loops neither take nor carry nor stack anything useless. Inputs stay; values are numbered anew.
  ///
  /// - Returns: a program of the same inputs and outputs.
  public func deadCodeEliminated() -> Program {
    let kept = liveInstructions(from: Set(outputs.map(\.value)))
    var rewriter = ProgramRewriter(scopesOf: self)
    var map: [ValueID: ValueID] = [:]
    for input in inputs { map[input.value] = rewriter.input(input, self[input.value]) }
    for instruction in kept {
      let operands = instruction.operands.map { map.new($0) }
      let results = rewriter.append(instruction.op, operands, scope: instruction.scope)
      for (old, new) in zip(instruction.results, results) { map[old] = new }
    }
    for output in outputs { rewriter.output(output, map.new(output.value)) }
    return rewriter.program
  }

  /// The instructions that these values depend on, loops pruned.
  private func liveInstructions(from values: Set<ValueID>) -> [Instruction] {
    var live = values
    var kept: [Instruction] = []
    for instruction in instructions.reversed() {
      guard instruction.results.contains(where: live.contains) else { continue }
      var pruned = instruction
      switch instruction.op {
      case .loop(let loop): pruned = loop.pruned(instruction, live)
      case .composite(var composite):
        composite.body = composite.body.deadCodeEliminated()
        composite.gradient = composite.gradient?.deadCodeEliminated()
        pruned.op = .composite(composite)
      case .constant, .iota, .convert, .bitcast, .random, .unary, .binary, .compare, .select,
        .movement, .reduction, .contraction, .indexing, .fft, .stopGradient:
        break
      }
      live.formUnion(pruned.operands)
      kept.append(pruned)
    }
    return kept.reversed()
  }

  /// Which positions of ``inputs`` the outputs at these positions depend on.
  fileprivate func usedInputs(byOutputs positions: Set<Int>) -> Set<Int> {
    let values = Set(positions.map { outputs[$0].value })
    let live = values.union(liveInstructions(from: values).flatMap(\.operands))
    return Set(inputs.indices.filter { live.contains(inputs[$0].value) })
  }
}

extension LoopOp {
  /// The instruction of this loop without what only results that are not live need.
  fileprivate func pruned(_ instruction: Instruction, _ live: Set<ValueID>) -> Instruction {
    var needed = Set(instruction.results.indices.filter { live.contains(instruction.results[$0]) })
    var used: Set<Int> = []
    var isGrowing = true
    while isGrowing {
      used = body.usedInputs(byOutputs: needed)
      let carried = used.map { $0 - capturedCount }.filter { $0 >= 0 && $0 < carriedCount }
      isGrowing = !needed.isSuperset(of: carried)
      needed.formUnion(carried)
    }
    // A carried value whose last result is needed keeps its start, used by the iterations or not.
    let starts = needed.filter { $0 < carriedCount }.map { $0 + capturedCount }
    let inputs = used.union(starts).sorted()
    let outputs = needed.sorted()
    var loop = self
    loop.body.inputs = inputs.map { body.inputs[$0] }
    loop.body.outputs = outputs.map { body.outputs[$0] }
    loop.body = loop.body.deadCodeEliminated()
    loop.capturedCount = inputs.filter { $0 < capturedCount }.count
    loop.carriedCount = starts.count
    var result = instruction
    result.op = .loop(loop)
    result.operands = inputs.map { instruction.operands[$0] }
    result.results = outputs.map { instruction.results[$0] }
    return result
  }
}
