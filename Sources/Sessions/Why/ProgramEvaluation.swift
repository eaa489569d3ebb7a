import Programs
import Tensors

/// Every value of one run of a program, and how each came about: what a walk back from a number needs.
final class ProgramEvaluation {
  /// The loop whose turn this is a run of.
  struct Turn {
    let loop: LoopOp
    let number: Int
    /// The instruction outside.
    let instruction: Instruction
    let outside: ProgramEvaluation
  }

  let program: Program
  let turn: Turn?
  private let values: [Tensor?]
  private let makers: [Int: (instruction: Int, result: Int)]
  /// The turns of loops that were entered.
  private var turns: [Int: [ProgramEvaluation]] = [:]

  /// Evaluates a program that has no composites.
  ///
  /// - Throws: ``EvaluationError`` when inputs are not the program's.
  init(_ program: Program, inputs: [Tensor], turn: Turn? = nil) throws {
    (self.program, self.turn) = (program, turn)
    values = try ReferenceEvaluator.evaluateAll(program, inputs: inputs)
    var makers: [Int: (Int, Int)] = [:]
    for (index, instruction) in program.instructions.enumerated() {
      for (result, id) in instruction.results.enumerated() { makers[id.index] = (index, result) }
    }
    self.makers = makers
  }

  /// A value of the run.
  ///
  /// - Precondition: the program defines it.
  subscript(id: ValueID) -> Tensor {
    guard let value = values[id.index] else {
      preconditionFailure("Value \(id.index) is defined.")
    }
    return value
  }

  /// The instruction that makes a value, and which of its results it is; nil for an input.
  func maker(of id: ValueID) -> (index: Int, result: Int)? {
    makers[id.index].map { ($0.instruction, $0.result) }
  }

  /// The turns of a loop, evaluated one after another.
  func turns(ofLoopAt index: Int) throws -> [ProgramEvaluation] {
    if let known = turns[index] { return known }
    let instruction = program.instructions[index]
    guard case .loop(let loop) = instruction.op else { return [] }
    let operands = instruction.operands.map { self[$0] }
    let captured = operands.prefix(loop.capturedCount)
    var carried = Array(operands[loop.capturedCount..<loop.capturedCount + loop.carriedCount])
    let sliced = operands[(loop.capturedCount + loop.carriedCount)...]
    var made: [ProgramEvaluation?] = Array(repeating: nil, count: loop.tripCount)
    for step in 0..<loop.tripCount {
      let number = loop.reverse ? loop.tripCount - 1 - step : step
      let slices = sliced.map { $0.entry(number, axis: loop.axis) }
      let turn = try ProgramEvaluation(
        loop.body, inputs: captured + carried + slices,
        turn: Turn(loop: loop, number: number, instruction: instruction, outside: self))
      carried = (0..<loop.carriedCount).map { turn[loop.body.outputs[$0].value] }
      made[number] = turn
    }
    let all = made.compactMap { $0 }
    turns[index] = all
    return all
  }
}

extension Tensor {
  /// The entry of an axis, which is removed.
  func entry(_ position: Int, axis: Int) -> Tensor {
    let inner = shape[(axis + 1)...].reduce(dtype.byteCount, *)
    let outer = shape[..<axis].reduce(1, *)
    var rest = shape
    rest.remove(at: axis)
    return Tensor(dtype, shape: rest) { target in
      withUnsafeBytes { source in
        for row in 0..<outer {
          let start = (row * shape[axis] + position) * inner
          target.copyBytes(source, start..<start + inner, to: row * inner)
        }
      }
    }
  }

  /// The index on every axis of a row-major position.
  func index(_ position: Int) -> [Int] {
    zip(shape.rowMajorStrides, shape).map { position / $0 % max(1, $1) }
  }

  /// The row-major position of an index.
  func position(_ index: [Int]) -> Int {
    zip(index, shape.rowMajorStrides).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
