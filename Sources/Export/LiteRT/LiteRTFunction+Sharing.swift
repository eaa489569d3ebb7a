import Programs

/// Who reads the values of a program.
struct ValueUses {
  private var readers: [ValueID: [Instruction]] = [:]
  private var outputs: Set<ValueID>

  init(_ program: Program) {
    outputs = Set(program.outputs.map(\.value))
    for instruction in program.instructions {
      for operand in Set(instruction.operands) { readers[operand, default: []].append(instruction) }
    }
  }

  /// Whether a reshaped value needs memory of its own in LiteRT.
  ///
  /// There RESHAPE gives its operand's memory on, and an elementwise operator writes over an operand with one
  /// reader. The planner counts the readers of what first had the memory, so where the operand of RESHAPE was
  /// itself written over its own operand, later readers of it find the elementwise result.
  func needsCopy(reshaping x: ValueID, to result: ValueID) -> Bool {
    (readers[x, default: []].count > 1 || outputs.contains(x)) && isWrittenOver(result)
  }

  private func isWrittenOver(_ id: ValueID) -> Bool {
    readers[id, default: []].contains { reader in
      switch reader.op {
      case .unary, .binary, .select, .convert, .bitcast, .composite: true
      case .movement(.reshape), .stopGradient: isWrittenOver(reader.results[0])
      case .constant, .iota, .random, .compare, .movement, .reduction, .contraction, .indexing,
        .fft, .loop:
        false
      }
    }
  }
}
