import Programs
import Tensors

/// Changes one place of one program.
struct FaultEdit {
  var program: Program
  /// The numbers that are the same in every element of a value.
  private let uniform: UniformValues

  init(_ program: Program) {
    self.program = program
    uniform = UniformValues(program)
  }

  // MARK: - Instructions

  /// Whether a kind of fault can be made of an instruction.
  func canSeed(_ kind: FaultKind, at index: Int) -> Bool {
    var trial = self
    return trial.change(kind, at: index)
  }

  /// Makes the fault.
  mutating func seed(_ kind: FaultKind, at index: Int) { _ = change(kind, at: index) }

  /// - Returns: whether there was anything to change.
  private mutating func change(_ kind: FaultKind, at index: Int) -> Bool {
    let instruction = program.instructions[index]
    switch kind {
    case .multipliedMask: return multiply(index)
    case .missingSelect, .droppedRight, .droppedLeft: return drop(kind, index)
    case .otherReduction, .movedSlice, .movedPadding, .otherComparison, .wrongSign:
      guard
        let op = instruction.op.changed(kind, operands: instruction.operands.map { program[$0] })
      else { return false }
      program.instructions[index].op = op
      return true
    case .swappedSlices: return swapSlices(index)
    case .swappedOperands: return swapOperands(index)
    case .wrongIndex: return move(index)
    case .wrongConstant: return replaceConstant(index)
    case .stoppedGradient: return stopGradient(index)
    case .staleState, .shortBuffer, .shiftedBuffer: return false
    }
  }

  /// Puts an instruction before another one.
  private mutating func insert(
    _ op: Op, _ operands: [ValueID], _ type: ValueType, before index: Int
  ) -> ValueID {
    let result = ValueID(program.types.count)
    program.types.append(type)
    let made = Instruction(
      op: op, operands: operands, results: [result], scope: program.instructions[index].scope)
    program.instructions.insert(made, at: index)
    return result
  }

  private mutating func multiply(_ index: Int) -> Bool {
    let select = program.instructions[index]
    guard case .select = select.op, uniform[select.operands[2]] == 0 else { return false }
    let type = program[select.operands[1]]
    guard type.dtype.isFloating else { return false }
    let factor = insert(.convert(type.dtype), [select.operands[0]], type, before: index)
    program.instructions[index + 1].op = .binary(.mul)
    program.instructions[index + 1].operands = [select.operands[1], factor]
    return true
  }

  /// Gives one operand for the result.
  private mutating func drop(_ kind: FaultKind, _ index: Int) -> Bool {
    let instruction = program.instructions[index]
    let kept: Int
    if kind == .missingSelect, case .select = instruction.op {
      kept = 1
    } else if kind != .missingSelect, case .binary(.and) = instruction.op {
      kept = kind == .droppedRight ? 0 : 1
    } else {
      return false
    }
    let operand = instruction.operands[kept]
    program.instructions[index].op = .convert(program[operand].dtype)
    program.instructions[index].operands = [operand]
    return true
  }

  private mutating func swapSlices(_ index: Int) -> Bool {
    let first = program.instructions[index]
    guard case .movement(.slice(let start, _, _)) = first.op else { return false }
    for other in program.instructions.indices.dropFirst(index + 1) {
      let second = program.instructions[other]
      guard case .movement(.slice(let otherStart, _, _)) = second.op, otherStart != start,
        second.operands == first.operands, program[second.results[0]] == program[first.results[0]]
      else { continue }
      program.instructions[index].op = second.op
      program.instructions[other].op = first.op
      return true
    }
    return false
  }

  private mutating func swapOperands(_ index: Int) -> Bool {
    let instruction = program.instructions[index]
    let pair: (Int, Int)?
    switch instruction.op {
    case .binary(.sub), .binary(.div), .binary(.pow), .binary(.rem), .compare(.lt), .compare(.le):
      pair = (0, 1)
    case .select: pair = (1, 2)
    case .movement(.concatenate), .loop, .composite:
      let operands = instruction.operands
      pair = operands.indices.dropLast().first { place in
        operands[place] != operands[place + 1]
          && program[operands[place]] == program[operands[place + 1]]
      }.map { ($0, $0 + 1) }
    case .constant, .iota, .convert, .bitcast, .random, .unary, .binary, .compare, .movement,
      .reduction, .contraction, .indexing, .fft, .stopGradient:
      pair = nil
    }
    guard let pair else { return false }
    program.instructions[index].operands.swapAt(pair.0, pair.1)
    return true
  }

  private mutating func move(_ index: Int) -> Bool {
    let instruction = program.instructions[index]
    guard case .indexing(let indexing) = instruction.op else { return false }
    let place: Int
    switch indexing {
    case .gather, .dynamicSlice, .scatterAdd: place = 1
    case .dynamicUpdate: place = 2
    }
    let operand = instruction.operands[place]
    let moved = addOne(operand, before: index)
    program.instructions[index + 3].operands[place] = moved
    return true
  }

  /// Three instructions.
  private mutating func addOne(_ value: ValueID, before index: Int) -> ValueID {
    let type = program[value]
    let one = insert(
      .constant(Tensor(repeating: 1, shape: [], type.dtype)), [], ValueType(type.dtype, []),
      before: index)
    let wide = insert(.movement(.broadcast(type.shape, axes: [])), [one], type, before: index + 1)
    return insert(.binary(.add), [value, wide], type, before: index + 2)
  }

  private mutating func replaceConstant(_ index: Int) -> Bool {
    let instruction = program.instructions[index]
    switch instruction.op {
    case .binary, .compare, .select: break
    case .constant, .iota, .convert, .bitcast, .random, .unary, .movement, .reduction,
      .contraction, .indexing, .fft, .loop, .composite, .stopGradient:
      return false
    }
    guard
      let place = instruction.operands.lastIndex(where: { uniform[$0] != nil }),
      let number = uniform[instruction.operands[place]]
    else { return false }
    let type = program[instruction.operands[place]]
    let wrong: Double
    switch type.dtype {
    case .bool: wrong = 1 - number
    case let dtype where dtype.isFloating: wrong = number == 0 ? 0.5 : number * 1.5
    default: wrong = number + 1
    }
    let scalar = insert(
      .constant(Tensor(repeating: wrong, shape: [], type.dtype)), [], ValueType(type.dtype, []),
      before: index)
    let wide = insert(
      .movement(.broadcast(type.shape, axes: [])), [scalar], type, before: index + 1)
    program.instructions[index + 2].operands[place] = wide
    return true
  }

  private mutating func stopGradient(_ index: Int) -> Bool {
    let instruction = program.instructions[index]
    switch instruction.op {
    case .binary(.mul), .contraction: break
    case .constant, .iota, .convert, .bitcast, .random, .unary, .binary, .compare, .select,
      .movement, .reduction, .indexing, .fft, .loop, .composite, .stopGradient:
      return false
    }
    let operand = instruction.operands[0]
    guard program[operand].dtype.isFloating, uniform[operand] == nil else { return false }
    let stopped = insert(.stopGradient, [operand], program[operand], before: index)
    program.instructions[index + 1].operands[0] = stopped
    return true
  }
}
