import Programs
import Tensors

/// The numbers of a program that are the same in every element of a value.
struct UniformValues {
  private var numbers: [ValueID: Double] = [:]

  init(_ program: Program) {
    for instruction in program.instructions {
      switch instruction.op {
      case .constant(let tensor) where tensor.shape.elementCount == 1:
        numbers[instruction.results[0]] = tensor.double(at: 0)
      case .movement(.broadcast), .movement(.reshape):
        numbers[instruction.results[0]] = numbers[instruction.operands[0]]
      case .constant, .iota, .convert, .bitcast, .random, .unary, .binary, .compare, .select,
        .movement, .reduction, .contraction, .indexing, .fft, .loop, .composite, .stopGradient:
        break
      }
    }
  }

  subscript(value: ValueID) -> Double? { numbers[value] }
}

/// Where a program puts 0 in the place of what a mask rules out: `select(mask, x, 0)`.
struct MaskedSelects {
  private let values: UniformValues
  private let program: Program

  init(_ program: Program) {
    (self.program, values) = (program, UniformValues(program))
  }

  /// Whether an instruction is such a place.
  func isPlace(_ instruction: Instruction) -> Bool {
    guard case .select = instruction.op else { return false }
    return values[instruction.operands[2]] == 0
      && program[instruction.operands[1]].dtype.isFloating
  }

  /// All such places.
  var places: [Instruction] { program.instructions.filter(isPlace) }
}
